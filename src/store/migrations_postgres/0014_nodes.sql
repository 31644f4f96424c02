-- Several nodes on one store.

-- SQLite's name for what time it is, seconds since 1970: while a transaction goes on, too.
CREATE FUNCTION unixepoch(form TEXT) RETURNS DOUBLE PRECISION LANGUAGE sql VOLATILE AS
    'SELECT CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)';

-- Who may do what at present: `publisher`, and `host:NAME` for whoever may ask a host. Times are the store's clock,
-- milliseconds since 1970. Where nobody has it (`node` is empty) it may be taken from `until` on.
CREATE TABLE leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    node TEXT COLLATE "C" NOT NULL,
    -- Another one with each claim: by it a holder is known that was away for too long.
    token BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- What is done under it, where others must wait for that.
    doing TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE nodes (
    name TEXT COLLATE "C" PRIMARY KEY,
    version TEXT COLLATE "C" NOT NULL,
    started BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    doing TEXT COLLATE "C" NOT NULL,
    -- The generation of the published files that its directory holds, and how many files it lacks.
    generation BIGINT NOT NULL,
    behind BIGINT NOT NULL
);

-- What the published files hold, by hash, packed as zstd; for nodes that did not write them.
CREATE TABLE bodies (
    hash TEXT COLLATE "C" PRIMARY KEY,
    body BYTEA NOT NULL,
    -- Since when no file has it.
    unnamed BIGINT
);
-- Packed already.
ALTER TABLE bodies ALTER COLUMN body SET STORAGE EXTERNAL;

-- Links are claimed by their hosts.
CREATE INDEX links_due_host ON links (host, next_check);
