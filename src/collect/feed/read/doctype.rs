//! The document type declaration of XML: where it ends, the name that it gives the root element, and the entities that its
//! internal subset declares. Opens no file and follows no address: what is declared elsewhere stays unknown.

/// Most declarations of entities that are looked at; XHTML has 253, the sets of mathematics about two thousand.
const MAX_DECLARED: usize = 4_096;

/// An entity that a document declares for its own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntityDeclaration<'t> {
    pub(super) name: &'t str,
    /// What stands between the quotes; `None` where it is a file's or another address's.
    pub(super) value: Option<&'t str>,
}

/// Where a declaration that begins `text` and has an internal subset ends, behind its `>`; `None` where it has none, or a broken one.
pub(super) fn end(text: &str) -> Option<usize> {
    let mut subset = Subset::of(text)?;
    subset.by_ref().for_each(drop);
    let rest = text.get(subset.at..)?.strip_prefix(']')?.trim_start().strip_prefix('>')?;
    Some(text.len() - rest.len())
}

/// The entities that a declaration declares, as far as it is well-formed.
pub(super) fn entities(declaration: &str) -> impl Iterator<Item = EntityDeclaration<'_>> {
    Subset::of(declaration).into_iter().flatten().flatten().take(MAX_DECLARED)
}

/// The name that a declaration gives the root element.
pub(super) fn root(declaration: &str) -> &str {
    let behind = declaration.get("<!DOCTYPE".len()..).unwrap_or_default().trim_start();
    behind.split(|c: char| c.is_whitespace() || matches!(c, '>' | '[')).next().unwrap_or_default()
}

/// The declarations of an internal subset, one after another; ends before what is none, its own end or a fault.
#[derive(Debug)]
struct Subset<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Subset<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (from, stop) = unquoted(text, 1, b"[<>")?;
        (stop == b'[').then_some(Self { text, at: from + 1 })
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Behind the next occurrence of `needle`.
    fn behind(&self, needle: &str) -> Option<usize> {
        Some(self.at + self.rest().find(needle)? + needle.len())
    }

    /// Behind the end of the declaration that begins here.
    fn behind_declaration(&self) -> Option<usize> {
        let (end, stop) = unquoted(self.text, self.at + 1, b"<>")?;
        (stop == b'>').then_some(end + 1)
    }
}

impl<'t> Iterator for Subset<'t> {
    /// An entity, or another declaration, a comment, an instruction.
    type Item = Option<EntityDeclaration<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.at = self.text.len() - self.rest().trim_start().len();
        let rest = self.rest();
        let (declared, end) = if rest.starts_with("<!--") {
            (None, self.behind("-->")?)
        } else if rest.starts_with("<?") {
            (None, self.behind("?>")?)
        } else if rest.starts_with('%') {
            (None, self.behind(";")?)
        } else if let Some(entity) = rest.strip_prefix("<!ENTITY") {
            let (declared, rest) = entity_of(entity)?;
            let end = match rest {
                Some(rest) => self.text.len() - rest.len(),
                None => self.behind_declaration()?,
            };
            (declared, end)
        } else if rest.starts_with("<!") {
            (None, self.behind_declaration()?)
        } else {
            return None;
        };
        self.at = end;
        Some(declared)
    }
}

/// What is declared behind `<!ENTITY`, and what follows the declaration where its value stands in it. Entities of the
/// declaration's own (`%`) say nothing.
fn entity_of(text: &str) -> Option<(Option<EntityDeclaration<'_>>, Option<&str>)> {
    let text = text.strip_prefix(char::is_whitespace)?.trim_start();
    let parameter = text.strip_prefix('%');
    let text = parameter.unwrap_or(text).trim_start();
    let (name, text) = text.split_at_checked(text.find(char::is_whitespace)?)?;
    let text = text.trim_start();
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return Some((Some(EntityDeclaration { name, value: None }).filter(|_| parameter.is_none()), None));
    };
    let (value, rest) = text.strip_prefix(quote)?.split_once(quote)?;
    let rest = rest.trim_start().strip_prefix('>')?;
    Some((Some(EntityDeclaration { name, value: Some(value) }).filter(|_| parameter.is_none()), Some(rest)))
}

/// The first of `bytes` from a place on that stands outside of quotes, and where.
fn unquoted(text: &str, from: usize, bytes: &[u8]) -> Option<(usize, u8)> {
    let mut quote = None;
    text.bytes().enumerate().skip(from).find(|(_, byte)| match quote {
        None if matches!(byte, b'"' | b'\'') => {
            quote = Some(*byte);
            false
        }
        None => bytes.contains(byte),
        Some(open) => {
            quote = quote.filter(|_| open != *byte);
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> Vec<(&str, Option<&str>)> {
        entities(text).map(|entity| (entity.name, entity.value)).collect()
    }

    #[test]
    fn entities_are_read_in_every_spelling() {
        for (subset, meant) in [
            ("<!ENTITY a \"b\">", vec![("a", Some("b"))]),
            ("\n <!ENTITY  a\n'say \"b\"' >\n", vec![("a", Some("say \"b\""))]),
            ("<!ENTITY a '<b>c]></b>'><!ENTITY d \"e\">", vec![("a", Some("<b>c]></b>")), ("d", Some("e"))]),
            ("<!-- it's <!ENTITY a 'no'> --><!ENTITY a 'b'>", vec![("a", Some("b"))]),
            ("<!ENTITY % p 'x'>%p;<!ENTITY a 'b'>", vec![("a", Some("b"))]),
            ("<!ENTITY % p PUBLIC '-//W3C//ENTITIES' \"http://a.example/>\">%p;", vec![]),
            ("<!ENTITY a SYSTEM \"file:///x>y\"><!ENTITY b 'c'>", vec![("a", None), ("b", Some("c"))]),
            ("<?pi ]> ?><!ELEMENT a (b|c)*><!ATTLIST a b CDATA '>'><!ENTITY a ''>", vec![("a", Some(""))]),
            ("<!ENTITY a \"b><!ENTITY c \"d\">", vec![]),
            ("", vec![]),
        ] {
            let text = format!("<!DOCTYPE rss PUBLIC '-//[x]//' [{subset}] ><rss>");
            assert_eq!(declared(&text), meant, "{subset}");
            let is_whole = !subset.contains("\"b>");
            assert_eq!(end(&text), is_whole.then(|| text.len() - "<rss>".len()), "{subset}");
        }
        for text in
            ["<!DOCTYPE rss>", "<!DOCTYPE rss [", "<!DOCTYPE rss [<!ENTITY a 'b'>", "<!DOCTYPE a [x]>", "<!DOCTYPE"]
        {
            assert_eq!(end(text), None, "{text}");
        }
    }

    #[test]
    fn the_root_is_named() {
        for (text, name) in [
            ("<!DOCTYPE html>", "html"),
            ("<!doctype  rss PUBLIC \"-//W3C//DTD XHTML 1.0//EN\">", "rss"),
            ("<!DOCTYPE rss[", "rss"),
            ("<!DOCTYPE", ""),
        ] {
            assert_eq!(root(text), name, "{text}");
        }
    }
}
