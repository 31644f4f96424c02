//! Answers a question of the ledger with what is known: few wide statements, whatever is asked. Decides nothing.

use super::known::{EDITION, EditionRow, ITEM, ItemIdRow, edition, item};
use super::{Result, Write, from_json, from_rows, parse, time, to_json};
use crate::ledger::{
    EditionState, EntriesAsked, EntryState, ItemCount, ItemState, MOST_ALIKE, Numbered, Question, Says, Scope,
};
use crate::model::{Edition, Item};
use std::collections::BTreeSet;
use uuid::Uuid;

/// An edition with the row of its input, its header, whether it is listed, and how many of its items are live and shown.
type EditionStateRow = (EditionRow, i64, String, i64, i64, i64);

/// Row, input, key, link, story, title, content hash, hash, published, item, place, when it left, what it says.
type EntryStateRow = (
    i64,
    i64,
    String,
    Option<String>,
    Option<String>,
    String,
    String,
    String,
    i64,
    Option<Uuid>,
    i64,
    Option<i64>,
    Option<String>,
);

/// Seconds before those that are asked for that are known in any case: as many may be given out meanwhile.
const MARGIN: i64 = 100_000;

/// Columns of an entry, for [`EntryStateRow`], but for what it says.
const ENTRY: &str = "n.id, n.input_id, n.key, n.link, n.story, n.title, n.content_hash, n.hash, n.published, n.item_id,
    n.place, n.left_at";

impl Write {
    /// Adds to a scope what is asked for.
    pub async fn load(&mut self, question: &Question, scope: &mut Scope) -> Result<()> {
        scope.has_feeds = self.days.is_some();
        let alike = self.editions_alike(question).await?;
        let whole: BTreeSet<Uuid> = alike.union(&question.editions).copied().collect();
        let items = self.load_items(question, &whole, scope).await?;
        self.load_entries(question, &items, scope).await?;
        let days = items.iter().filter_map(|id| scope.item(*id)).filter(|item| item.by_feed).map(|item| item.edition);
        let editions: BTreeSet<Uuid> = days.chain(whole).filter(|id| scope.edition(*id).is_none()).collect();
        self.load_editions(question, &editions, scope).await?;
        self.load_names(question, scope).await?;
        self.load_seconds(question, scope).await?;
        self.load_leads(question, scope).await
    }

