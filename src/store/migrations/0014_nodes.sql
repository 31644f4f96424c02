-- Several nodes on one store. In SQLite there is one, and these stay empty.

-- Who may do what at present: `publisher`, and `host:NAME` for whoever may ask a host. Times are the store's clock,
-- milliseconds since 1970. Where nobody has it (`node` is empty) it may be taken from `until` on.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    node TEXT NOT NULL,
    -- Another one with each claim: by it a holder is known that was away for too long.
    token INTEGER NOT NULL,
    until INTEGER NOT NULL,
    -- What is done under it, where others must wait for that.
    doing TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE nodes (
    name TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    started INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    doing TEXT NOT NULL,
    -- The generation of the published files that its directory holds, and how many files it lacks.
    generation INTEGER NOT NULL,
    behind INTEGER NOT NULL
) WITHOUT ROWID;

-- What the published files hold, by hash, packed as zstd; for nodes that did not write them.
CREATE TABLE bodies (
    hash TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    -- Since when no file has it.
    unnamed INTEGER
) WITHOUT ROWID;

