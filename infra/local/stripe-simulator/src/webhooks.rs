//! Webhook endpoints and what is still to be delivered to them; the sending itself is in [`crate::sender`].
//! Sources: <https://docs.stripe.com/api/webhook_endpoints>, <https://docs.stripe.com/webhooks>.

use crate::error::{Result, StripeError};
use crate::events::{API_VERSION, matches};
use crate::lists::{Page, newest};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::state::{Cx, State};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) enabled_events: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    /// The one that the configuration asks for; it survives a reset.
    pub(crate) from_config: bool,
}

impl Endpoint {
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.enabled_events.iter().any(|pattern| matches(pattern, kind))
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": null,
            "application": null,
            "created": self.created,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": false,
            "metadata": self.metadata,
            "status": "enabled",
            "url": self.url,
        })
    }
}

/// One attempt to deliver: the status that came back, or why none did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tried {
    pub(crate) at: i64,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

/// An event on its way to one endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) endpoint: String,
    pub(crate) attempts: Vec<Tried>,
    /// When to try next, by the system clock; `None` once delivered or given up.
    pub(crate) next_at: Option<i64>,
    pub(crate) delivered: bool,
    #[serde(skip)]
    pub(crate) sending: bool,
}

impl Delivery {
    pub(crate) fn new(id: String, event: &str, endpoint: String, now: i64) -> Self {
        let event = event.to_owned();
        Self {
            id,
            event,
            endpoint,
            attempts: Vec::new(),
            next_at: Some(now),
            delivered: false,
            sending: false,
        }
    }
}

/// A signed request that is due.
pub(crate) struct Due {
    pub(crate) delivery: String,
    pub(crate) url: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl State {
    /// Starts the delivery of an event to each endpoint that listens for it; `false` if there is no such event.
    pub(crate) fn send(&mut self, cx: &Cx, event: &str) -> bool {
        let Some(kind) = self.events.get(event).map(|event| event.kind.clone()) else { return false };
        let wanting = self.endpoints.values().filter(|endpoint| endpoint.wants(&kind));
        for endpoint in wanting.map(|endpoint| endpoint.id.clone()).collect::<Vec<_>>() {
            let id = self.id("whd_");
            self.deliveries.insert(id.clone(), Delivery::new(id.clone(), event, endpoint, cx.now));
            self.undelivered.insert(id);
            if let Some(event) = self.events.get_mut(event) {
                event.pending += 1;
            }
        }
        true
    }

    /// Takes what is due; it stays taken until [`State::delivered`].
    pub(crate) fn take_due(&mut self, now: i64) -> Vec<Due> {
        let waiting = self.undelivered.iter().filter_map(|id| self.deliveries.get(id));
        let due = waiting.filter(|row| !row.sending && row.next_at.is_some_and(|at| at <= now));
        let ids: Vec<String> = due.map(|row| row.id.clone()).collect();
        ids.iter().filter_map(|id| self.take(id, now)).collect()
    }

    fn take(&mut self, id: &str, now: i64) -> Option<Due> {
        let delivery = self.deliveries.get(id)?;
        let ready = self.endpoints.get(&delivery.endpoint).zip(self.events.get(&delivery.event));
        let due = ready.map(|(endpoint, event)| {
            let body = event.json().to_string();
            let signature = signature(&endpoint.secret, now, &body);
            Due { delivery: id.to_owned(), url: endpoint.url.clone(), signature, body }
        });
        if due.is_none() {
            // The endpoint was deleted meanwhile.
            self.undelivered.remove(id);
        }
        let delivery = self.deliveries.get_mut(id)?;
        delivery.sending = due.is_some();
        due
    }

    /// Records how an attempt ended. Anything but 2xx is tried again, ever more slowly, until the waits are used up.
    /// Source: <https://docs.stripe.com/webhooks#retries>
    pub(crate) fn delivered(
        &mut self,
        id: &str,
        now: i64,
        answer: std::result::Result<u16, String>,
        waits: &[i64],
    ) {
        self.revision += 1;
        let Some(delivery) = self.deliveries.get_mut(id) else { return };
        delivery.sending = false;
        delivery.delivered = matches!(answer, Ok(200..=299));
        let wait = waits.get(delivery.attempts.len()).filter(|_| !delivery.delivered);
        delivery.next_at = wait.map(|wait| now + wait);
        delivery.attempts.push(Tried { at: now, status: answer.as_ref().ok().copied(), error: answer.err() });
        if delivery.next_at.is_none() {
            self.undelivered.remove(id);
        }
        if let Some(event) = self.events.get_mut(&delivery.event).filter(|_| delivery.delivered) {
            event.pending = event.pending.saturating_sub(1);
        }
    }

    /// Puts the configured endpoint in place of an earlier one, whose id it keeps.
    pub(crate) fn configure_endpoint(&mut self, now: i64, url: Option<&str>, secret: &str) {
        let before =
            self.endpoints.values().find(|endpoint| endpoint.from_config).map(|endpoint| endpoint.id.clone());
        self.endpoints.retain(|_, endpoint| !endpoint.from_config);
        let Some(url) = url else { return };
        let endpoint = Endpoint {
            id: before.unwrap_or_else(|| self.id("we_")),
            created: now,
            url: url.to_owned(),
            secret: secret.to_owned(),
            enabled_events: vec!["*".to_owned()],
            description: Some("From the configuration of the simulator".to_owned()),
            metadata: Metadata::new(),
            from_config: true,
        };
        self.endpoints.insert(endpoint.id.clone(), endpoint);
    }
}

/// `t=…,v1=…`: HMAC-SHA256 of `t.body` with the endpoint's secret.
/// Source: <https://docs.stripe.com/webhooks/signature#verify-manually>
fn signature(secret: &str, now: i64, body: &str) -> String {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{now}.{body}").as_bytes());
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now},v1={digest}")
}

/// `POST /v1/webhook_endpoints`. The secret is in this answer only.
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let url = reader.required_string("url");
    let events = reader.strings("enabled_events");
    let enabled_events = reader.require("enabled_events", events).unwrap_or_default();
    reader.choice("api_version", &[API_VERSION]);
    let description = reader.clearable("description").flatten();
    let metadata = reader.metadata();
    if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
        let message = "Invalid URL: An explicit scheme (such as https) must be provided.";
        reader.fail(StripeError::invalid(message).code("url_invalid").param("url"));
    }
    reader.finish()?;
    let metadata = metadata.into_new()?;
    let (id, secret) = (state.id("we_"), format!("whsec_{}", state.secret(32)));
    let endpoint = Endpoint {
        id,
        created: cx.now,
        url,
        secret,
        enabled_events,
        description,
        metadata,
        from_config: false,
    };
    let mut json = endpoint.json();
    if let Some(members) = json.as_object_mut() {
        members.insert("secret".to_owned(), json!(endpoint.secret));
    }
    state.endpoints.insert(endpoint.id.clone(), endpoint);
    Ok(json)
}

/// `GET /v1/webhook_endpoints/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(find(state, id)?.json())
}

/// `GET /v1/webhook_endpoints`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let page = Page::read(&mut reader);
    reader.finish()?;
    page.of("/v1/webhook_endpoints", "webhook endpoint", &newest(&state.endpoints), Endpoint::json)
}

/// `DELETE /v1/webhook_endpoints/{id}`
pub(crate) fn delete(state: &mut State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    find(state, id)?;
    state.endpoints.remove(id);
    Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Endpoint> {
    state.endpoints.get(id).ok_or_else(|| StripeError::missing("webhook endpoint", id, "id"))
}
