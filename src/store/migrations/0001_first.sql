-- Times are seconds since 1970 (UTC) unless a name says otherwise. `written` columns hold what an author wrote, as JSON of
-- the model's structs; everything else is ours. Only types that SQLite and PostgreSQL share.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE inputs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL
);

-- Every file of a digest input as it was last read.
CREATE TABLE posts (
    input_id BIGINT NOT NULL REFERENCES inputs (id),
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    hash TEXT NOT NULL,
    held_until BIGINT,
    skipped TEXT,
    edition_id TEXT,
    PRIMARY KEY (input_id, path)
);

CREATE TABLE complaints (
    input_id BIGINT NOT NULL REFERENCES inputs (id),
    path TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    written TEXT NOT NULL,
    PRIMARY KEY (input_id, path, ordinal)
);

-- live: 1 published, 0 left; -1 known from the published directory after the store was lost, until its post is read.
CREATE TABLE editions (
    id TEXT PRIMARY KEY,
    input_id BIGINT NOT NULL REFERENCES inputs (id),
    path TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    permalink TEXT,
    number BIGINT,
    title TEXT NOT NULL,
    date TEXT NOT NULL,
    written TEXT NOT NULL,
    header_hash TEXT NOT NULL,
    published BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    live BIGINT NOT NULL,
    -- 0: none of its items is shown.
    shown BIGINT NOT NULL
);
CREATE INDEX editions_path ON editions (input_id, path);
CREATE INDEX editions_input ON editions (input_id, live, shown, id);
CREATE INDEX editions_permalink ON editions (permalink);
CREATE INDEX editions_number ON editions (number);
CREATE INDEX editions_title ON editions (title);
CREATE INDEX editions_published ON editions (live, shown, published);
CREATE INDEX editions_updated ON editions (updated);

CREATE TABLE items (
    id TEXT PRIMARY KEY,
    short_id TEXT NOT NULL UNIQUE,
    edition_id TEXT NOT NULL REFERENCES editions (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    source_key TEXT,
    sketch TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    written TEXT NOT NULL,
    -- Rows of its tags' channels, as JSON; the same is among its memberships, where it is found by tag.
    tags TEXT NOT NULL,
    published BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    live BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    -- 0: kept out of feeds and pages for its primary source's sake. Published is what is live and shown.
    shown BIGINT NOT NULL
);
CREATE INDEX items_hidden ON items (id) WHERE shown = 0;
-- Covers the counts of items per input, which would else read every item.
CREATE INDEX items_edition ON items (edition_id, position, live, shown);
CREATE INDEX items_updated ON items (updated);

-- A channel per tag and per cited host, and the combined one. `slug` is for ever.
CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    members BIGINT NOT NULL DEFAULT 0,
    emptied_at BIGINT,
    UNIQUE (kind, key),
    UNIQUE (kind, slug)
);

INSERT INTO channels (kind, key, slug, name) VALUES ('combined', '', '', '');

-- Which live and shown items stand in which channel.
CREATE TABLE memberships (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    published BIGINT NOT NULL,
    item_id TEXT NOT NULL REFERENCES items (id),
    ordinal BIGINT NOT NULL,
    PRIMARY KEY (channel_id, published, item_id)
) WITHOUT ROWID;
CREATE INDEX memberships_item ON memberships (item_id);

-- How editions spell their tags; a tag is named as in its earliest edition.
CREATE TABLE spellings (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    published BIGINT NOT NULL,
    edition_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (channel_id, published, edition_id)
) WITHOUT ROWID;
CREATE INDEX spellings_edition ON spellings (edition_id);

CREATE TABLE links (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    newest BIGINT NOT NULL,
    verdict TEXT NOT NULL DEFAULT 'unchecked',
    since BIGINT,
    last_reached BIGINT,
    rule TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    moved_to TEXT,
    archive TEXT,
    -- When an archive is asked for a copy again; whether it was asked to save the page.
    archive_next BIGINT NOT NULL DEFAULT 0,
    archive_saved BIGINT NOT NULL DEFAULT 0,
    next_check BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX links_due ON links (next_check);
CREATE INDEX links_verdict ON links (verdict);

-- The source links of live items.
CREATE TABLE item_sources (
    item_id TEXT NOT NULL REFERENCES items (id),
    position BIGINT NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    link_key TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
) WITHOUT ROWID;
CREATE INDEX item_sources_link ON item_sources (link_key);

-- Every attempt to reach a link. counted: 0 when the network was down here.
CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    link_key TEXT NOT NULL,
    at BIGINT NOT NULL,
    seen TEXT NOT NULL,
    counted BIGINT NOT NULL
);
CREATE INDEX checks_link ON checks (link_key, at);

-- Checks by day (YYYY-MM-DD, UTC), host and what they said; kept when the checks are forgotten.
CREATE TABLE check_totals (
    day TEXT NOT NULL,
    host TEXT NOT NULL,
    verdict TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, host, verdict)
) WITHOUT ROWID;

-- What the publisher has to look at again.
CREATE TABLE dirty_items (item_id TEXT PRIMARY KEY);
-- shifted: an item or edition entered or left there, so that all later pages move.
CREATE TABLE dirty_editions (
    edition_id TEXT NOT NULL,
    published BIGINT NOT NULL,
    shifted BIGINT NOT NULL,
    PRIMARY KEY (edition_id, published, shifted)
) WITHOUT ROWID;
CREATE TABLE dirty_channels (
    channel_id BIGINT NOT NULL,
    published BIGINT NOT NULL,
    shifted BIGINT NOT NULL,
    PRIMARY KEY (channel_id, published, shifted)
) WITHOUT ROWID;

-- What the publisher wrote, by path below the published directory.
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    hash TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cycles (
    id INTEGER PRIMARY KEY,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    report TEXT NOT NULL
);
