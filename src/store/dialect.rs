//! The store's statements in PostgreSQL's words.
//!
//! They are written as SQLite reads them, with what both have wherever there is such a thing: `$1`, `CAST(… AS BIGINT)`,
//! `IS DISTINCT FROM`. What is left is a handful of spellings, put into PostgreSQL's here; its migrations make the functions
//! that only SQLite has (`json_each`, `->>` on text, `strftime`).

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use std::fmt::Write as _;

/// What an open parenthesis is closed with.
#[derive(Clone, Copy, PartialEq)]
enum Opened {
    Plain,
    /// A key that is unique by its digest.
    Digest,
    /// Rows gathered to a list.
    List,
    /// A query to select from, which older versions want a name for.
    Rows,
}

/// A statement as PostgreSQL spells it.
pub(super) fn postgres(sql: &SqlStr) -> SqlStr {
    AssertSqlSafe(spelled(sql.as_str())).into_sql_str()
}

/// What only PostgreSQL reads stands between these.
const ONLY_HERE: [&str; 2] = ["/*PG ", " PG*/"];

fn spelled(sql: &str) -> String {
    let [from, to] = ONLY_HERE;
    let sql = sql.replace(from, "").replace(to, "");
    let mut out = String::with_capacity(sql.len() + 64);
    let mut opened = Vec::new();
    let (mut arguments, mut names) = (0_usize, 0_usize);
    let mut rest = sql.as_str();
    // The word before: what a parenthesis opens depends on it.
    let mut word = "";
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '\'' => rest.match_indices('\'').nth(1).map_or(rest.len(), |(end, _)| end + 1),
            c if c.is_alphabetic() => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        rest = behind;
        match token {
            "?" => {
                arguments += 1;
                // Writing to a text does not fail.
                let _ = write!(out, "${arguments}");
            }
            // A key may be longer than what an index holds; it is unique by its digest.
            "(" if word == "CONFLICT" && rest.starts_with("key)") => {
                out.push_str("(md5(");
                opened.push(Opened::Digest);
            }
            "(" if word == "json_group_array" => {
                out.push_str("COALESCE(CAST(json_agg(");
                opened.push(Opened::List);
            }
            "(" => {
                let selects = rest.trim_start().starts_with("SELECT");
                let is_rows = selects && matches!(word, "FROM" | "JOIN");
                opened.push(if is_rows { Opened::Rows } else { Opened::Plain });
                out.push('(');
            }
            ")" => match opened.pop() {
                Some(Opened::Digest) => out.push_str("))"),
                Some(Opened::List) => out.push_str(") AS TEXT), '[]')"),
                Some(Opened::Rows) if !is_named(rest) => {
                    names += 1;
                    let _ = write!(out, ") AS rows_{names}");
                }
                _ => out.push(')'),
            },
            "json_array" => out.push_str("json_build_array"),
            "json_group_array" | "CROSS" => {}
            _ => out.push_str(token),
        }
        if !token.trim().is_empty() {
            word = token;
        }
    }
    out
}

/// Whether a query to select from has a name behind it.
fn is_named(behind: &str) -> bool {
    let word: String = behind.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    !word.is_empty()
        && !["WHERE", "ORDER", "GROUP", "LIMIT", "UNION", "ON", "JOIN", "CROSS", "LEFT"].contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn what_only_sqlite_spells_so_is_spelled_anew() {
        for (sqlite, postgres) in [
            (
                "SELECT json_group_array(json_array(a, b) ORDER BY a) FROM t",
                "SELECT COALESCE(CAST(json_agg(json_build_array(a, b) ORDER BY a) AS TEXT), '[]') FROM t",
            ),
            ("SELECT a FROM (SELECT a FROM t) WHERE a", "SELECT a FROM (SELECT a FROM t) AS rows_1 WHERE a"),
            ("SELECT a FROM (SELECT a FROM t) b JOIN c", "SELECT a FROM (SELECT a FROM t) b JOIN c"),
            ("WHERE a IN (SELECT f(b) FROM (SELECT c))", "WHERE a IN (SELECT f(b) FROM (SELECT c) AS rows_1)"),
            ("a k CROSS JOIN b ON c", "a k  JOIN b ON c"),
            ("ON CONFLICT (key) DO UPDATE", "ON CONFLICT (md5(key)) DO UPDATE"),
            ("SELECT a /*PG FOR UPDATE PG*/)", "SELECT a FOR UPDATE)"),
            ("VALUES (?, ?), (?, '?')", "VALUES ($1, $2), ($3, '?')"),
            ("written <> '' AND 'json_array(' = a", "written <> '' AND 'json_array(' = a"),
        ] {
            assert_eq!(spelled(sqlite), postgres);
        }
    }
}
