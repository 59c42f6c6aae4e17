//! The statements. Placeholders are numbered as PostgreSQL has them, too.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::several::{Asked, Written};
use crate::backend::Stored;
use crate::error::StoreError;

pub(super) const MIGRATIONS: [(i64, &str, &str); 3] = [
    (1, "common", include_str!("../../../migrations/sqlite/0001_common.sql")),
    (2, "log", include_str!("../../../migrations/sqlite/0002_log.sql")),
    (3, "log_changes", include_str!("../../../migrations/sqlite/0003_log_changes.sql")),
];

pub(super) const KEEP_INCARNATION: &str =
    "INSERT INTO meta (name, value) VALUES ('incarnation', $1) ON CONFLICT (name) DO NOTHING";
pub(super) const INCARNATION: &str = "SELECT value FROM meta WHERE name = 'incarnation'";

pub(super) const COUNT_PROBE: &str = "INSERT INTO meta (name, value) VALUES ('probes', '1') \
     ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT) \
     RETURNING CAST(value AS INTEGER)";
pub(super) const PROBES: &str = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'probes'";

pub(super) const HELD: &str = "SELECT coalesce((SELECT total FROM hold_totals WHERE scope = $1), 0) \
     - coalesce((SELECT sum(amount) FROM holds WHERE scope = $1 AND until <= $2), 0)";
/// As above, and whether rows have ended that the total still has.
pub(super) const SUM: &str = "SELECT coalesce((SELECT total FROM hold_totals WHERE scope = $1), 0) \
     - coalesce((SELECT sum(amount) FROM holds WHERE scope = $1 AND until <= $2), 0), \
     EXISTS (SELECT 1 FROM holds WHERE scope = $1 AND until <= $2)";
pub(super) const HOLDS: &str = "SELECT holder, amount, until FROM holds WHERE scope = $1 ORDER BY holder";
pub(super) const EXPIRE_HOLDS: &str = "DELETE FROM holds WHERE scope = $1 AND until <= $2";
/// All scopes' rows; and the scopes whose total is not the sum over them.
pub(super) const ALL_HOLDS: &str = "SELECT scope, holder, amount, until FROM holds \
     WHERE (scope, holder) > ($1, $2) ORDER BY scope, holder LIMIT $3";
pub(super) const UNBALANCED: &str = "SELECT scope FROM (SELECT scope, total FROM hold_totals \
     UNION ALL SELECT scope, -amount FROM holds) GROUP BY scope HAVING sum(total) <> 0 ORDER BY scope";
pub(super) const DROP_HOLD: &str = "DELETE FROM holds WHERE scope = $1 AND holder = $2";
pub(super) const CURSOR: &str = "SELECT cursor FROM cursors WHERE reader = $1";
pub(super) const PUT_CURSOR: &str = "INSERT INTO cursors (reader, cursor) VALUES ($1, $2) \
     ON CONFLICT (reader) DO UPDATE SET cursor = excluded.cursor";

pub(super) const EVENTS: &str = "SELECT position, kind, subject, version, at, payload FROM outbox \
     WHERE position > $1 ORDER BY position LIMIT $2";
pub(super) const HEAD_POSITION: &str = "SELECT coalesce(max(position), 0) FROM outbox";

pub(super) const LOG: &str = "SELECT seq, at, kind, body, changes, head FROM log WHERE seq > $1 ORDER BY seq LIMIT $2";
/// As above, of the kinds that a JSON array lists.
pub(super) const LOG_OF: &str = "SELECT seq, at, kind, body, changes, head FROM log \
     WHERE seq > $1 AND kind IN (SELECT value FROM json_each($3)) ORDER BY seq LIMIT $2";
/// By the index alone.
pub(super) const COUNT_LOG: &str = "SELECT count(*) FROM log WHERE kind IN (SELECT value FROM json_each($1))";
pub(super) const LOG_POSITION: &str = "SELECT seq, head FROM log ORDER BY seq DESC LIMIT 1";

/// Who has the names, of a noun and a key.
pub(super) static KEY_HOLDERS: LazyLock<Asked> = LazyLock::new(|| {
    Asked::new("SELECT value, id FROM unique_keys WHERE noun = $1 AND name = $2 AND value {asked}", 2)
});
/// The shares of a scope.
pub(super) static SHARES: LazyLock<Asked> =
    LazyLock::new(|| Asked::new("SELECT holder, amount, until FROM holds WHERE scope = $1 AND holder {asked}", 1));

