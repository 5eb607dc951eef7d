//! The control API of webhooks: what was delivered, what is held, and the rules.

use crate::outbox::{Due, Rules, scatter};
use crate::sender;
use crate::simulator::Simulator;
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /_simulator/deliveries`
pub(crate) async fn deliveries(State(simulator): State<Simulator>) -> Json<Value> {
    let rows: Vec<Value> = simulator.read(|state| {
        let rows = state.deliveries.values().map(|delivery| {
            let kind = state.events.get(&delivery.event).map(|event| &event.kind);
            json!({
                "id": delivery.id,
                "event": delivery.event,
                "type": kind,
                "endpoint": delivery.endpoint,
                "attempts": delivery.attempts,
                "delivered": delivery.delivered,
                "held": delivery.held,
                "next_at": delivery.next_at,
            })
        });
        rows.collect()
    });
    Json(json!(rows))
}

/// `POST /_simulator/events/{id}/resend`: Stripe, too, may deliver an event more than once.
/// Source: <https://docs.stripe.com/webhooks#handle-duplicate-events>
pub(crate) async fn resend(State(simulator): State<Simulator>, Path(id): Path<String>) -> StatusCode {
    super::found(simulator.write("", |state, cx| state.send(cx, &id)))
}

/// `GET /_simulator/webhooks`: the rules, and what is held, signed now.
pub(crate) async fn held(State(simulator): State<Simulator>) -> Json<Value> {
    Json(simulator.write("", |state, cx| json!({ "rules": state.rules, "held": state.held(cx.now) })))
}

/// `POST /_simulator/webhooks`: rules in place of the former.
pub(crate) async fn rule(State(simulator): State<Simulator>, Json(rules): Json<Rules>) -> StatusCode {
    simulator.write("", |state, cx| state.rule(cx.now, rules));
    StatusCode::NO_CONTENT
}

/// What to release.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// In this order, as often as they are named; all that is held, if absent.
    events: Option<Vec<String>>,
}

/// `POST /_simulator/webhooks/release`: one after the other, each answered before the next is sent.
pub(crate) async fn release(State(simulator): State<Simulator>, Json(wanted): Json<Release>) -> Json<Value> {
    let events = wanted.events.unwrap_or_else(|| {
        simulator.write("", |state, cx| {
            let mut held: Vec<String> = state.held(cx.now).into_iter().map(|due| due.event).collect();
            held.dedup();
            if let Some(seed) = state.rules.shuffle_seed {
                held.sort_by_key(|event| scatter(seed, event));
            }
            held
        })
    });
    let http = sender::client();
    let mut answers = Vec::new();
    for event in events {
        let due: Vec<Due> = simulator.write("", |state, cx| state.release(cx.now, &event));
        for due in due {
            let answer = sender::send(&http, &due, simulator.config().webhook_timeout).await;
            answers.push(json!({
                "event": due.event,
                "type": due.kind,
                "url": due.url,
                "status": answer.as_ref().ok(),
                "error": answer.as_ref().err(),
            }));
            simulator.delivered(&due.delivery, answer);
        }
    }
    Json(json!(answers))
}
