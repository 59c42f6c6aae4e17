//! The client against a peer that is written by hand, frame by frame.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::protocol::NEWS;
use crate::protocol::frame::{Frame, MESSAGE_MAX};
use crate::serve::{Call, Events, Metrics, Ping};
use crate::standing::Standing;

struct Peer(UnixStream);

impl Peer {
    async fn asked(&mut self) -> (u64, Call) {
        let Frame { id, message } = Frame::read(&mut self.0).await.unwrap().unwrap();
        (id, coding::decode::<Asked>(&message).unwrap().call)
    }

    async fn say(&mut self, id: u64, message: Vec<u8>) {
        self.0.write_all(&Frame { id, message }.to_bytes().unwrap()).await.unwrap();
    }

    async fn answer(&mut self, id: u64, text: &str) {
        self.say(id, coding::encode(&Ok::<_, Problem>(text))).await;
    }
}

fn attached() -> (Client, Attached, Peer) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let client = Client::default();
    let attached = client.attach(ours);
    (client, attached, Peer(theirs))
}

/// A question under way.
fn asking(client: &Client) -> tokio::task::JoinHandle<Result<String, AskError>> {
    let client = client.clone();
    tokio::spawn(async move { client.ask(Metrics).await })
}

#[tokio::test]
async fn answers_find_their_questions_in_any_order() {
    let (client, _attached, mut peer) = attached();
    let questions: Vec<_> = (0..3).map(|_| asking(&client)).collect();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (id, call) = peer.asked().await;
        assert!(matches!(call, Call::Metrics(_)));
        ids.push(id);
    }
    for id in ids.iter().rev() {
        peer.answer(*id, &format!("to {id}")).await;
    }
    let mut answers = Vec::new();
    for question in questions {
        answers.push(question.await.unwrap().unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, ids.iter().map(|id| format!("to {id}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refusal_is_the_workers_word() {
    let (client, _attached, mut peer) = attached();
    let question = asking(&client);
    let (id, _) = peer.asked().await;
    let problem = Problem::conflict("txid_taken", "Another attempt has it.").with("txid", "00");
    peer.say(id, coding::encode(&Err::<String, _>(problem.clone()))).await;
    assert!(matches!(question.await.unwrap(), Err(AskError::Refused(said)) if said == problem));
}

#[tokio::test]
async fn who_waits_for_a_worker_that_ends_has_lost_and_who_comes_later_finds_none() {
    let (client, mut attached, mut peer) = attached();
    let question = asking(&client);
    peer.asked().await;
    drop(peer);
    assert!(matches!(question.await.unwrap(), Err(AskError::Lost)));
    assert_eq!(attached.news.recv().await, None);
    assert!(matches!(client.ask(Ping).await, Err(AskError::Absent)));
    assert!(matches!(Client::default().ask(Ping).await, Err(AskError::Absent)));
}

#[tokio::test]
async fn a_worker_that_is_to_end_answers_what_is_under_way() {
    let (client, _attached, mut peer) = attached();
    let question = asking(&client);
    let (id, _) = peer.asked().await;
    client.finish();
    assert_eq!(Frame::read(&mut peer.0).await.unwrap(), None);
    assert!(matches!(client.ask(Ping).await, Err(AskError::Absent)));
    peer.answer(id, "the last").await;
    assert_eq!(question.await.unwrap().unwrap(), "the last");
}

#[tokio::test]
async fn a_question_that_was_given_up_is_forgotten() {
    let (client, _attached, mut peer) = attached();
    let given_up = asking(&client);
    let (id, _) = peer.asked().await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    peer.answer(id, "too late").await;
    let question = asking(&client);
    let (id, _) = peer.asked().await;
    peer.answer(id, "in time").await;
    assert_eq!(question.await.unwrap().unwrap(), "in time");
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_never_a_wait() {
    let (client, _attached, mut peer) = attached();
    let question = asking(&client);
    let (id, _) = peer.asked().await;
    peer.say(id, b"{".to_vec()).await;
    assert!(matches!(question.await.unwrap(), Err(AskError::Malformed(_))));

    let long = Events { after: Some("x".repeat(MESSAGE_MAX)), limit: 1 };
    assert!(matches!(client.ask(long).await, Err(AskError::Malformed(_))));

    let question = asking(&client);
    peer.asked().await;
    peer.say(NEWS, b"{".to_vec()).await;
    assert!(matches!(question.await.unwrap(), Err(AskError::Lost)), "a peer that talks nonsense is left");
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(10), peer.0.read_to_end(&mut rest));
    end.await.expect("the line is closed").unwrap();
}

#[tokio::test]
async fn commits_move_the_number_and_other_news_is_passed_on() {
    let (client, mut attached, mut peer) = attached();
    let mut changes = client.changes();
    changes.borrow_and_update();
    peer.say(NEWS, coding::encode(&News::Changed)).await;
    changes.changed().await.unwrap();
    let standing = News::Standing(Standing { serving: true, ..Standing::default() });
    peer.say(NEWS, coding::encode(&standing)).await;
    assert_eq!(attached.news.recv().await, Some(standing));
    // A reader that waited for the last worker looks again at the next one.
    changes.borrow_and_update();
    let (ours, _theirs) = UnixStream::pair().unwrap();
    client.attach(ours);
    assert!(changes.has_changed().unwrap());
}
