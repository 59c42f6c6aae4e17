//! Dedicated threads, one session each: a PKCS#11 session carries one operation and may block for as long as it likes.

use std::num::NonZeroU8;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use crate::error::TokenError;
use crate::login::Login;
use crate::seat::Seat;
use crate::ticket::Ticket;

type Job = Box<dyn FnOnce(&mut Seat) + Send>;
type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

/// The session threads of one token. Dropping it lets queued work finish, closes the sessions and joins the threads.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Opens `size` sessions and starts a thread for each.
    pub(crate) fn open(login: &Arc<Login>, size: NonZeroU8) -> Result<Self, TokenError> {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut pool = Self { jobs: Some(jobs), threads: Vec::with_capacity(size.get().into()) };
        for number in 1..=size.get() {
            let seat = Seat::open(Arc::clone(login))?;
            let queue = Arc::clone(&queue);
            let thread = thread::Builder::new()
                .name(format!("token-{number}"))
                .spawn(move || work(seat, &queue))
                .map_err(|error| TokenError::Driver(error.to_string()))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Queues work for the next free session.
    pub(crate) fn submit<T, F>(&self, work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Seat) -> Result<T, TokenError> + Send + 'static,
    {
        let (answer, ticket) = Ticket::new();
        if let Some(jobs) = &self.jobs {
            // A send fails only when every thread has ended; the dropped sender then answers the ticket, and a caller
            // that has gone is no failure either.
            let _ = jobs.send(Box::new(move |seat| drop(answer.send(work(seat)))));
        }
        ticket
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a token session thread had panicked");
            }
        }
    }
}

fn work(mut seat: Seat, queue: &Queue) {
    loop {
        // The lock is held while waiting: one thread waits for the queue, the others for the lock.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut seat),
            Err(mpsc::RecvError) => return,
        }
    }
}
