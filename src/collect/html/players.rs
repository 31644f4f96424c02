//! The pages of known sites that show what their players play: rows of a table, each an address to recognise and an address to
//! make of it.
//!
//! Refuses to ask: a page is known from the player's address alone.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use url::Url;

/// Where a player's address names what it plays.
enum PlayerName {
    /// The part of the path behind this beginning, up to the next `/`.
    Behind(&'static str),
    /// A parameter, where the path begins so.
    Query(&'static str, &'static str),
}

use PlayerName::{Behind, Query};

struct Player {
    /// The host, without `www.` or `m.`.
    host: &'static str,
    named: PlayerName,
    is_name: fn(&str) -> bool,
    /// `{}` stands for the name.
    page: &'static str,
}

const fn row(host: &'static str, named: PlayerName, is_name: fn(&str) -> bool, page: &'static str) -> Player {
    Player { host, named, is_name, page }
}

/// The first row that fits counts.
const PLAYERS: [Player; 40] = [
    row("youtube.com", Query("/embed/videoseries", "list"), is_word, "https://www.youtube.com/playlist?list={}"),
    row("youtube.com", Query("/embed/live_stream", "channel"), is_word, "https://www.youtube.com/channel/{}/live"),
    row("youtube.com", Behind("/embed/"), is_youtube, "https://www.youtube.com/watch?v={}"),
    row("youtube.com", Behind("/v/"), is_youtube, "https://www.youtube.com/watch?v={}"),
    row(
        "youtube-nocookie.com",
        Query("/embed/videoseries", "list"),
        is_word,
        "https://www.youtube.com/playlist?list={}",
    ),
    row("youtube-nocookie.com", Behind("/embed/"), is_youtube, "https://www.youtube.com/watch?v={}"),
    row("youtube-nocookie.com", Behind("/v/"), is_youtube, "https://www.youtube.com/watch?v={}"),
    row("player.vimeo.com", Behind("/video/"), is_number, "https://vimeo.com/{}"),
    row("player.bilibili.com", Query("/player.html", "bvid"), is_word, "https://www.bilibili.com/video/{}"),
    row("player.bilibili.com", Query("/player.html", "aid"), is_number, "https://www.bilibili.com/video/av{}"),
    row("bilibili.com", Query("/blackboard/", "bvid"), is_word, "https://www.bilibili.com/video/{}"),
    row("bilibili.com", Query("/blackboard/", "aid"), is_number, "https://www.bilibili.com/video/av{}"),
    row("player.youku.com", Behind("/embed/"), is_code, "https://v.youku.com/v_show/id_{}.html"),
    row("v.qq.com", Query("/", "vid"), is_word, "https://v.qq.com/x/page/{}.html"),
    row("embed.nicovideo.jp", Behind("/watch/"), is_word, "https://www.nicovideo.jp/watch/{}"),
    row("dailymotion.com", Behind("/embed/video/"), is_word, "https://www.dailymotion.com/video/{}"),
    row("geo.dailymotion.com", Query("/player", "video"), is_word, "https://www.dailymotion.com/video/{}"),
    row("player.twitch.tv", Query("/", "video"), is_word, "https://www.twitch.tv/videos/{}"),
    row("player.twitch.tv", Query("/", "channel"), is_word, "https://www.twitch.tv/{}"),
    row("clips.twitch.tv", Query("/embed", "clip"), is_word, "https://clips.twitch.tv/{}"),
    row("rutube.ru", Behind("/play/embed/"), is_word, "https://rutube.ru/video/{}/"),
    row("streamable.com", Behind("/e/"), is_word, "https://streamable.com/{}"),
    row("streamable.com", Behind("/o/"), is_word, "https://streamable.com/{}"),
    row("loom.com", Behind("/embed/"), is_word, "https://www.loom.com/share/{}"),
    row("embed.ted.com", Behind("/talks/"), is_word, "https://www.ted.com/talks/{}"),
    row("archive.org", Behind("/embed/"), is_word, "https://archive.org/details/{}"),
    row("platform.twitter.com", Query("/embed/", "id"), is_number, "https://twitter.com/i/status/{}"),
    row("instagram.com", Behind("/p/"), is_word, "https://www.instagram.com/p/{}/"),
    row("instagram.com", Behind("/reel/"), is_word, "https://www.instagram.com/reel/{}/"),
    row("facebook.com", Query("/plugins/", "href"), is_web, "{}"),
    row("w.soundcloud.com", Query("/player", "url"), is_web, "{}"),
    row("mixcloud.com", Query("/widget/", "feed"), is_path, "https://www.mixcloud.com{}"),
    row("player-widget.mixcloud.com", Query("/", "feed"), is_path, "https://www.mixcloud.com{}"),
    row("open.spotify.com", Behind("/embed/track/"), is_word, "https://open.spotify.com/track/{}"),
    row("open.spotify.com", Behind("/embed/album/"), is_word, "https://open.spotify.com/album/{}"),
    row("open.spotify.com", Behind("/embed/playlist/"), is_word, "https://open.spotify.com/playlist/{}"),
    row("open.spotify.com", Behind("/embed/episode/"), is_word, "https://open.spotify.com/episode/{}"),
    row("open.spotify.com", Behind("/embed/show/"), is_word, "https://open.spotify.com/show/{}"),
    row("open.spotify.com", Behind("/embed-podcast/episode/"), is_word, "https://open.spotify.com/episode/{}"),
    row("open.spotify.com", Behind("/embed-podcast/show/"), is_word, "https://open.spotify.com/show/{}"),
];

/// The page for what a player plays; `None` where the address is no known player's.
pub(super) fn page(player: &Url) -> Option<String> {
    let host = player.host_str()?;
    let host = ["www.", "m."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
    let found = PLAYERS.iter().filter(|row| row.host == host).find_map(|row| {
        let name = row.name_in(player).filter(|name| (row.is_name)(name))?;
        Some(row.page.replace("{}", &name))
    });
    found.or_else(|| peertube(player))
}

impl Player {
    fn name_in<'u>(&self, player: &'u Url) -> Option<Cow<'u, str>> {
        match self.named {
            Behind(beginning) => {
                let rest = player.path().strip_prefix(beginning)?;
                percent_decode_str(rest.split('/').next()?).decode_utf8().ok()
            }
            Query(beginning, name) => {
                player.path().starts_with(beginning).then_some(())?;
                player.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value)
            }
        }
    }
}

