-- What all nouns share. Each noun's own table is made when the store is opened, for it is named after the noun.

-- Facts about the file itself: its incarnation, the count of probes.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The feed. AUTOINCREMENT, so that no position is ever used twice, even after the newest rows were pruned.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL
) STRICT;

-- Names that belong to one record for ever.
CREATE TABLE unique_keys (
    noun TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (noun, name, value)
) STRICT, WITHOUT ROWID;

-- Labels to list by.
CREATE TABLE tags (
    noun TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (noun, name, value, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_of_row ON tags (noun, seq);

-- Shares of sums. `until` is NULL until the share is released.
CREATE TABLE holds (
    scope TEXT NOT NULL,
    holder TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    until INTEGER,
    PRIMARY KEY (scope, holder)
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_ending ON holds (scope, until) WHERE until IS NOT NULL;

-- The sum over a scope's rows above, so that a window of a hundred thousand payouts is not added up for each.
CREATE TABLE hold_totals (
    scope TEXT NOT NULL PRIMARY KEY,
    total INTEGER NOT NULL CHECK (total >= 0)
) STRICT, WITHOUT ROWID;

-- How far the feeds of peers were read.
CREATE TABLE cursors (
    reader TEXT NOT NULL PRIMARY KEY,
    cursor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
