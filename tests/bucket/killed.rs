//! The real binary and the real daemon with a bucket: killed on the way, and what they tell.

use crate::proxy::Fault;
use crate::shop::{PREFIX, Shop, With, of_bucket};
use crate::support::binary;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The binary on a site, with credentials in its environment.
fn command(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = binary();
    command.arg("--config").arg(shop.site.path("wellsourced.toml")).args(arguments);
    command.env("AWS_ACCESS_KEY_ID", "me").env("AWS_SECRET_ACCESS_KEY", "not-to-be-told");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_on_the_way_is_gone_on_with() {
    let Some(shop) = Shop::open().await else { return };
    let mut put = 0;
    shop.proxy.spoil(move |met| {
        put += usize::from(met.method == "PUT");
        if put < 12 { Fault::None } else { Fault::Slow(Duration::from_hours(1)) }
    });
    let mut process = command(&shop, &["--once"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut put = 0;
    while put < 12 {
        put += shop.asked("PUT").len();
        assert!(process.try_wait().unwrap().is_none(), "it ended by itself");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(shop.public().await.len() < shop.files().len());
    shop.proxy.pass();
    let completed = shop.cycle(1).await;
    assert_eq!((of_bucket(&completed).behind, shop.public().await), (0, shop.files()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_and_the_status_tell_of_the_bucket() {
    let Some(shop) = Shop::open().await else { return };
    shop.site.remove("credentials");
    let text = std::fs::read_to_string(shop.site.path("wellsourced.toml")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("credentials"));
    shop.site.write("wellsourced.toml", lines.collect::<Vec<_>>().join("\n"));
    let run = tokio::task::block_in_place(|| command(&shop, &["--once"]).output().unwrap());
    let (told, address) = (String::from_utf8_lossy(&run.stdout).into_owned(), format!("s3://{}/{PREFIX}", shop.bucket));
    let files = shop.files().len();
    assert_eq!(run.status.code(), Some(0), "{told}");
    assert!(told.contains(&format!("{address}: put {files} (")) && told.contains("removed 0"), "{told}");
    let status = tokio::task::block_in_place(|| command(&shop, &["status"]).output().unwrap());
    let told = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(told.contains(&format!("{address}: {files} files there, 0 behind, up to date last at 2")), "{told}");
    let status = tokio::task::block_in_place(|| command(&shop, &["status", "--json"]).output().unwrap());
    let json: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((json["bucket"]["objects"].as_u64(), json["bucket"]["behind"].as_u64()), (Some(files as u64), Some(0)));
}

/// The answer of the operator's listener.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_measures_and_is_not_ready_before_the_bucket_is() {
    let Some(shop) = Shop::without_bucket().await else { return };
    shop.configure(With {
        in_bucket: "[serve]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[schedule]\ncycle = \"0 0 1 1 *\"\n",
        ..With::default()
    });
    // So that its ids are known.
    shop.site.cycle_async(crate::shop::at(-1), true).await;
    let mut daemon = command(&shop, &[]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(daemon.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |words: &str| lines.find(|line| line.contains(words)).unwrap();
    let told = tokio::task::block_in_place(|| until("listening"));
    let admin = told.split("admin=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let cycle = tokio::task::block_in_place(|| until("cycle: "));
    assert!(cycle.contains("behind; 1 errors"), "{cycle}");
    let ready = get(&admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("not everything was put into s3://"), "{ready}");
    let metrics = get(&admin, "/metrics");
    assert!(metrics.contains("wellsourced_bucket_put_total 0"), "{metrics}");
    assert!(!metrics.contains("wellsourced_bucket_behind 0"), "{metrics}");
    shop.s3.make(&shop.bucket).await;
    Command::new("kill").args(["-USR1", &daemon.id().to_string()]).status().unwrap();
    tokio::task::block_in_place(|| until("cycle: "));
    let (ready, metrics) = (get(&admin, "/readyz"), get(&admin, "/metrics"));
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(metrics.contains("wellsourced_bucket_behind 0"), "{metrics}");
    assert!(metrics.contains(&format!("wellsourced_bucket_put_total {}", shop.files().len())), "{metrics}");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(shop.public().await, shop.files());
}
