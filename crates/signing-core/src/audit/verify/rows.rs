//! The rows and shares as the log says that its commits left them, held against those that lie in the tables.
//!
//! What a row says decides what may be signed: that a wallet is retired, that signing is stopped, that an attempt is
//! alive, how much of a limit is taken. The chain shows an edited record; this shows an edited row.

use std::collections::HashMap;

use primitives::{HoldState, LogChanges, RowState, UnixMs};

use super::attempts::Wrong;

type Name = (String, String);

/// Both sides so far.
#[derive(Debug, Default)]
pub(in crate::audit) struct Rows {
    rows: HashMap<Name, Told<RowState>>,
    holds: HashMap<Name, Told<HoldState>>,
    /// What lies there and was not told so far: a record that is read later may still tell it.
    strange: Vec<RowState>,
    strange_holds: Vec<HoldState>,
    counted: u64,
    began: bool,
    whole: bool,
    newest: UnixMs,
}

/// What the log says of one row: the last state before the rows were read, and all since.
#[derive(Debug)]
struct Told<S> {
    seq: u64,
    states: Vec<S>,
    before: bool,
    taken: bool,
}

impl<S> Told<S> {
    fn tell(&mut self, seq: u64, state: S, began: bool) {
        if !began {
            self.states.clear();
        }
        self.states.push(state);
        self.seq = seq;
    }
}

impl Rows {
    /// Takes what a record says of its commit.
    pub(in crate::audit) fn told(&mut self, seq: u64, changes: LogChanges) {
        let began = self.began;
        for state in changes.rows {
            let told = Told { seq, states: Vec::new(), before: !began, taken: false };
            self.rows.entry((state.noun.clone(), state.id.clone())).or_insert(told).tell(seq, state, began);
        }
        for state in changes.holds {
            let told = Told { seq, states: Vec::new(), before: !began, taken: false };
            self.holds.entry((state.scope.clone(), state.holder.clone())).or_insert(told).tell(seq, state, began);
        }
    }

    /// Takes the time of a record. What was over then its commit may have cleared away, whatever the clock shows by now.
    pub(in crate::audit) fn recorded(&mut self, at: UnixMs) {
        self.newest = self.newest.max(at);
    }

    /// Takes a row as it lies in its table. From the first on, what records tell is later than the rows or as late.
    pub(in crate::audit) fn row(&mut self, state: RowState) {
        self.began = true;
        self.counted += 1;
        match self.rows.get_mut(&(state.noun.clone(), state.id.clone())) {
            Some(told) => {
                told.taken = true;
                if !told.states.contains(&state) {
                    self.strange.push(state);
                }
            }
            None => self.strange.push(state),
        }
    }

    /// Takes a share of a sum as it lies there.
    pub(in crate::audit) fn hold(&mut self, state: HoldState) {
        self.began = true;
        match self.holds.get_mut(&(state.scope.clone(), state.holder.clone())) {
            Some(told) => {
                told.taken = true;
                if !told.states.contains(&state) {
                    self.strange_holds.push(state);
                }
            }
            None => self.strange_holds.push(state),
        }
    }

    /// Says that every row and share was taken, so that what lacks is missing.
    pub(in crate::audit) const fn are_whole(&mut self) {
        self.began = true;
        self.whole = true;
    }

    /// How many rows were taken; none if nobody gave any.
    pub(in crate::audit) fn count(&self) -> Option<u64> {
        (self.whole || self.counted > 0).then_some(self.counted)
    }

