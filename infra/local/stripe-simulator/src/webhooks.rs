//! Webhook endpoints and signatures; what is on its way to them is in [`crate::outbox`].
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

impl State {
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
pub(crate) fn signature(secret: &str, now: i64, body: &str) -> String {
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