    /// The editions that have a sign of a post that is asked for.
    async fn editions_alike(&mut self, question: &Question) -> Result<BTreeSet<Uuid>> {
        if question.posts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let signs: Vec<_> = question
            .posts
            .iter()
            .map(|(input, signs)| {
                let published = signs.published.map(|second| second.timestamp());
                (input, &signs.path, &signs.permalink, signs.number, &signs.title, published)
            })
            .collect();
        let rows: String = sqlx::query_scalar(
            "WITH signs AS MATERIALIZED (
                 SELECT CAST(value ->> 0 AS BIGINT) AS input, value ->> 1 AS path, value ->> 2 AS link,
                     CAST(value ->> 3 AS BIGINT) AS number, value ->> 4 AS title,
                     CAST(value ->> 5 AS BIGINT) AS published FROM json_each($1))
             SELECT json_group_array(id) FROM (
                 SELECT e.id FROM signs s CROSS JOIN editions e ON e.input_id = s.input AND e.path = s.path
                 UNION SELECT e.id FROM signs s CROSS JOIN editions e ON e.permalink = s.link AND e.input_id = s.input
                 UNION SELECT e.id FROM signs s CROSS JOIN editions e ON e.number = s.number AND e.input_id = s.input
                 UNION SELECT id FROM (
                     SELECT e.id, ROW_NUMBER() OVER (PARTITION BY e.input_id, e.title ORDER BY e.live DESC, e.published,
                         e.id) AS place
                     FROM (SELECT DISTINCT title FROM signs) s CROSS JOIN editions e ON e.title = s.title)
                 WHERE place <= $2
                 UNION SELECT id FROM (
                     SELECT e.id, ROW_NUMBER() OVER (PARTITION BY e.input_id, e.published ORDER BY e.live, e.id) AS place
                     FROM (SELECT DISTINCT input, published FROM signs) s CROSS JOIN editions e
                     ON e.live IN (-1, 0, 1) AND e.shown IN (0, 1) AND e.published = s.published AND e.input_id = s.input)
                 WHERE place <= $2)",
        )
        .bind(to_json("editions", &signs)?)
        .bind(i64::try_from(MOST_ALIKE).unwrap_or(i64::MAX))
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(from_rows::<Uuid>(&rows)?.into_iter().collect())
    }

    /// Items that are asked for, those about a story that is asked for, and those of whole editions.
    async fn load_items(
        &mut self,
        question: &Question,
        whole: &BTreeSet<Uuid>,
        scope: &mut Scope,
    ) -> Result<BTreeSet<Uuid>> {
        let stories = if self.days.is_some() { question.stories.iter().collect() } else { Vec::new() };
        let absent = if self.days.is_some() { question.absent.iter().collect() } else { Vec::new() };
        if question.items.is_empty() && whole.is_empty() && stories.is_empty() && absent.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = format!(
            "SELECT json_group_array(json_array(json_array({ITEM}), i.written, e.input_id))
             FROM items i JOIN editions e ON e.id = i.edition_id WHERE i.id IN (
                 SELECT value FROM json_each($1)
                 UNION SELECT x.id FROM json_each($2) k CROSS JOIN editions w ON w.id = k.value
                     JOIN items x ON x.edition_id = w.id WHERE w.input_id IS DISTINCT FROM $5
                 UNION SELECT id FROM items WHERE story IN (SELECT value FROM json_each($3))
                 UNION SELECT item_id FROM entries WHERE story IN (SELECT value FROM json_each($3)) AND item_id IS NOT NULL
                 UNION SELECT x.id FROM items x CROSS JOIN editions d ON d.id = x.edition_id
                     WHERE x.title IN (SELECT value FROM json_each($4)) AND x.live <> 1 AND x.story IS NULL
                         AND d.input_id = $5)"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(to_json("items.id", &question.items)?)
            .bind(to_json("items.edition_id", &whole)?)
            .bind(to_json("items.story", &stories)?)
            .bind(to_json("items.title", &absent)?)
            .bind(self.days)
            .fetch_one(&mut *self.tx)
            .await?;
        let mut ids = BTreeSet::new();
        for (known, written, input) in from_rows::<(ItemIdRow, String, i64)>(&rows)? {
            let (edition, known) = item(known)?;
            ids.insert(known.id);
            if scope.item(known.id).is_none() {
                let written =
                    (!written.is_empty()).then(|| from_json::<Item>("items.written", &written)).transpose()?;
                scope.know_item(ItemState { edition, by_feed: self.days == Some(input), known, written });
            }
        }
        Ok(ids)
    }

    /// Entries that carry these items, with what they say, and entries that are asked for.
    async fn load_entries(&mut self, question: &Question, items: &BTreeSet<Uuid>, scope: &mut Scope) -> Result<()> {
        if self.days.is_none() {
            return Ok(());
        }
        if !items.is_empty() {
            let sql = format!(
                "SELECT json_group_array(json_array({ENTRY}, n.written)) FROM entries n
                 WHERE n.item_id IN (SELECT value FROM json_each($1))"
            );
            let carrying = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(to_json("entries.item_id", items)?);
            let rows: String = carrying.fetch_one(&mut *self.tx).await?;
            know_entries(&rows, scope)?;
        }
        let Some(EntriesAsked { inputs, left_after, keys }) = &question.entries else { return Ok(()) };
        let sql = format!(
            "SELECT json_group_array(json_array({ENTRY}, NULL) ORDER BY n.id) FROM entries n
             WHERE n.input_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
                 AND (n.left_at IS NULL OR n.left_at >= $2 OR n.key IN (SELECT value FROM json_each($3)))"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(to_json("entries.input_id", inputs)?)
            .bind(left_after.timestamp())
            .bind(to_json("entries.key", keys)?)
            .fetch_one(&mut *self.tx)
            .await?;
        know_entries(&rows, scope)
    }

    /// Editions by id, and those of the days that are asked for.
    async fn load_editions(&mut self, question: &Question, ids: &BTreeSet<Uuid>, scope: &mut Scope) -> Result<()> {
        if ids.is_empty() && question.days.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT json_group_array(json_array(json_array({EDITION}, e.showed), e.input_id, e.written, e.listed,
                    CASE WHEN e.input_id = $3 THEN
                        (SELECT COUNT(*) FROM items WHERE edition_id = e.id AND live = 1) ELSE 0 END,
                    CASE WHEN e.input_id = $3 THEN
                        (SELECT COUNT(*) FROM items WHERE edition_id = e.id AND live = 1 AND shown = 1) ELSE 0 END))
             FROM editions e JOIN inputs n ON n.id = e.input_id WHERE e.id IN (
                 SELECT value FROM json_each($1)
                 UNION SELECT id FROM editions WHERE input_id = $3 AND path IN (SELECT value FROM json_each($2)))"
        );
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(to_json("editions.id", ids)?)
            .bind(to_json("editions.path", &question.days)?)
            .bind(self.days)
            .fetch_one(&mut *self.tx)
            .await?;
        for row in from_rows::<EditionStateRow>(&rows)? {
            let state = edition_state(row, self.days)?;
            if scope.edition(state.known.id).is_none() {
                scope.know_edition(state);
            }
        }
        Ok(())
    }

    /// Names that are taken, and editions that bear the numbers that are asked for.
    async fn load_names(&mut self, question: &Question, scope: &mut Scope) -> Result<()> {
        loop {
            let unknown = scope.names.unknown(&question.seeds);
            if unknown.is_empty() {
                break;
            }
            let (ids, short_ids) = self.taken_among(&unknown).await?;
            scope.names.note(ids, short_ids);
        }
        if !question.slugs.is_empty() {
            let sql = "SELECT json_group_array(slug) FROM editions WHERE slug IN (SELECT value FROM json_each($1))";
            let taken: String = sqlx::query_scalar(sql)
                .bind(to_json("editions.slug", &question.slugs)?)
                .fetch_one(&mut *self.tx)
                .await?;
            scope.names.note_slugs(from_rows::<String>(&taken)?);
        }
        if !question.numbers.is_empty() {
            let sql = "SELECT json_group_array(json_array(number, input_id, id, path, live)) FROM editions
                       WHERE number IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
            let rows: String = sqlx::query_scalar(sql)
                .bind(to_json("editions.number", &question.numbers)?)
                .fetch_one(&mut *self.tx)
                .await?;
            for (number, input, edition, path, live) in from_rows::<(u32, i64, Uuid, String, i64)>(&rows)? {
                if !scope.numbered(number).any(|known| known.edition == edition) {
                    scope.know_number(Numbered { number, input, edition, path, is_live: live == 1 });
                }
            }
        }
        Ok(())
    }

    /// Seconds that are taken from an instant on. As many seconds before it are known as could be taken in a row.
    async fn load_seconds(&mut self, question: &Question, scope: &mut Scope) -> Result<()> {
        let Some(from) = question.seconds_from.map(|from| from.timestamp()) else { return Ok(()) };
        let before = scope.seconds_from;
        if before.is_some_and(|before| before <= from) {
            return Ok(());
        }
        for (of_items, sql) in [(true, "SELECT COUNT(*) FROM items"), (false, "SELECT COUNT(*) FROM editions")] {
            let most: i64 = sqlx::query_scalar(sql).fetch_one(&mut *self.tx).await?;
            let sql = if of_items {
                "SELECT json_group_array(DISTINCT updated) FROM items WHERE updated >= $1"
            } else {
                "SELECT json_group_array(DISTINCT updated) FROM editions WHERE updated >= $1"
            };
            let taken: String = sqlx::query_scalar(sql)
                .bind(from.saturating_sub(most.saturating_mul(2)).saturating_sub(MARGIN))
                .fetch_one(&mut *self.tx)
                .await?;
            let seconds = if of_items { &mut scope.item_seconds } else { &mut scope.edition_seconds };
            seconds.note(from_rows::<i64>(&taken)?);
        }
        scope.seconds_from = Some(from);
        Ok(())
    }

    /// Where links lead that lead elsewhere. A place that several links of one host lead to, as a page that asks for consent,
    /// names no story.
    async fn load_leads(&mut self, question: &Question, scope: &mut Scope) -> Result<()> {
        if question.links.is_empty() {
            return Ok(());
        }
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(key, leads_to)) FROM links l
             WHERE leads_to IS NOT NULL AND key IN (SELECT value FROM json_each($1))
                 AND NOT EXISTS (SELECT 1 FROM links o WHERE o.leads_to = l.leads_to GROUP BY o.host HAVING COUNT(*) > 1)",
        )
        .bind(to_json("links.key", &question.links)?)
        .fetch_one(&mut *self.tx)
        .await?;
        scope.leads.extend(from_rows::<(String, String)>(&rows)?);
        Ok(())
    }
}

