//! The simulator: the state behind its one mutex, and who may touch it.

use crate::clock;
use crate::config::Config;
use crate::faults::{self, Fault};
use crate::outbox::Due;
use crate::state::{Cx, State};
use crate::truth::Truth;
use crate::{snapshot, webhooks};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// An event, as a webhook carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmittedEvent {
    /// `evt_…`
    pub id: String,
    /// Its type: `payment_intent.succeeded`.
    pub kind: String,
    /// The JSON to post.
    pub body: String,
}

/// A simulated Stripe account; clones share it.
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    state: Mutex<State>,
    faults: Mutex<Vec<Fault>>,
    changed: Notify,
}

impl Simulator {
    /// Starts from the snapshot of `config` if there is one.
    ///
    /// # Errors
    /// If the snapshot exists and cannot be read: it is never thrown away silently.
    pub fn new(config: Config) -> std::io::Result<Self> {
        let mut state = match &config.snapshot {
            Some(path) => snapshot::load(path)?.unwrap_or_else(|| State::new(clock::seed())),
            None => State::new(clock::seed()),
        };
        state.derive();
        // What was under way when the process ended will never be answered.
        state.idempotency.retain(|_, record| record.answer.is_some());
        let now = clock::now() + state.ahead;
        state.configure_endpoint(now, config.webhook_url.as_deref(), &config.webhook_secret);
        let inner =
            Inner { config, state: Mutex::new(state), faults: Mutex::default(), changed: Notify::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Seconds since 1970 by the simulator's clock: the system's, and what it was advanced by.
    pub fn now(&self) -> i64 {
        clock::now() + self.lock().ahead
    }

    /// Advances the clock by whole seconds, at most 136 years, and lets everything that falls due happen at its own
    /// second. Gives the new time.
    pub fn advance(&self, by: Duration) -> i64 {
        self.lock().ahead += i64::from(u32::try_from(by.as_secs()).unwrap_or(u32::MAX));
        self.write("", |_, cx| cx.now)
    }

    /// The events since the last call, oldest first, as endpoints would get them: for a test that delivers them
    /// itself, in any order and any number of times, with [`Simulator::sign`].
    pub fn take_events(&self) -> Vec<EmittedEvent> {
        self.write("", |state, _| {
            let after = (Bound::Excluded(state.taken.as_str()), Bound::Unbounded);
            let events = state.events.range::<str, _>(after).map(|(_, event)| EmittedEvent {
                id: event.id.clone(),
                kind: event.kind.clone(),
                body: event.json().to_string(),
            });
            let events: Vec<EmittedEvent> = events.collect();
            if let Some(last) = events.last() {
                state.taken.clone_from(&last.id);
            }
            events
        })
    }

    /// The `Stripe-Signature` of a body, made now with the secret of the configured endpoint.
    pub fn sign(&self, body: &str) -> String {
        webhooks::signature(&self.inner.config.webhook_secret, self.now(), body)
    }

    /// What is true at the processor, to compare a ledger with.
    pub fn truth(&self) -> Truth {
        self.write("", |state, cx| Truth::of(state, cx.now))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Runs a transition at the present time. `base_url` is where hosted pages made by it will be.
    pub(crate) fn write<T>(&self, base_url: &str, transition: impl FnOnce(&mut State, &Cx) -> T) -> T {
        let mut state = self.lock();
        let cx = self.cx(&state, base_url);
        state.pass_time(&cx);
        state.revision += 1;
        let result = transition(&mut state, &cx);
        drop(state);
        self.inner.changed.notify_one();
        result
    }

    /// Looks at the state at the present time.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let mut state = self.lock();
        let cx = self.cx(&state, "");
        state.pass_time(&cx);
        look(&state)
    }

    /// Lets time pass and takes the webhooks that are due.
    pub(crate) fn due(&self) -> Vec<Due> {
        let mut state = self.lock();
        let cx = self.cx(&state, "");
        state.pass_time(&cx);
        state.take_due(cx.now)
    }

    /// How a webhook attempt ended.
    pub(crate) fn delivered(&self, id: &str, answer: Result<u16, String>) {
        let mut state = self.lock();
        let now = clock::now() + state.ahead;
        state.delivered(id, now, answer, &self.inner.config.webhook_retry_seconds);
    }

    /// Returns when something may have become due, at the latest after a tenth of a second.
    pub(crate) async fn woken(&self) {
        let tick = Duration::from_millis(100);
        let _ = tokio::time::timeout(tick, self.inner.changed.notified()).await;
    }

    pub(crate) fn request_id(&self) -> String {
        format!("req_{}", self.lock().secret(14))
    }

    pub(crate) fn base_url(&self, host: Option<&str>) -> String {
        match (&self.inner.config.public_url, host) {
            (Some(url), _) => url.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => "http://localhost".to_owned(),
        }
    }

    pub(crate) fn take_fault(&self, method: &str, path: &str) -> Option<Fault> {
        faults::take(&mut self.faults(), method, path)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.inner.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the snapshot if the state has changed since revision `saved`; the revision that is now saved.
    pub(crate) fn save(&self, saved: u64) -> std::io::Result<u64> {
        let Some(path) = &self.inner.config.snapshot else { return Ok(saved) };
        let state = self.lock();
        if state.revision == saved {
            return Ok(saved);
        }
        let (revision, json) = (state.revision, serde_json::to_vec(&*state)?);
        drop(state);
        snapshot::save(path, &json)?;
        Ok(revision)
    }

    fn cx(&self, state: &State, base_url: &str) -> Cx {
        Cx {
            now: clock::now() + state.ahead,
            base_url: base_url.to_owned(),
            ach_settles_after: self.inner.config.ach_settles_after_seconds,
            refund_settles_after: self.inner.config.refund_settles_after_seconds,
            ..Cx::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
