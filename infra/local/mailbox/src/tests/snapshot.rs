use std::fs;
use std::path::PathBuf;

use uuid::{NoContext, Timestamp, Uuid};

use super::{SIMPLE_EMAIL, Server, TEXT};
use crate::{Config, Mailbox, clock};

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let seconds = u64::try_from(clock::now().timestamp()).unwrap();
        let name = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0));
        Self(std::env::temp_dir().join(format!("mailbox-{name}")))
    }

    fn snapshot(&self) -> PathBuf {
        self.0.join("state/mailbox.jsonl")
    }

    fn config(&self) -> Config {
        Config { snapshot: Some(self.snapshot()), events: None }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn messages_survive_a_restart() {
    let folder = Folder::new();
    let before = Server::start_with(folder.config()).await;
    before.recorded(SIMPLE_EMAIL).await.message_id();
    before.recorded(TEXT).await.message_id();
    let sent = before.messages("").await;
    before.stop().await;
    let after = Server::start_with(folder.config()).await;
    assert_eq!(after.messages("").await, sent);
    after.recorded(TEXT).await.message_id();
    assert_eq!(fs::read_to_string(folder.snapshot()).unwrap().lines().count(), 3);
}

#[tokio::test]
async fn deleting_empties_the_file() {
    let folder = Folder::new();
    let server = Server::start_with(folder.config()).await;
    server.recorded(TEXT).await.message_id();
    server.call("DELETE", "/api/messages").await;
    assert_eq!(fs::read_to_string(folder.snapshot()).unwrap(), "");
    server.recorded(TEXT).await.message_id();
    assert_eq!(fs::read_to_string(folder.snapshot()).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn a_line_cut_off_by_a_crash_is_dropped() {
    let folder = Folder::new();
    let server = Server::start_with(folder.config()).await;
    server.recorded(TEXT).await.message_id();
    let whole = fs::read_to_string(folder.snapshot()).unwrap();
    fs::write(folder.snapshot(), format!("{whole}{{\"id\":\"0")).unwrap();
    let server = Server::start_with(folder.config()).await;
    assert_eq!(server.messages("").await.len(), 1);
    assert_eq!(fs::read_to_string(folder.snapshot()).unwrap(), whole);
}

#[test]
fn a_line_that_is_no_message_is_an_error() {
    let folder = Folder::new();
    Mailbox::new(folder.config()).unwrap();
    fs::write(folder.snapshot(), "{}\n").unwrap();
    assert!(Mailbox::new(folder.config()).is_err());
}