/// `PeerTube` stands on hosts of its own, and its players on one path.
fn peertube(player: &Url) -> Option<String> {
    let name = player.path().strip_prefix("/videos/embed/").filter(|name| is_word(name) && name.len() >= 22)?;
    player.join(&["/videos/watch/", name].concat()).ok().map(Into::into)
}

/// A video's name has eleven characters; the player takes other words for commands.
fn is_youtube(name: &str) -> bool {
    name.len() == 11 && is_word(name)
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// As a word, with the signs of base64.
fn is_code(name: &str) -> bool {
    is_word(&name.replace('=', "_"))
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}

fn is_path(name: &str) -> bool {
    name.starts_with('/') && is_word(&name.replace('/', "_"))
}

fn is_web(name: &str) -> bool {
    Url::parse(name).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_player_leads_to_its_page() {
        for (player, expected) in [
            ("https://www.youtube.com/embed/a1B2c3D4e5F?rel=0", Some("https://www.youtube.com/watch?v=a1B2c3D4e5F")),
            ("http://youtube-nocookie.com/embed/a1B2c3D4e5F", Some("https://www.youtube.com/watch?v=a1B2c3D4e5F")),
            ("https://m.youtube.com/v/a1B2c3D4e5F", Some("https://www.youtube.com/watch?v=a1B2c3D4e5F")),
            ("https://www.youtube.com/embed/videoseries?list=PLx", Some("https://www.youtube.com/playlist?list=PLx")),
            ("https://www.youtube.com/embed/other", None),
            ("https://www.youtube.com/watch?v=a1B2c3D4e5F", None),
            ("https://player.vimeo.com/video/12345?h=0a", Some("https://vimeo.com/12345")),
            ("https://player.vimeo.com/video/x", None),
            (
                "https://player.bilibili.com/player.html?isOutside=true&aid=5&bvid=BV1xx&p=1",
                Some("https://www.bilibili.com/video/BV1xx"),
            ),
            ("https://player.bilibili.com/player.html?aid=170001", Some("https://www.bilibili.com/video/av170001")),
            ("https://player.youku.com/embed/XNDg2==", Some("https://v.youku.com/v_show/id_XNDg2==.html")),
            ("https://v.qq.com/txp/iframe/player.html?vid=k0011", Some("https://v.qq.com/x/page/k0011.html")),
            ("https://geo.dailymotion.com/player/x1.html?video=x8y", Some("https://www.dailymotion.com/video/x8y")),
            (
                "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=0",
                Some("https://soundcloud.com/a/b"),
            ),
            ("https://w.soundcloud.com/player/?url=javascript%3Aalert(1)", None),
            ("https://www.facebook.com/plugins/video.php?href=data%3Ax", None),
            ("https://open.spotify.com/embed/episode/4rO?utm=1", Some("https://open.spotify.com/episode/4rO")),
            (
                "https://tube.example/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                Some("https://tube.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d"),
            ),
            ("https://tube.example/videos/embed/short", None),
            ("https://example.org/embed/a1B2c3D4e5F", None),
        ] {
            let found = page(&Url::parse(player).expect("a URL"));
            assert_eq!(found.as_deref(), expected, "{player}");
        }
    }

    #[test]
    fn every_row_makes_an_address() {
        for row in PLAYERS {
            let name = if (row.is_name)("https://e.org/a") { "https://e.org/a" } else { "/a/" };
            assert!(Url::parse(&row.page.replace("{}", name)).is_ok(), "{}", row.page);
            assert!(!(row.is_name)("a\"b") && !(row.is_name)("javascript:x"), "{}", row.page);
        }
    }
}
