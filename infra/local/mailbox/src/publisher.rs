//! Publishes events as SNS does: to the one function that is subscribed, at least once, in no order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use crate::behaviours::{Behaviour, Behaviours};
use crate::clock;
use crate::events::Event;
use crate::events::sns::{Topic, lambda_event};
use crate::message::{Kind, Message};
use crate::state::message_id;

/// What an inbound text is called beside the events' names.
pub(crate) const REPLY: &str = "reply";

/// Something that was published.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Published {
    /// The notification's `MessageId`, the same in every copy of it.
    pub(crate) id: String,
    pub(crate) topic: Topic,
    /// An event's name, or [`REPLY`].
    pub(crate) event: &'static str,
    /// The message that it is about; of a reply, the text that it answers.
    pub(crate) message: Option<String>,
    pub(crate) published_at: DateTime<Utc>,
    /// What the service says; in the payload it is a string.
    #[serde(skip)]
    pub(crate) record: Value,
    /// What the function is invoked with.
    pub(crate) payload: Value,
    /// One for each copy; none when no function is subscribed.
    pub(crate) deliveries: Vec<Delivery>,
}

/// How far a copy got; `error` is how the last try ended.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Delivery {
    Waiting { tries: u32, error: Option<String> },
    Delivered { tries: u32 },
    Failed { tries: u32, error: String },
}

/// What is to be published about a message, and how many copies of it arrive.
pub(crate) struct Notice {
    pub(crate) topic: Topic,
    pub(crate) event: &'static str,
    pub(crate) message: Option<String>,
    pub(crate) record: Value,
    pub(crate) copies: u8,
}

/// Work for the background.
pub(crate) enum Job {
    /// A standing behaviour comes true.
    Publish { message: Arc<Message>, recipient: String, event: Event, after: Duration },
    /// A copy of a notification goes out.
    Deliver { id: String, copy: usize },
}

/// What was published and what is to be, and how recipients behave. Clones share one.
#[derive(Clone)]
pub(crate) struct Publisher {
    shared: Arc<Shared>,
}

struct Shared {
    /// Where the subscribed function is invoked.
    function: Option<String>,
    /// Between one try and the next; after the last there is none.
    waits: Vec<Duration>,
    state: Mutex<State>,
    new_jobs: Notify,
}

#[derive(Default)]
struct State {
    behaviours: Behaviours,
    /// Oldest first.
    published: Vec<Published>,
    jobs: Vec<Job>,
}

impl Publisher {
    pub(crate) fn new(function: Option<String>, waits: Vec<Duration>) -> Self {
        let shared = Shared { function, waits, state: Mutex::default(), new_jobs: Notify::new() };
        Self { shared: Arc::new(shared) }
    }

    pub(crate) fn function(&self) -> Option<&str> {
        self.shared.function.as_deref()
    }

    pub(crate) fn waits(&self) -> &[Duration] {
        &self.shared.waits
    }

    /// Keeps the notification and sends its copies in the background.
    pub(crate) fn publish(&self, notice: Notice) -> Published {
        let now = clock::now();
        let id = message_id(Kind::Sms, now);
        let copies = if self.shared.function.is_some() { usize::from(notice.copies) } else { 0 };
        let published = Published {
            payload: lambda_event(notice.topic, &id, &notice.record, now),
            record: notice.record,
            id,
            topic: notice.topic,
            event: notice.event,
            message: notice.message,
            published_at: now,
            deliveries: vec![Delivery::Waiting { tries: 0, error: None }; copies],
        };
        let mut state = self.state();
        state.jobs.extend((0..copies).map(|copy| Job::Deliver { id: published.id.clone(), copy }));
        state.published.push(published.clone());
        drop(state);
        self.shared.new_jobs.notify_one();
        published
    }

    /// Publishes that this happened to these recipients of the message.
    pub(crate) fn publish_event(
        &self,
        event: Event,
        message: &Message,
        recipients: &[&str],
        copies: u8,
    ) -> Published {
        self.publish(Notice {
            topic: event.topic(),
            event: event.name(),
            message: Some(message.id.clone()),
            record: event.record(message, recipients, clock::now()),
            copies,
        })
    }

    /// Lets the recipients of a message that was accepted behave. Without a configuration set the services publish
    /// nothing.
    pub(crate) fn accepted(&self, message: &Arc<Message>) {
        let content = &message.content;
        if content.configuration_set.is_none() {
            return;
        }
        let mut state = self.state();
        for recipient in content.recipients() {
            for (event, after_ms) in state.behaviours.of(content.kind, recipient) {
                let after = Duration::from_millis(after_ms.into());
                let (message, recipient) = (message.clone(), recipient.to_owned());
                state.jobs.push(Job::Publish { message, recipient, event, after });
            }
        }
        drop(state);
        self.shared.new_jobs.notify_one();
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.state().behaviours.set(behaviour);
    }

    pub(crate) fn behaviours(&self) -> Vec<Behaviour> {
        self.state().behaviours.list().to_vec()
    }

    pub(crate) fn forget_behaviours(&self) {
        self.state().behaviours = Behaviours::default();
    }

    /// Newest first.
    pub(crate) fn published(&self, wanted: impl Fn(&Published) -> bool) -> Vec<Published> {
        self.state().published.iter().rev().filter(|one| wanted(one)).cloned().collect()
    }

    /// Forgets what was published; what of it did not arrive yet never does.
    pub(crate) fn empty(&self) {
        self.state().published.clear();
    }

    pub(crate) fn take_jobs(&self) -> Vec<Job> {
        std::mem::take(&mut self.state().jobs)
    }

    /// Returns when there may be new jobs.
    pub(crate) async fn woken(&self) {
        self.shared.new_jobs.notified().await;
    }

    /// `None` once it was forgotten.
    pub(crate) fn payload(&self, id: &str) -> Option<Value> {
        self.state().published.iter().rev().find(|one| one.id == id).map(|one| one.payload.clone())
    }

    /// Notes how a try ended, and whether it was the last.
    pub(crate) fn tried(&self, id: &str, copy: usize, outcome: Result<(), String>, last: bool) {
        let mut state = self.state();
        let published = state.published.iter_mut().rev().find(|one| one.id == id);
        if let Some(delivery) = published.and_then(|one| one.deliveries.get_mut(copy)) {
            let tries = delivery.tries().saturating_add(1);
            *delivery = match outcome {
                Ok(()) => Delivery::Delivered { tries },
                Err(error) if last => Delivery::Failed { tries, error },
                Err(error) => Delivery::Waiting { tries, error: Some(error) },
            };
        }
    }

    /// No code panics between two changes that belong together, so a poisoned lock guards a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    pub(crate) const fn tries(&self) -> u32 {
        match self {
            Self::Waiting { tries, .. } | Self::Delivered { tries } | Self::Failed { tries, .. } => *tries,
        }
    }
}