    /// What is wrong, shares as of `at`: one whose time was over then, or when the newest record was made, need not be
    /// there.
    pub(in crate::audit) fn reconcile(self, at: UnixMs) -> Vec<Wrong> {
        let at = at.max(self.newest);
        let mut wrong = Vec::new();
        for state in self.strange {
            let RowState { noun, id, .. } = &state;
            match self.rows.get(&(noun.clone(), id.clone())) {
                Some(told) if told.states.contains(&state) => {}
                Some(told) => {
                    wrong.push((told.seq, "row", format!("the {noun} {id} is not as record {} left it", told.seq)));
                }
                None => wrong.push((0, "row", format!("the {noun} {id} was stored by no record"))),
            }
        }
        for state in self.strange_holds {
            let HoldState { scope, holder, .. } = &state;
            match self.holds.get(&(scope.clone(), holder.clone())) {
                Some(told) if told.states.contains(&state) => {}
                Some(told) => {
                    let detail = format!("what {holder} holds of {scope} is not as record {} left it", told.seq);
                    wrong.push((told.seq, "hold", detail));
                }
                None => wrong.push((0, "hold", format!("what {holder} holds of {scope} was taken by no record"))),
            }
        }
        if self.whole {
            let missing = self.rows.into_iter().filter(|(_, told)| told.before && !told.taken);
            wrong.extend(missing.map(|((noun, id), told)| {
                (told.seq, "row", format!("the {noun} {id}, which record {} left, is missing", told.seq))
            }));
            let counts = |state: &HoldState| state.amount.is_some() && state.until.is_none_or(|until| until > at);
            let missing = self.holds.into_iter().filter(|(_, told)| !told.taken && told.states.iter().all(counts));
            wrong.extend(missing.filter(|(_, told)| told.before).map(|((scope, holder), told)| {
                let detail = format!("what {holder} holds of {scope} since record {} is missing", told.seq);
                (told.seq, "hold", detail)
            }));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000);

    fn row(id: &str, version: u64, body: &str) -> RowState {
        RowState::of("wallet", id, version, "ready", body)
    }

    fn told(rows: &[RowState], holds: &[HoldState]) -> LogChanges {
        LogChanges { rows: rows.to_vec(), holds: holds.to_vec() }
    }

    fn codes(rows: Rows) -> Vec<(u64, &'static str)> {
        let mut wrong: Vec<_> = rows.reconcile(NOW).into_iter().map(|(seq, code, _)| (seq, code)).collect();
        wrong.sort_unstable();
        wrong
    }

    #[test]
    fn the_last_state_and_no_other_is_right() {
        let states = [row("a", 1, "1"), row("a", 2, "2")];
        for (lies, expected) in
            [(&states[1], vec![]), (&states[0], vec![(2, "row")]), (&row("a", 2, "3"), vec![(2, "row")])]
        {
            let mut rows = Rows::default();
            rows.told(1, told(&states[..1], &[]));
            rows.told(2, told(&states[1..], &[]));
            rows.row(lies.clone());
            rows.are_whole();
            assert_eq!(codes(rows), expected, "{lies:?}");
        }
    }

    #[test]
    fn what_lacks_and_what_nobody_stored_is_found() {
        let mut rows = Rows::default();
        rows.told(7, told(&[row("a", 1, "1")], &[]));
        rows.row(row("b", 1, "1"));
        rows.are_whole();
        assert_eq!(codes(rows), [(0, "row"), (7, "row")]);
    }

    #[test]
    fn what_is_decided_while_the_rows_are_read_is_no_fault() {
        let mut rows = Rows::default();
        rows.told(1, told(&[row("a", 1, "1"), row("b", 1, "1")], &[HoldState::held("day", "x", 5, None)]));
        // a was read before its second version was told, b after; c and the share came and went meanwhile.
        rows.row(row("a", 1, "1"));
        rows.row(row("b", 2, "2"));
        rows.row(row("c", 1, "1"));
        rows.are_whole();
        rows.told(2, told(&[row("a", 2, "2"), row("b", 2, "2")], &[HoldState::given_back("day", "x")]));
        rows.told(3, told(&[row("c", 1, "1"), row("d", 1, "1")], &[]));
        assert_eq!(codes(rows), []);
    }

    #[test]
    fn a_share_counts_until_its_time_is_over_and_not_a_millisecond_longer() {
        let until = |ms| HoldState::held("day", "x", 5, Some(UnixMs(ms)));
        let cases = [
            (until(1_000), None, vec![]),
            (until(1_001), None, vec![(1, "hold")]),
            (until(1_001), Some(until(1_001)), vec![]),
            (until(1_001), Some(until(1_000)), vec![(1, "hold")]),
            (until(900), Some(until(900)), vec![]),
            (HoldState::given_back("day", "x"), None, vec![]),
            (HoldState::given_back("day", "x"), Some(until(2_000)), vec![(1, "hold")]),
        ];
        for (state, lies, expected) in cases {
            let mut rows = Rows::default();
            rows.told(1, told(&[], std::slice::from_ref(&state)));
            if let Some(lies) = lies.clone() {
                rows.hold(lies);
            }
            rows.are_whole();
            assert_eq!(codes(rows), expected, "{state:?} {lies:?}");
        }
        let mut rows = Rows::default();
        rows.hold(until(2_000));
        assert_eq!(codes(rows), [(0, "hold")]);
    }
}
