//! Dedicated threads, one session each: a PKCS#11 session carries one operation and may block for as long as it likes.
//!
//! A call cannot be taken back from a vendor's library. When one does not return in time its request is answered
//! without it, the thread is written off, and the others go on; the thread is taken up again if the call ever returns.

mod board;
mod job;
mod worker;

use std::num::NonZeroU8;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::circuit::Errand;
use crate::condition::{Condition, Sessions};
use crate::error::TokenError;
use crate::login::Login;
use crate::patience::Patience;
use crate::seat::Seat;
use crate::ticket::Ticket;

use board::Board;
use job::Job;

/// The session threads of one token. Dropping it lets queued work finish, closes the sessions and joins the threads,
/// except for those whose call does not return.
#[derive(Debug)]
pub(crate) struct Pool {
    board: Arc<Board>,
    patience: Patience,
    threads: Vec<JoinHandle<()>>,
    watch: Option<JoinHandle<()>>,
}

impl Pool {
    /// Opens up to `size` sessions, fewer where the device has no more, and starts a thread for each.
    pub(crate) fn open(login: &Arc<Login>, size: NonZeroU8, patience: Patience) -> Result<Self, TokenError> {
        let mut seats = vec![Seat::open(Arc::clone(login))?];
        for _ in 1..size.get() {
            seats.push(Seat::open_if_any_left(Arc::clone(login))?);
        }
        let board = Arc::new(Board::new(seats.iter().map(Seat::is_open), patience));
        let watched = Arc::clone(&board);
        let watch = spawn("token-watch".to_owned(), move || watched.watch())?;
        let mut pool = Self { board, patience, threads: Vec::with_capacity(seats.len()), watch: Some(watch) };
        for (place, seat) in seats.into_iter().enumerate() {
            let board = Arc::clone(&pool.board);
            let thread = spawn(format!("token-{}", place + 1), move || worker::work(seat, place, &board))
                .inspect_err(|_| pool.board.end_from(place))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Queues work for the next free session.
    pub(crate) fn submit<T, F>(&self, errand: Errand, work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Seat) -> Result<T, TokenError> + Send + 'static,
    {
        let limit = match errand {
            Errand::Sign => self.patience.sign,
            Errand::Prove | Errand::Generate | Errand::Keep => self.patience.search,
        };
        let (job, ticket) = Job::new(errand, limit, work);
        self.board.submit(job);
        ticket
    }

    /// What is wrong with the token, as far as its sessions show.
    pub(crate) fn condition(&self) -> Condition {
        self.board.condition()
    }

    /// The sessions by what they do.
    pub(crate) fn sessions(&self) -> Sessions {
        self.board.sessions()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.board.close();
        // The watch ends when every thread has ended or was written off.
        let watch = self.watch.take().into_iter();
        let ended = self.threads.drain(..).enumerate().filter(|(place, _)| self.board.has_ended(*place));
        for thread in watch.chain(ended.map(|(_, thread)| thread)) {
            if thread.join().is_err() {
                tracing::error!("a token session thread had panicked");
            }
        }
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, TokenError> {
    thread::Builder::new().name(name).spawn(run).map_err(|error| TokenError::Driver(error.to_string()))
}
