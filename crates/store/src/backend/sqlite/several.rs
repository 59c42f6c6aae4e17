//! Statements that ask for several things of a sort, or write several: each statement has a price of its own.

/// For how many one statement asks.
pub(super) const ASKED_MAX: usize = 16;

/// A question by a value, and the same by several.
#[derive(Debug)]
pub(super) struct Asked {
    one: String,
    several: String,
}

impl Asked {
    /// The question in `sql`, by what is `{asked}` there, after so many other placeholders.
    pub(super) fn new(sql: &str, others: usize) -> Self {
        let places: Vec<_> = (1..=ASKED_MAX).map(|place| format!("${}", others + place)).collect();
        let several = format!("IN ({})", places.join(", "));
        Self { one: sql.replace("{asked}", &format!("= {}", places[0])), several: sql.replace("{asked}", &several) }
    }

    /// The text for so many, up to [`ASKED_MAX`], and how many it has places for.
    pub(super) fn by(&self, count: usize) -> (&str, usize) {
        if count == 1 { (&self.one, 1) } else { (&self.several, ASKED_MAX) }
    }
}

/// How many rows the longer statements write.
const WRITTEN: [usize; 2] = [32, 8];

/// A statement that writes a row, and the same for several.
#[derive(Debug)]
pub(super) struct Written {
    one: String,
    several: [String; WRITTEN.len()],
}

impl Written {
    /// `row` is one row's values, with each of its placeholders once and in order.
    pub(super) fn new(before: &str, row: &str, after: &str) -> Self {
        let places = row.matches('$').count();
        let of = |rows: usize| {
            let rows = (0..rows).map(|number| counted_on(row, number * places));
            format!("{before}{}{after}", rows.collect::<Vec<_>>().join(", "))
        };
        Self { one: of(1), several: WRITTEN.map(of) }
    }

    /// The text for as many of so many as one statement writes, and how many those are.
    pub(super) fn of(&self, count: usize) -> (&str, usize) {
        let several = WRITTEN.into_iter().zip(&self.several).find(|(rows, _)| *rows <= count);
        several.map_or((&self.one, 1), |(rows, text)| (text, rows))
    }
}

/// With each placeholder's number raised by `before`.
fn counted_on(row: &str, before: usize) -> String {
    let Some((first, rest)) = row.split_once('$') else { return row.to_owned() };
    let rest = rest.split('$').zip(before + 1..);
    let rest = rest.map(|(part, number)| format!("${number}{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
    [first.to_owned()].into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_a_place_for_each() {
        let asked = Asked::new("SELECT 1 FROM t WHERE a = $1 AND b {asked}", 1);
        assert_eq!(asked.by(1), ("SELECT 1 FROM t WHERE a = $1 AND b = $2", 1));
        let (text, places) = asked.by(2);
        assert_eq!(places, ASKED_MAX);
        assert!(
            text.ends_with("b IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"),
            "{text}"
        );
    }

    #[test]
    fn rows_are_written_by_the_longest_statement_that_they_fill() {
        let written = Written::new("INSERT INTO t VALUES ", "($1, 1, $2)", " ON CONFLICT DO NOTHING");
        assert_eq!(written.of(7), ("INSERT INTO t VALUES ($1, 1, $2) ON CONFLICT DO NOTHING", 1));
        let (text, rows) = written.of(31);
        assert_eq!(rows, 8);
        assert!(text.starts_with("INSERT INTO t VALUES ($1, 1, $2), ($3, 1, $4), "), "{text}");
        assert!(text.ends_with("($15, 1, $16) ON CONFLICT DO NOTHING"), "{text}");
        assert_eq!(written.of(40).1, 32);
    }
}
