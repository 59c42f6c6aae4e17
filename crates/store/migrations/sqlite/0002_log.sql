-- Records in a hash chain: `head` is SHA-256 over the record and the head before it, 64 hexadecimal digits. Rows are
-- appended and never changed.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    head TEXT NOT NULL
) STRICT;
