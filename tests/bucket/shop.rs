//! A site that is published into a directory and a bucket of its own.

use crate::proxy::Proxy;
use crate::s3::{S3, Stored, s3};
use crate::support::{Post, Site, noon, post, story};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use wellsourced::pipeline::{BucketReport, Report};

/// The part of the bucket that is ours.
pub(crate) const PREFIX: &str = "news/";

/// Where the private files are.
pub(crate) const PRIVATE: &str = ".wellsourced/";

pub(crate) struct Shop {
    pub(crate) site: Site,
    pub(crate) proxy: Proxy,
    pub(crate) s3: &'static S3,
    pub(crate) bucket: String,
}

/// How a site is configured beside its bucket.
#[derive(Clone, Copy, Default)]
pub(crate) struct With<'a> {
    pub(crate) in_bucket: &'a str,
    pub(crate) in_publish: &'a str,
    /// Another endpoint than the proxy.
    pub(crate) endpoint: Option<&'a str>,
}

impl Shop {
    /// With a bucket that is empty; `None` where there is no S3 server.
    pub(crate) async fn open() -> Option<Self> {
        let shop = Self::without_bucket().await?;
        shop.s3.make(&shop.bucket).await;
        Some(shop)
    }

    pub(crate) async fn without_bucket() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let s3 = s3()?;
        let bucket = format!("shop-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let shop = Self { site: Site::new(""), proxy: Proxy::before(s3.port).await, s3, bucket };
        shop.site.write("credentials", "aws_access_key_id = me\naws_secret_access_key = not-to-be-told\n");
        shop.configure(With::default());
        for number in 1..4 {
            shop.write(number, &post(number, &[number * 10, number * 10 + 1]));
        }
        Some(shop)
    }

    pub(crate) fn configure(&self, with: With<'_>) {
        let root = self.site.folder.path().display();
        let directory = format!("directory = \"{root}/feeds\"");
        self.write_configuration(with, &directory);
    }

    pub(crate) fn write_configuration(&self, with: With<'_>, directory: &str) {
        let root = self.site.folder.path().display();
        let With { in_bucket, in_publish, endpoint } = with;
        let (bucket, port, store) = (&self.bucket, self.proxy.port, self.site.store_url());
        let endpoint = endpoint.map_or_else(|| format!("http://127.0.0.1:{port}/"), str::to_owned);
        let text = format!(
            "[site]\ntitle = \"Tests\"\nbase_url = \"https://feeds.example/\"\ntimezone = \"Asia/Shanghai\"\n\
             [store]\nurl = \"{store}\"\n[publish]\n{directory}\n\
             bucket = \"s3://{bucket}/{PREFIX}\"\n{in_publish}\n\
             [bucket]\nendpoint = \"{endpoint}\"\ncredentials = \"{root}/credentials\"\n{in_bucket}\n\
             [net]\nresolve = {{ \"source0.example\" = \"127.0.0.1\", \"source1.example\" = \"127.0.0.1\", \"source2.example\" = \"127.0.0.1\" }}\n\
             [[inputs]]\nname = \"digest\"\ndigest = \"{root}/posts/**/*.md\"\nbase_url = \"https://digest.example/\"\n"
        );
        self.site.write("wellsourced.toml", text);
    }

    pub(crate) fn write(&self, number: u32, post: &Post) {
        self.site.write(&format!("posts/{number}.md"), post.markdown());
    }

    /// The `number`th cycle, a quarter of an hour after the one before.
    pub(crate) async fn cycle(&self, number: i32) -> Report {
        self.site.cycle_async(at(number), false).await
    }

    /// The files of the directory.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.site.path("feeds");
        let name = |path: &std::path::Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        self.site.bytes().into_iter().map(|(path, bytes)| (name(&path), bytes)).collect()
    }

    /// The objects of the bucket, by their paths.
    pub(crate) async fn objects(&self) -> BTreeMap<String, Stored> {
        let mut objects = BTreeMap::new();
        for key in self.s3.keys(&self.bucket).await {
            let stored = self.s3.get(&self.bucket, &key).await.unwrap();
            objects.insert(key.strip_prefix(PREFIX).unwrap_or(&key).to_owned(), stored);
        }
        objects
    }

    /// The objects for readers, with their bytes.
    pub(crate) async fn public(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = self.objects().await.into_iter();
        objects.filter(|(path, _)| !path.starts_with(PRIVATE)).map(|(path, stored)| (path, stored.bytes)).collect()
    }

    /// The paths of requests since this was asked last, by method; those for readers only.
    pub(crate) fn asked(&self, method: &str) -> BTreeSet<String> {
        let before = format!("{}/{PREFIX}", self.bucket);
        let keys = self.proxy.keys(method).into_iter();
        let paths = keys.map(|key| key.strip_prefix(&before).unwrap_or(&key).to_owned());
        paths.filter(|path| !path.starts_with(PRIVATE)).collect()
    }
}

/// When the `number`th cycle runs.
pub(crate) fn at(number: i32) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(15 * i64::from(number))
}

/// What a report says of the bucket.
pub(crate) fn of_bucket(report: &Report) -> &BucketReport {
    assert_eq!(report.failure, None);
    report.published.bucket.as_ref().unwrap()
}

/// The third post, with another text of one of its stories.
pub(crate) fn edited() -> Post {
    let mut edited = post(3, &[30, 31]);
    edited.stories[0].text = story(99).text;
    edited
}

/// Paths whose bytes differ, or that are on one side only.
pub(crate) fn differing(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys());
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}
