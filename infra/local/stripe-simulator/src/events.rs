//! Events. Sources: <https://docs.stripe.com/api/events>, <https://docs.stripe.com/api/events/types>.

use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The API version that events are rendered in: the one the pinned SDK of the tests speaks.
pub(crate) const API_VERSION: &str = "2026-10-28.endive";

/// Something that happened, with the object as it was then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) kind: String,
    pub(crate) object: Value,
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// Deliveries that no endpoint has accepted yet.
    pub(crate) pending: u64,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": { "object": self.object },
            "livemode": false,
            "pending_webhooks": self.pending,
            "request": { "id": self.request_id, "idempotency_key": self.idempotency_key },
            "type": self.kind,
        })
    }
}

impl State {
    /// Records an event and a delivery to each endpoint that listens for it.
    pub(crate) fn emit(&mut self, cx: &Cx, kind: &str, object: Value) {
        let event = Event {
            id: self.id("evt_"),
            created: cx.now,
            kind: kind.to_owned(),
            object,
            request_id: cx.request_id.clone(),
            idempotency_key: cx.idempotency_key.clone(),
            pending: 0,
        };
        let id = event.id.clone();
        self.put(event);
        self.send(cx, &id);
    }
}

/// Events are shown for 30 days. Source: <https://docs.stripe.com/api/events/list>
const SHOWN_SECONDS: i64 = 30 * 24 * 60 * 60;

/// `GET /v1/events/{id}`
pub(crate) fn retrieve(state: &State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let event = state.events.get(id).filter(|event| event.created >= cx.now - SHOWN_SECONDS);
    Ok(event.ok_or_else(|| StripeError::missing("event", id, "id"))?.json())
}

/// `GET /v1/events`
pub(crate) fn list(state: &State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let kind = reader.string("type");
    let kinds = reader.strings("types");
    reader.finish()?;
    let wanted = |event: &Event| {
        event.created >= cx.now - SHOWN_SECONDS
            && kind.as_ref().is_none_or(|kind| matches(kind, &event.kind))
            && kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
    };
    let owner = kind.as_deref().filter(|kind| !kind.contains('*'));
    Listing { page, created, owner }.of(state, "/v1/events", wanted, Event::json)
}

/// `charge.*` matches every event of a charge.
pub(crate) fn matches(pattern: &str, kind: &str) -> bool {
    pattern == "*"
        || pattern == kind
        || pattern
            .strip_suffix(".*")
            .and_then(|group| kind.strip_prefix(group))
            .is_some_and(|rest| rest.starts_with('.'))
}
