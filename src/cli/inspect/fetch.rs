//! Feeds that are inspected where they stand. A page is left for the first of its feeds that can be read.

use super::{Inspected, Inspector};
use crate::collect::feed::{Document, FoundBy, MAX_FEED_BYTES};
use crate::net::{Client, Ending, status_name};
use url::Url;

impl Inspector {
    pub(super) async fn fetched(&mut self, name: &str, url: Url) -> anyhow::Result<Inspected> {
        if self.offline {
            return Ok(Inspected::Failed("nothing is fetched with --offline".to_owned()));
        }
        let client = match &self.client {
            Some(client) => client.clone(),
            None => self.client.insert(Client::new(self.net.clone())?).clone(),
        };
        Ok(match self.document(&client, name, url).await {
            Ok(Document::Page { root, title, feeds }) => {
                for feed in &feeds {
                    let Ok(url) = Url::parse(&feed.url) else { continue };
                    if let Ok(Document::Feed(mut read)) = self.document(&client, name, url).await {
                        let how = match feed.how {
                            FoundBy::Link => "the first of its feeds that can be read",
                            FoundBy::WellKnown => "a feed stands where feeds often do",
                        };
                        read.repairs.insert(0, format!("the address is that of a page; {how}: {}", feed.url));
                        return Ok(Inspected::Feed(Box::new(Document::Feed(read))));
                    }
                }
                Inspected::Feed(Box::new(Document::Page { root, title, feeds }))
            }
            Ok(document) => Inspected::Feed(Box::new(document)),
            Err(why) => Inspected::Failed(why),
        })
    }

    async fn document(&self, client: &Client, name: &str, url: Url) -> Result<Document, String> {
        let mut journey = client.journey(MAX_FEED_BYTES);
        let answer = client.travel(&mut journey, url).await.map_err(|failure| failure.message)?;
        if !(200..300).contains(&answer.status) {
            return Err(format!("the server answered {}", status_name(answer.status)));
        }
        match &answer.ending {
            Ending::Whole | Ending::Cut => {}
            Ending::TimedOut => return Err("the document did not arrive in time".to_owned()),
            Ending::Broken(why) => return Err(format!("the connection broke: {why}")),
        }
        let decoded = answer.decoded(MAX_FEED_BYTES + 1).await;
        let base = self.base.as_ref().unwrap_or(&answer.url);
        Ok(self.read(name, &decoded.bytes, Some(base), answer.header("content-type").as_deref()))
    }
}
