//! One thread with its session.

use crate::action::Action;
use crate::seat::Seat;

use super::board::{Board, Turn};

/// Works until the pool closes.
pub(super) fn work(mut seat: Seat, place: usize, board: &Board) {
    let _attendance = Attendance { board, place };
    loop {
        match board.next(place) {
            Turn::Work(work) => {
                let reply = work(&mut seat);
                let gone = reply.outcome.as_ref().is_err_and(|fault| fault.action() == Action::OpenCircuit);
                let in_time = board.finish(place, reply, seat.is_open());
                if gone || !in_time {
                    seat.distrust();
                }
            }
            Turn::Reopen => {
                let reopened = seat.reopen();
                board.reopened(place, reopened.err().as_ref());
            }
            Turn::End => {
                drop(seat);
                return;
            }
        }
    }
}

/// Says that the thread has ended, however it does.
struct Attendance<'a> {
    board: &'a Board,
    place: usize,
}

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        self.board.end(self.place);
    }
}
