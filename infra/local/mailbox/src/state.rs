use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use crate::clock;
use crate::faults::{Fault, Plan};
use crate::message::{Content, Kind, Message};
use crate::publisher::Publisher;
use crate::snapshot::Snapshot;

/// How a [`Mailbox`] is set up.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file that carries messages over a restart, one JSON object a line; without it they live in memory
    /// alone. Created with its folder when missing.
    pub snapshot: Option<PathBuf>,
    /// Where the function is invoked that is subscribed to what happens to messages, such as
    /// `http://127.0.0.1:9000/2015-03-31/functions/message-events/invocations`; without it, that is listed alone.
    pub events: Option<String>,
}

/// How long to wait after each try to deliver an event but the last.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// Everything that was sent, what happened to it, and the faults planned for the next sends. Clones share one mailbox.
#[derive(Clone)]
pub struct Mailbox {
    state: Arc<Mutex<State>>,
    publisher: Publisher,
}

struct State {
    /// Oldest first.
    messages: Vec<Arc<Message>>,
    snapshot: Option<Snapshot>,
    plan: Option<Plan>,
}

impl Mailbox {
    /// Opens the mailbox with the messages of its snapshot file, if it has one.
    ///
    /// # Errors
    /// When the snapshot file cannot be opened, or holds a line that is not a message.
    pub fn new(config: Config) -> io::Result<Self> {
        Self::with_waits(config, WAITS.to_vec())
    }

    pub(crate) fn with_waits(config: Config, waits: Vec<Duration>) -> io::Result<Self> {
        let (snapshot, messages) = match config.snapshot {
            Some(path) => {
                let (snapshot, messages) = Snapshot::open(&path)?;
                (Some(snapshot), messages)
            }
            None => (None, Vec::new()),
        };
        let messages = messages.into_iter().map(Arc::new).collect();
        Ok(Self {
            state: Arc::new(Mutex::new(State { messages, snapshot, plan: None })),
            publisher: Publisher::new(config.events, waits),
        })
    }

    /// Keeps what was accepted, lets its recipients behave, and returns its new id.
    pub(crate) fn keep(&self, content: Content) -> io::Result<String> {
        let sent_at = clock::now();
        let message = Arc::new(Message { id: message_id(content.kind, sent_at), sent_at, content });
        let id = message.id.clone();
        let mut state = self.state();
        if let Some(snapshot) = &mut state.snapshot {
            snapshot.append(&message)?;
        }
        state.messages.push(message.clone());
        drop(state);
        self.publisher.accepted(&message);
        Ok(id)
    }

    /// Newest first.
    pub(crate) fn messages(&self, wanted: impl Fn(&Content) -> bool) -> Vec<Arc<Message>> {
        self.state().messages.iter().rev().filter(|message| wanted(&message.content)).cloned().collect()
    }

    pub(crate) fn message(&self, id: &str) -> Option<Arc<Message>> {
        self.state().messages.iter().find(|message| message.id == id).cloned()
    }

    pub(crate) fn empty(&self) -> io::Result<()> {
        let mut state = self.state();
        if let Some(snapshot) = &mut state.snapshot {
            snapshot.empty()?;
        }
        state.messages.clear();
        Ok(())
    }

    pub(crate) const fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    pub(crate) fn plan(&self, plan: Plan) {
        self.state().plan = Some(plan);
    }

    /// The fault that this send meets, if one is planned; each is met once.
    pub(crate) fn next_fault(&self, kind: Kind) -> Option<Fault> {
        let mut state = self.state();
        let (fault, rest) = state.plan.take()?.spend(kind);
        state.plan = Some(rest);
        fault
    }

    /// No code panics between two changes that belong together, so a poisoned lock guards a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids in the shape of the service's own: SES puts the time in front of a UUID, SMS answers a bare UUID.
pub(crate) fn message_id(kind: Kind, at: DateTime<Utc>) -> String {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let uuid = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()));
    match kind {
        Kind::Email => format!("0100{:012x}-{uuid}-000000", at.timestamp_millis()),
        Kind::Sms => uuid.to_string(),
    }
}
