//! What happened, in order, as people and programs read it.

use chrono::{DateTime, Utc};
use paywell_domain::{Actor, Cents, Event};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One thing that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its place in the history of its invoice, payment or set, from 1.
    pub seq: u64,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// Who: `staff`, `patient`, `processor`, `schedule` or `import`.
    pub actor: String,
    /// Which of them, where there are many: a user, a link, a session in the portal, a processor's event.
    pub actor_id: Option<String>,
    /// What, by a stable name such as `payment_applied`.
    pub what: String,
    /// The particulars; amounts are decimal strings.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// From which request.
    pub request_id: String,
}

impl TimelineEntry {
    /// An event.
    pub fn of(event: &Event) -> Self {
        let (actor, actor_id) = match &event.actor {
            Actor::Staff { user } => ("staff", Some(user.clone())),
            Actor::Patient { link } => ("patient", Some(link.to_string())),
            Actor::Portal { session } => ("patient", Some(session.to_string())),
            Actor::Processor { event } => ("processor", Some(event.clone())),
            Actor::Schedule => ("schedule", None),
            Actor::Import => ("import", None),
        };
        let Ok(Value::Object(mut details)) = serde_json::to_value(&event.kind) else {
            return Self::bare(event, actor, actor_id);
        };
        let what =
            details.remove("type").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let details = details.into_iter().map(amounts).collect();
        Self { what, details, ..Self::bare(event, actor, actor_id) }
    }

    fn bare(event: &Event, actor: &str, actor_id: Option<String>) -> Self {
        Self {
            seq: event.seq,
            at: event.at,
            actor: actor.to_owned(),
            actor_id,
            what: String::new(),
            details: Map::new(),
            request_id: event.request.clone(),
        }
    }
}

/// Events keep cents; people read amounts.
fn amounts((name, value): (String, Value)) -> (String, Value) {
    let as_amount = |value: &Value| value.as_i64().map(|cents| Value::String(Cents::new(cents).to_string()));
    let renamed = match name.strip_suffix("cents") {
        Some("") => Some("amount".to_owned()),
        Some(rest) => Some(rest.trim_end_matches('_').to_owned()),
        None => None,
    };
    match (renamed, as_amount(&value)) {
        (Some(renamed), Some(amount)) => (renamed, amount),
        _ => (name, value),
    }
}

#[cfg(test)]
mod tests {
    use paywell_domain::EventKind;

    use super::*;

    #[test]
    fn amounts_are_decimal_strings() {
        let kind = EventKind::SetBalanceChanged { outstanding_cents: Cents::new(12_345) };
        let (of, request) = ("set_x".to_owned(), "r-1".to_owned());
        let event = Event { of, seq: 1, at: DateTime::UNIX_EPOCH, actor: Actor::Schedule, request, kind };
        let entry = TimelineEntry::of(&event);
        assert_eq!(entry.what, "set_balance_changed");
        assert_eq!(entry.details.get("outstanding"), Some(&Value::from("123.45")));
    }
}
