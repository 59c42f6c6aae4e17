//! One thread with its session.

use crate::circuit::Entry;
use crate::seat::Seat;

use super::board::{Board, Turn};

/// Works until the pool closes.
pub(super) fn work(mut seat: Seat, place: usize, board: &Board) {
    let _attendance = Attendance { board, place };
    loop {
        match board.next(place) {
            Turn::Work(work, entry) => {
                let revived = if entry == Entry::Trial { seat.revive() } else { Ok(()) };
                let in_time = match revived {
                    Ok(()) => {
                        let reply = work(&mut seat);
                        board.finish(place, reply, seat.is_open())
                    }
                    Err(error) => board.give_up(place, error, seat.is_open()),
                };
                if !in_time {
                    // Nobody knows what a session is good for whose call was late beyond patience.
                    seat.abandon();
                }
            }
            Turn::Reopen => {
                let reopened = seat.reopen();
                board.reopened(place, reopened.err().as_ref());
            }
            Turn::End => return,
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