pub(super) static PUT_KEYS: LazyLock<Written> =
    LazyLock::new(|| Written::new("INSERT INTO unique_keys (noun, name, value, id) VALUES ", "($1, $2, $3, $4)", ""));
pub(super) static PUT_HOLDS: LazyLock<Written> = LazyLock::new(|| {
    let after = " ON CONFLICT (scope, holder) DO UPDATE SET amount = excluded.amount, until = excluded.until";
    Written::new("INSERT INTO holds (scope, holder, amount, until) VALUES ", "($1, $2, $3, $4)", after)
});
pub(super) static PUT_TOTALS: LazyLock<Written> = LazyLock::new(|| {
    let after = " ON CONFLICT (scope) DO UPDATE SET total = excluded.total";
    Written::new("INSERT INTO hold_totals (scope, total) VALUES ", "($1, $2)", after)
});
pub(super) static APPEND_EVENTS: LazyLock<Written> = LazyLock::new(|| {
    let before = "INSERT INTO outbox (kind, subject, version, at, payload) VALUES ";
    Written::new(before, "($1, $2, $3, $4, $5)", "")
});
pub(super) static APPEND_LOG: LazyLock<Written> = LazyLock::new(|| {
    let before = "INSERT INTO log (seq, at, kind, body, changes, head) VALUES ";
    Written::new(before, "($1, $2, $3, $4, $5, $6)", "")
});

