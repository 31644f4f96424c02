//! Cuts markup into tags and text, whatever is wrong with it: never fails, never looks twice at the same place for the
//! same thing, so that its time is linear in the length of the text.
//!
//! A library is of no use here: the parsers for XML stop at the first fault, and those for HTML neither keep CDATA nor
//! bound the number of attributes.

use super::doctype;

/// Attributes of one tag that are looked at.
pub(super) const MAX_ATTRIBUTES: usize = 64;

/// A piece of markup. Comments and processing instructions are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Text, in which references stand for characters.
    Text(&'t str),
    /// Text without references.
    Literal(&'t str),
    /// A start tag.
    Start(StartTag<'t>),
    /// The name in an end tag.
    End(&'t str),
    /// A document type declaration.
    Doctype(&'t str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StartTag<'t> {
    /// Its name as written, with a prefix if there is one.
    pub(super) name: &'t str,
    /// What stands between the name and the end of the tag.
    pub(super) rest: &'t str,
    /// Whether it is an end tag as well.
    pub(super) closed: bool,
}

/// What the lexer found wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Faults {
    pub(super) bare_less: bool,
    pub(super) unclosed_section: bool,
}

#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    comment_end: Ahead,
    section_start: Ahead,
    section_end: Ahead,
    instruction_end: Ahead,
    subset_end: Ahead,
    bracket: Ahead,
    double_quote: Ahead,
    single_quote: Ahead,
    /// Whether a document type was met; a document has one, and looking for the end of each would take too long.
    has_doctype: bool,
    pub(super) faults: Faults,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            comment_end: Ahead::new("-->"),
            section_start: Ahead::new(SECTION),
            section_end: Ahead::new("]]>"),
            instruction_end: Ahead::new("?>"),
            subset_end: Ahead::new("]>"),
            bracket: Ahead::new("]"),
            double_quote: Ahead::new("\""),
            single_quote: Ahead::new("'"),
            has_doctype: false,
            faults: Faults::default(),
        }
    }

    /// Where the next token begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on, or back, to where a token begins.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    /// Goes on behind the next `needle` (in any case), for elements whose text is no markup.
    pub(super) fn skip_to(&mut self, needle: &str) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let found = rest.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()));
        self.at = found.map_or(self.text.len(), |found| self.at + found);
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn rest(&self, from: usize) -> &'t str {
        self.text.get(from..).unwrap_or_default()
    }

    /// A `<` that begins no tag, as text.
    fn bare_less(&mut self) -> Token<'t> {
        self.faults.bare_less = true;
        let from = self.at;
        self.at += 1;
        Token::Literal(self.slice(from, self.at))
    }

    fn markup(&mut self) -> Option<Token<'t>> {
        let from = self.at;
        let rest = self.rest(from + 1);
        match rest.as_bytes().first() {
            Some(b'!') if rest.starts_with("!--") => {
                self.comment(from);
                None
            }
            Some(b'!') if starts_with(rest, "![CDATA[") => Some(self.section(from + SECTION.len())),
            Some(b'!') if starts_with(rest, "!DOCTYPE") => Some(self.doctype(from)),
            Some(b'!') => {
                self.at = rest.find('>').map_or(self.text.len(), |end| from + 1 + end + 1);
                None
            }
            Some(b'?') => {
                let declares = starts_with(rest, "?xml ");
                let end = self.instruction_end.find(self.text, from).filter(|_| !declares).map(|end| end + 2);
                self.at = end.or_else(|| Some(from + 1 + rest.find('>')? + 1)).unwrap_or(self.text.len());
                None
            }
            Some(b'/') => self.end_tag(from),
            _ if rest.starts_with(|c: char| c.is_alphabetic() || c == '_') => Some(self.start_tag(from)),
            _ => Some(self.bare_less()),
        }
    }

    fn comment(&mut self, from: usize) {
        self.at = self.comment_end.find(self.text, from + 4).map_or_else(
            || {
                self.faults.unclosed_section = true;
                self.rest(from).find('>').map_or(self.text.len(), |end| from + end + 1)
            },
            |end| end + 3,
        );
    }

    /// A section that is never closed ends with the element it stands in, as far as that can be told; so does one in which
    /// an entry ends and another section begins. One directly within another is the same.
    fn section(&mut self, mut from: usize) -> Token<'t> {
        let doubled = starts_with(self.rest(from), SECTION);
        if doubled {
            from += SECTION.len();
        }
        let end = self.section_end.find(self.text, from);
        let next = self.section_start.find(self.text, from);
        let crossed = next.is_some_and(|next| end.is_none_or(|end| next < end));
        let inside = self.slice(from, next.filter(|_| crossed).unwrap_or(self.text.len()));
        if let Some(end) = end
            && !(crossed && entry_end(inside).is_some())
        {
            let twice = doubled && self.rest(end + 3).starts_with("]]>");
            self.at = end + if twice { 6 } else { 3 };
            return Token::Literal(self.slice(from, end));
        }
        self.faults.unclosed_section = true;
        let end = entry_end(inside).and_then(|end| inside.get(..end)?.rfind("</")).unwrap_or(inside.len());
        self.at = from + end;
        Token::Literal(self.slice(from, self.at))
    }

    /// An internal subset that is not well-formed ends with the next `]>`.
    fn doctype(&mut self, from: usize) -> Token<'t> {
        let whole = Some(self.rest(from)).filter(|_| !self.has_doctype).and_then(doctype::end);
        self.has_doctype = true;
        if let Some(length) = whole {
            self.at = from + length;
            return Token::Doctype(self.slice(from, self.at));
        }
        let close = self.rest(from).find('>').map_or(self.text.len(), |close| from + close);
        let end = if self.slice(from, close).contains('[') {
            let bracket = self.subset_end.find(self.text, from).or_else(|| self.bracket.find(self.text, from));
            bracket.and_then(|at| Some(at + self.rest(at).find('>')?)).unwrap_or(close)
        } else {
            close
        };
        self.at = (end + 1).min(self.text.len());
        Token::Doctype(self.slice(from, self.at))
    }

    fn end_tag(&mut self, from: usize) -> Option<Token<'t>> {
        let inside = self.rest(from + 2);
        let end = inside.find(['>', '<']).unwrap_or(inside.len());
        let name = inside.get(..end).unwrap_or_default().trim();
        if !name.is_empty() && !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Some(self.bare_less());
        }
        let closed = inside.get(end..).is_some_and(|rest| rest.starts_with('>'));
        self.at = from + 2 + end + usize::from(closed);
        let name = name.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        (!name.is_empty()).then_some(Token::End(name))
    }

    fn start_tag(&mut self, from: usize) -> Token<'t> {
        let Some(end) = self.tag_end(from + 1) else { return self.bare_less() };
        let inside = self.slice(from + 1, end);
        let length = inside.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, rest) = inside.split_at_checked(length).unwrap_or((inside, ""));
        self.at = end + 1;
        match rest.strip_suffix('/').filter(|rest| !ends_in_bare_value(rest)) {
            Some(rest) => Token::Start(StartTag { name, rest, closed: true }),
            None => Token::Start(StartTag { name, rest, closed: false }),
        }
    }

    /// Where the tag's `>` stands; `None` where another tag begins before.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        let mut at = from;
        let mut before = b' ';
        loop {
            let byte = *self.text.as_bytes().get(at)?;
            match byte {
                b'>' => return Some(at),
                b'<' => return None,
                b'"' | b'\'' if before == b'=' => {
                    let quotes = if byte == b'"' { &mut self.double_quote } else { &mut self.single_quote };
                    if let Some(end) = quotes.find(self.text, at + 1).filter(|end| is_value(self.slice(at + 1, *end))) {
                        at = end;
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
            at += 1;
        }
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.rest(self.at);
            let text = rest.find('<').unwrap_or(rest.len());
            if text > 0 {
                let from = self.at;
                self.at += text;
                return Some(Token::Text(self.slice(from, self.at)));
            }
            if rest.is_empty() {
                return None;
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
    }
}

impl<'t> StartTag<'t> {
    /// Names and values as written, at most [`MAX_ATTRIBUTES`].
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let mut rest = self.rest;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '='));
            let length = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(length)?;
            if name.is_empty() {
                return None;
            }
            let Some(value) = after.trim_start().strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, after) = match quote {
                Some(quote) => value.get(1..)?.split_once(quote).unwrap_or((value.get(1..)?, "")),
                None => value.split_at_checked(value.find(char::is_whitespace).unwrap_or(value.len()))?,
            };
            rest = after;
            Some((name, value))
        })
        .take(MAX_ATTRIBUTES)
    }

    /// The value of an attribute as written; its name in any case.
    pub(super) fn attribute(&self, name: &str) -> Option<&'t str> {
        self.attributes().find(|(written, _)| written.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Looks for the next occurrence of something, and remembers where that is.
#[derive(Debug)]
struct Ahead {
    needle: &'static str,
    from: usize,
    found: Option<usize>,
    looked: bool,
}

impl Ahead {
    fn new(needle: &'static str) -> Self {
        Self { needle, from: 0, found: None, looked: false }
    }

    fn find(&mut self, text: &str, from: usize) -> Option<usize> {
        let known = self.looked && self.from <= from && self.found.is_none_or(|found| found >= from);
        if !known {
            // Having gone back, only what was not looked at yet needs to be.
            let to = if self.looked && self.from > from { self.from + self.needle.len() } else { text.len() };
            let found = text.get(from..text.ceil_char_boundary(to)).and_then(|rest| rest.find(self.needle));
            self.found = found.map(|found| from + found).or(self.found.filter(|_| to < text.len()));
            self.from = from;
            self.looked = true;
        }
        self.found
    }
}

const SECTION: &str = "<![CDATA[";

fn starts_with(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Whether what stands between two quotes can be a value: one that runs over the end of its tag into another lost its
/// own closing quote.
fn is_value(quoted: &str) -> bool {
    !quoted.find('>').and_then(|end| quoted.get(end..)).is_some_and(|rest| rest.contains('<'))
}

/// Whether a tag ends with a value without quotes, to which a slash behind it belongs.
fn ends_in_bare_value(rest: &str) -> bool {
    let last = rest.rsplit(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
    last.contains('=') && !last.ends_with(['"', '\'', '='])
}

fn entry_end(text: &str) -> Option<usize> {
    ["</item>", "</entry>"].iter().filter_map(|end| text.find(end)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens as text: `<name rest>`, `</name>`, `=literal`.
    fn tokens(text: &str) -> Vec<String> {
        let told = |token| match token {
            Token::Text(text) => text.to_owned(),
            Token::Literal(text) => format!("={text}"),
            Token::Start(StartTag { name, rest, closed }) => format!("<{name}{rest}{}>", if closed { "/" } else { "" }),
            Token::End(name) => format!("</{name}>"),
            Token::Doctype(declaration) => declaration.to_owned(),
        };
        Lexer::new(text).map(told).collect()
    }

    #[test]
    fn markup_is_cut_where_it_is_meant_to_be() {
        for (text, meant) in [
            ("a<b>c</b >d", vec!["a", "<b>", "c", "</b>", "d"]),
            ("<a b='>' c=\"<\"/>", vec!["<a b='>' c=\"<\"/>"]),
            ("<a b=c/>", vec!["<a b=c/>"]),
            ("1 < 2 <3 <b x", vec!["1 ", "=<", " 2 ", "=<", "3 ", "=<", "b x"]),
            ("<a href=\"x>y</a><c d=\"e\">", vec!["<a href=\"x>", "y", "</a>", "<c d=\"e\">"]),
            ("<![CDATA[a<b]]>c", vec!["=a<b", "c"]),
            ("<![cdata[<![CDATA[a]]>]]>b", vec!["=a", "b"]),
            ("<d><![CDATA[a</d></item><![CDATA[b]]>", vec!["<d>", "=a", "</d>", "</item>", "=b"]),
            ("<!-- <a> --><?pi <a>?><!odd><b>", vec!["<b>"]),
            ("<!-- a><b>", vec!["<b>"]),
            ("<?xml version='1.0'><b>?>", vec!["<b>", "?>"]),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><d>", vec!["<!DOCTYPE a [<!ENTITY b \"c\">]>", "<d>"]),
            ("<!DOCTYPE a [<!ENTITY b \"]>\">]><d>", vec!["<!DOCTYPE a [<!ENTITY b \"]>\">]>", "<d>"]),
            ("<!DOCTYPE a [<!ENTITY b \"c>]><d>", vec!["<!DOCTYPE a [<!ENTITY b \"c>]>", "<d>"]),
            ("</><//a></ b>", vec!["=<", "//a>", "</b>"]),
        ] {
            assert_eq!(tokens(text), meant, "{text}");
        }
    }

    #[test]
    fn attributes_are_read_in_every_spelling() {
        let Some(Token::Start(tag)) = Lexer::new("<a b='1' c=\"2\"d = 3 e f='x>").next() else { panic!("a tag") };
        let attributes: Vec<_> = tag.attributes().collect();
        assert_eq!(attributes, [("b", "1"), ("c", "2"), ("d", "3"), ("e", ""), ("f", "x")]);
        assert_eq!(tag.attribute("D"), Some("3"));
        let many = format!("<a {}>", "x='1' ".repeat(1_000));
        let Some(Token::Start(tag)) = Lexer::new(&many).next() else { panic!("a tag") };
        assert_eq!(tag.attributes().count(), MAX_ATTRIBUTES);
    }
}
