//! The mailbox for scripts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Mailbox;
use crate::faults::Plan;
use crate::message::{Content, Kind, Message};
use crate::requests::{Behave, Happen, Refused, Reply};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    to: Option<String>,
    kind: Option<Kind>,
}

/// A message as scripts see it: one flat object.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    sent_at: DateTime<Utc>,
    #[serde(flatten)]
    content: &'a Content,
}

impl<'a> From<&'a Message> for Shown<'a> {
    fn from(message: &'a Message) -> Self {
        Self { id: &message.id, sent_at: message.sent_at, content: &message.content }
    }
}

/// Newest first. `to` is a whole address here, so that a script never reads somebody else's mail.
pub(crate) async fn list(State(mailbox): State<Mailbox>, Query(filter): Query<Filter>) -> Response {
    let messages = mailbox.messages(|content| {
        filter.kind.is_none_or(|kind| content.kind == kind)
            && filter.to.as_deref().is_none_or(|address| content.goes_to(address))
    });
    Json(messages.iter().map(|message| Shown::from(message.as_ref())).collect::<Vec<_>>()).into_response()
}

pub(crate) async fn one(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    match mailbox.message(&id) {
        Some(message) => Json(Shown::from(message.as_ref())).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no message with this id.").into_response(),
    }
}

pub(crate) async fn empty(State(mailbox): State<Mailbox>) -> Response {
    match mailbox.empty() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "the snapshot could not be emptied");
            (StatusCode::INTERNAL_SERVER_ERROR, "The snapshot could not be emptied.").into_response()
        }
    }
}

pub(crate) async fn plan_faults(State(mailbox): State<Mailbox>, Json(plan): Json<Plan>) -> StatusCode {
    mailbox.plan(plan);
    StatusCode::NO_CONTENT
}

/// Answers what was published; that it arrives is not waited for.
pub(crate) async fn happen(
    State(mailbox): State<Mailbox>,
    Path(id): Path<String>,
    Json(happen): Json<Happen>,
) -> Result<Response, Refused> {
    Ok((StatusCode::ACCEPTED, Json(happen.publish(&mailbox, &id)?)).into_response())
}

/// As [`happen`].
pub(crate) async fn reply(
    State(mailbox): State<Mailbox>,
    Json(reply): Json<Reply>,
) -> Result<Response, Refused> {
    Ok((StatusCode::ACCEPTED, Json(reply.publish(&mailbox)?)).into_response())
}

/// Newest first.
pub(crate) async fn events(State(mailbox): State<Mailbox>) -> Response {
    Json(mailbox.publisher().published(|_| true)).into_response()
}

pub(crate) async fn empty_events(State(mailbox): State<Mailbox>) -> StatusCode {
    mailbox.publisher().empty();
    StatusCode::NO_CONTENT
}

pub(crate) async fn behave(
    State(mailbox): State<Mailbox>,
    Json(behave): Json<Behave>,
) -> Result<StatusCode, Refused> {
    mailbox.publisher().behave(behave.read()?);
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn behaviours(State(mailbox): State<Mailbox>) -> Response {
    Json(mailbox.publisher().behaviours()).into_response()
}

pub(crate) async fn empty_behaviours(State(mailbox): State<Mailbox>) -> StatusCode {
    mailbox.publisher().forget_behaviours();
    StatusCode::NO_CONTENT
}