/// The statements of every declared noun.
#[derive(Debug)]
pub(super) struct Statements(HashMap<&'static str, OfNoun>);

/// One noun's statements; its table is part of their text, which is why they are made when the store is opened.
#[derive(Debug)]
pub(super) struct OfNoun {
    pub(super) create: SqlStr,
    pub(super) get: SqlStr,
    pub(super) get_each: SqlStr,
    pub(super) find: SqlStr,
    pub(super) list: SqlStr,
    pub(super) list_stage: SqlStr,
    pub(super) list_tag: SqlStr,
    pub(super) list_stage_tag: SqlStr,
    pub(super) count: SqlStr,
    pub(super) oldest: SqlStr,
    pub(super) next_due: SqlStr,
    pub(super) heads: Asked,
    pub(super) states: SqlStr,
    pub(super) state: SqlStr,
    pub(super) state_each: SqlStr,
    pub(super) put_tag: SqlStr,
    pub(super) drop_tags: SqlStr,
    pub(super) insert: Written,
    pub(super) replace: SqlStr,
    pub(super) reschedule: SqlStr,
    pub(super) due: SqlStr,
    pub(super) claim: SqlStr,
    unclaim: SqlStr,
}

impl Statements {
    pub(super) fn new(nouns: &[&'static str]) -> Stored<Self> {
        let statements = nouns.iter().map(|noun| {
            if is_noun(noun) { Ok((*noun, OfNoun::new(noun))) } else { Err(StoreError::Noun((*noun).to_owned())) }
        });
        Ok(Self(statements.collect::<Stored<_>>()?))
    }

    pub(super) fn of(&self, noun: &str) -> Stored<&OfNoun> {
        self.0.get(noun).ok_or_else(|| StoreError::Noun(noun.to_owned()))
    }

    /// What makes the nouns' tables where they are missing, and makes due now what a process that died had claimed:
    /// the lock says that nobody else has the file, so waiting for the claim to end would be waiting for nobody.
    pub(super) fn open(&self) -> impl Iterator<Item = SqlStr> {
        self.0.values().flat_map(|statements| [statements.create.clone(), statements.unclaim.clone()])
    }
}

impl OfNoun {
    fn new(noun: &str) -> Self {
        let sql = |text: &str| {
            // Safe: a noun is a compiled-in name that was checked to be of [a-z_].
            AssertSqlSafe(Arc::<str>::from(text.replace("{noun}", noun))).into_sql_str()
        };
        let list = |condition: &str| {
            sql(&format!(
                "SELECT r.seq, r.id, r.version, r.body FROM noun_{{noun}} r \
                 WHERE r.seq < $1{condition} ORDER BY r.seq DESC LIMIT $2"
            ))
        };
        let stage = " AND r.stage = $3";
        let tag = " AND r.seq IN (SELECT t.seq FROM tags t \
                   WHERE t.noun = $4 AND t.name = $5 AND t.value = $6 AND t.seq < $1)";
        Self {
            create: sql("CREATE TABLE IF NOT EXISTS noun_{noun} (\
                 seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stage TEXT NOT NULL, version INTEGER NOT NULL, \
                 next_at INTEGER, claimed_until INTEGER, woken INTEGER, body TEXT NOT NULL) STRICT; \
                 CREATE INDEX IF NOT EXISTS noun_{noun}_due ON noun_{noun} (next_at, seq) WHERE next_at IS NOT NULL; \
                 CREATE INDEX IF NOT EXISTS noun_{noun}_stage ON noun_{noun} (stage, seq)"),
            get: sql("SELECT seq, id, version, body FROM noun_{noun} WHERE id = $1"),
            get_each: sql("SELECT seq, id, version, body FROM noun_{noun} \
                 WHERE id IN (SELECT value FROM json_each($1))"),
            find: sql("SELECT r.seq, r.id, r.version, r.body FROM unique_keys k \
                 JOIN noun_{noun} r ON r.id = k.id WHERE k.noun = $1 AND k.name = $2 AND k.value = $3"),
            list: list(""),
            list_stage: list(stage),
            list_tag: list(tag),
            list_stage_tag: list(&format!("{stage}{tag}")),
            count: sql("SELECT stage, count(*) FROM noun_{noun} GROUP BY stage ORDER BY stage"),
            oldest: sql("SELECT seq, id, version, body FROM noun_{noun} WHERE stage = $1 ORDER BY seq LIMIT 1"),
            next_due: sql("SELECT next_at FROM noun_{noun} WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1"),
            heads: Asked::new(
                &format!("SELECT id, version, next_at, claimed_until, woken FROM noun_{noun} WHERE id {{asked}}"),
                0,
            ),
            states: sql("SELECT seq, id, version, stage, body FROM noun_{noun} \
                 WHERE seq > $1 ORDER BY seq LIMIT $2"),
            state: sql("SELECT seq, id, version, stage, body FROM noun_{noun} WHERE id = $1"),
            state_each: sql("SELECT seq, id, version, stage, body FROM noun_{noun} \
                 WHERE id IN (SELECT value FROM json_each($1))"),
            put_tag: sql("INSERT INTO tags (noun, name, value, seq) \
                 SELECT $2, $3, $4, seq FROM noun_{noun} WHERE id = $1 ON CONFLICT DO NOTHING"),
            drop_tags: sql("DELETE FROM tags WHERE noun = $2 AND seq = (SELECT seq FROM noun_{noun} WHERE id = $1)"),
            insert: Written::new(
                &format!("INSERT INTO noun_{noun} (id, stage, version, next_at, body) VALUES "),
                "($1, $2, 1, $3, $4)",
                "",
            ),
            replace: sql("UPDATE noun_{noun} SET stage = $2, version = $3, body = $4, \
                 next_at = $5, claimed_until = $6, woken = $7 WHERE id = $1"),
            reschedule: sql("UPDATE noun_{noun} SET next_at = $2, claimed_until = $3, woken = $4 WHERE id = $1"),
            due: sql("SELECT seq, id, version, body FROM noun_{noun} \
                 WHERE next_at <= $1 ORDER BY next_at, seq LIMIT $2"),
            claim: sql("UPDATE noun_{noun} SET next_at = $1, claimed_until = $1, woken = NULL WHERE seq IN \
                 (SELECT seq FROM noun_{noun} WHERE next_at <= $2 ORDER BY next_at, seq LIMIT $3)"),
            unclaim: sql("UPDATE noun_{noun} SET next_at = 0, claimed_until = NULL, woken = NULL \
                 WHERE claimed_until IS NOT NULL"),
        }
    }
}

fn is_noun(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_part_of_a_statement() {
        for noun in ["", "Payout", "a b", "a;b", "a\"", "a1", "é"] {
            assert!(matches!(Statements::new(&[noun]), Err(StoreError::Noun(_))), "{noun:?}");
        }
        assert!(Statements::new(&["payout", "webhook_delivery"]).is_ok());
    }
}
