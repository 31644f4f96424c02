//! Whether the tags of a document match. What is strange in one whose tags do is not told as a lost tag.

use crate::collect::feed::read::lexer::{Lexer, Token};

/// Elements within each other; in what is deeper tags count as lost.
const DEEPEST: usize = 10_000;

/// Whether each start tag has its end tag, where it belongs.
pub(super) fn is_balanced(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for token in Lexer::new(text) {
        match token {
            Token::Start(tag) if tag.closed => {}
            Token::Start(_) if open.len() == DEEPEST => return false,
            Token::Start(tag) => open.push(tag.name),
            Token::End(name) => {
                if open.pop() != Some(name) {
                    return false;
                }
            }
            Token::Text(_) | Token::Literal(_) | Token::Doctype(_) => {}
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::collect::feed::{Document, Origin, read};

    fn repairs(inside: &str) -> Vec<String> {
        let text = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title>{inside}</feed>");
        let origin = Origin { place: "a", base: None, content_type: None, timezone: chrono_tz::UTC };
        let Document::Feed(feed) = read(text.as_bytes(), &origin) else { panic!("it is a feed") };
        feed.repairs
    }

    #[test]
    fn no_tag_is_lost_where_all_of_them_match() {
        for inside in [
            "<author><name>A</name><title>of a person</title><link href='https://a.example/'/></author>",
            "<entry><title>a</title><entry><title>b</title></entry></entry>",
            "<entry><title>a <entry>b</entry> c</title></entry>",
            "<entry><title>a <title>b</title> c</title></entry>",
            "<entry><summary>a <feed><title>b</title></feed></summary></entry>",
            "<entry><id>1</id><content type='xhtml'><div><br/><title>x</title><p>y</p></div></content></entry>",
            "<feed><entry><title>a</title></entry></feed>",
        ] {
            let told = repairs(inside);
            assert!(!told.iter().any(|told| told.contains("missing end tags")), "{inside}: {told:?}");
        }
        let lost = repairs("<entry><title>a<id>1</id></entry>");
        assert!(lost.iter().any(|told| told.contains("missing end tags")), "{lost:?}");
    }
}