fn know_entries(rows: &str, scope: &mut Scope) -> Result<()> {
    for row in from_rows::<EntryStateRow>(rows)? {
        let entry = entry_state(row)?;
        // What it says may have been asked for since.
        if scope.entry(entry.row).is_none_or(|known| known.says == Says::Unasked) {
            scope.know_entry(entry);
        }
    }
    Ok(())
}

fn entry_state(row: EntryStateRow) -> Result<EntryState> {
    let (row, input, key, link, story, title, content_hash, hash, published, item, place, left_at, written) = row;
    let says = match written.as_deref() {
        None => Says::Unasked,
        Some("") => Says::AsItem,
        Some(written) => Says::This(Box::new(from_json("entries.written", written)?)),
    };
    Ok(EntryState {
        row,
        input,
        key,
        link,
        story,
        title,
        content_hash: parse("entries.content_hash", &content_hash)?,
        hash: parse("entries.hash", &hash)?,
        published: time(published),
        item,
        place,
        left_at: left_at.map(time),
        says,
    })
}

fn edition_state(
    (known, input, written, listed, live, visible): EditionStateRow,
    days: Option<i64>,
) -> Result<EditionState> {
    let written = (!written.is_empty()).then(|| from_json::<Edition>("editions.written", &written)).transpose()?;
    Ok(EditionState {
        input,
        known: edition(known)?,
        written,
        is_day: days == Some(input),
        is_listed: listed == 1,
        items: ItemCount { live, shown: visible },
    })
}
