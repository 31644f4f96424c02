//! A PostgreSQL server of a test program's own, in a temporary folder, on loopback: it ends with the program, however that ends.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

/// The server; none where Debian's `postgresql` is not installed, which is said.
pub(crate) static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks whether a wire that is silent carries again.
const SILENCE: Duration = Duration::from_millis(20);

/// A running server.
pub(crate) struct Server {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    schemas: AtomicUsize,
    /// It stops the server when our end of its input is closed.
    _keeper: Mutex<Child>,
}

/// Starts the server and waits until its input ends; then stops it and removes its folder.
const KEEPER: &str = r#"
    "$@" -D "$FOLDER/data" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$FOLDER" \
        -c fsync=off -c max_connections=300 -c log_min_messages=warning >"$FOLDER/log" 2>&1 &
    cat >/dev/null
    while [ -e "$FOLDER/data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$FOLDER/data/postmaster.pid")"; do sleep 0.1; done
    rm -rf "$FOLDER"
"#;

impl Server {
    /// Starts one; beside [`SERVER`] for tests that break it.
    pub(crate) fn start() -> Option<Self> {
        Self::start_in(&tempfile::tempdir().unwrap().keep())
    }

    /// The same in a folder, of which nothing is left when it ends.
    #[allow(clippy::print_stderr, reason = "what is not tested is said")]
    pub(crate) fn start_in(folder: &Path) -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("SKIPPED on PostgreSQL: it is not installed (Debian: postgresql)");
            return None;
        };
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let data = folder.join("data");
        let made = as_server(&programs.join("initdb"))
            .args(["-U", "postgres", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = as_server(&programs.join("postgres"));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(server.get_program()).args(server.get_args());
        keeper.env("FOLDER", folder).env("PORT", port.to_string()).stdin(Stdio::piped());
        let keeper = Mutex::new(keeper.spawn().unwrap());
        let server = Self { programs, data, port, schemas: AtomicUsize::new(0), _keeper: keeper };
        server.until_it_answers();
        server.admin("CREATE ROLE feeds LOGIN");
        server.admin("CREATE DATABASE feeds OWNER feeds");
        Some(server)
    }

    /// The address of a store that is not there yet, in a schema of its own.
    pub(crate) fn place(&self) -> String {
        self.place_at(self.port)
    }

    /// The same through another port, as that of a [`Wire`].
    pub(crate) fn place_at(&self, port: u16) -> String {
        let schema = format!("store_{}", self.schemas.fetch_add(1, Ordering::SeqCst));
        self.run("feeds", "feeds", &format!("CREATE SCHEMA {schema}"));
        address(port, &schema)
    }

    /// The address of a schema.
    pub(crate) fn address(&self, schema: &str) -> String {
        address(self.port, schema)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs a statement as the superuser.
    pub(crate) fn admin(&self, sql: &str) {
        self.run("postgres", "postgres", sql);
    }

    /// Runs a statement, on a thread of its own as a test may be at work on this one.
    pub(crate) fn run(&self, user: &str, database: &str, sql: &str) {
        let options = PgConnectOptions::new().host("127.0.0.1").port(self.port).username(user).database(database);
        let sql = sql.to_owned();
        on_its_own(async move {
            let mut connection = options.connect().await.unwrap();
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    /// A folder of a mounted disk becomes one in which the server may keep tables.
    pub(crate) fn give(&self, folder: &Path) {
        let mut give = Command::new("chown");
        // The keeper runs as we do, and its data is the server's.
        assert!(give.arg("--reference").arg(&self.data).arg(folder).status().unwrap().success());
    }

    /// Ends every process of the server at once, as a crash does, and starts it anew. One that is down is started.
    pub(crate) fn crash_and_restart(&self) {
        let mut restart = as_server(&self.programs.join("pg_ctl"));
        restart.args(["restart", "-m", "immediate", "-w", "-s", "-D"]).arg(&self.data);
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c max_connections=300",
            self.port,
            self.data.parent().unwrap().display()
        );
        let log = self.data.with_file_name("log-anew");
        assert!(restart.args(["-l"]).arg(log).args(["-o", &options]).status().unwrap().success());
        self.until_it_answers();
    }

    /// Writes a schema with all that is in it to a file, as a backup.
    pub(crate) fn dump(&self, schema: &str, file: &Path) {
        let mut dump = self.client("pg_dump");
        let output = dump.args(["--schema", schema]).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "pg_dump failed");
        #[allow(clippy::disallowed_methods, reason = "a test makes its own backups")]
        std::fs::write(file, output.stdout).unwrap();
    }

    /// Puts a schema back that was written to a file; what is there of it must be gone.
    pub(crate) fn restore(&self, file: &Path) {
        let mut restore = self.client("psql");
        let input = std::fs::File::open(file).unwrap();
        let output = restore.args(["-q", "-v", "ON_ERROR_STOP=1"]).stdin(input).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program of the server's that connects to the database of the stores.
    fn client(&self, program: &str) -> Command {
        let mut client = Command::new(self.programs.join(program));
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "feeds", "-d", "feeds"]);
        client
    }

    fn until_it_answers(&self) {
        let began = Instant::now();
        let asked = || {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
        };
        while !asked() {
            assert!(began.elapsed() < PATIENCE, "PostgreSQL does not start");
            std::thread::yield_now();
        }
    }
}

fn address(port: u16, schema: &str) -> String {
    format!("postgres://feeds@127.0.0.1:{port}/feeds?sslmode=disable&options=-c%20search_path%3D{schema}")
}

/// Runs on a thread of its own, whatever runs on this one.
fn on_its_own(work: impl Future<Output = ()> + Send + 'static) {
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    std::thread::spawn(run).join().unwrap();
}

/// Where the newest server's programs are.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let version = version.ok()?;
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin"))).filter(|(_, programs)| programs.join("initdb").exists())
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// A program of the server, which does not run as root.
fn as_server(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

/// A wire to the server that can be cut: what goes over it ends, and nobody gets through until it is mended.
#[derive(Clone)]
pub(crate) struct Wire {
    is_cut: Arc<AtomicBool>,
    is_silent: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
    port: u16,
}

impl Wire {
    pub(crate) fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Self { is_cut: Arc::default(), is_silent: Arc::default(), ends: Arc::default(), port };
        let (ours, to) = (wire.clone(), server.port);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                // One that was given up meanwhile, or a server that is down.
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(("127.0.0.1", to))) else { continue };
                if ours.is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let ends = [&near, &far].map(|end| end.try_clone().unwrap());
                ours.ends.lock().unwrap().extend(ends);
                let (back, forth) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let (one, other) = (Arc::clone(&ours.is_silent), Arc::clone(&ours.is_silent));
                std::thread::spawn(move || carry(near, far, &one));
                std::thread::spawn(move || carry(back, forth, &other));
            }
        });
        wire
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Nothing gets through, and neither end is told, until it is mended: then what was on its way arrives.
    pub(crate) fn silence(&self, silent: bool) {
        self.is_silent.store(silent, Ordering::SeqCst);
    }

    pub(crate) fn cut(&self, cut: bool) {
        self.is_cut.store(cut, Ordering::SeqCst);
        if cut {
            for end in self.ends.lock().unwrap().drain(..) {
                // It may have ended by itself.
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Carries bytes from one end to the other until either ends.
fn carry(mut from: TcpStream, mut to: TcpStream, is_silent: &AtomicBool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while is_silent.load(Ordering::SeqCst) {
            #[allow(clippy::disallowed_methods, reason = "a network that is down is waited for")]
            std::thread::sleep(SILENCE);
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
