//! What every back end must do, run over each of them.

mod feed;
mod holds;
mod job;
mod log;
mod many;
mod model;
mod records;
mod reference;
mod schedule;

use tempfile::TempDir;
use uuid::Uuid;

pub(crate) use self::job::Job;
pub(crate) use self::log::assert_chain;
use crate::{Incarnation, Record, Store};

/// The life that the stores of these tests are in.
pub(crate) const LIFE: Incarnation = Incarnation(Uuid::from_u128(0x51fe));

/// A store, and the directory that goes with it.
pub(crate) struct Subject {
    pub(crate) store: Store,
    _directory: Option<TempDir>,
}

impl Subject {
    pub(crate) fn memory() -> Self {
        Self { store: Store::memory(&[Job::NOUN], LIFE), _directory: None }
    }

    pub(crate) async fn sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let store = Store::sqlite(&directory.path().join("test.db"), &[Job::NOUN], LIFE).await.unwrap();
        Self { store, _directory: Some(directory) }
    }
}

/// Makes a test of each scenario, an `async fn(Store)`, for each back end.
macro_rules! on_each_back_end {
    ($($scenario:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(crate::conformance::Subject::memory().store).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $scenario() {
                let subject = crate::conformance::Subject::sqlite().await;
                super::$scenario(subject.store.clone()).await;
            })*
        }
    };
}
pub(crate) use on_each_back_end;
