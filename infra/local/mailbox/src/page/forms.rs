//! The forms of the pages. Each is answered with a redirect, so that a reload repeats nothing.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::{layout, not_found, page};
use crate::Mailbox;
use crate::publisher::Published;
use crate::requests::{Happen, Refused, Reply};

/// A reply's form: the rest is the message's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    body: String,
    times: Option<u8>,
}

pub(crate) async fn happen(
    State(mailbox): State<Mailbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Happen>, FormRejection>,
) -> Response {
    submit(&id, &headers, form, |happen| happen.publish(&mailbox, &id))
}

/// The text's recipient answers.
pub(crate) async fn reply(
    State(mailbox): State<Mailbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Written>, FormRejection>,
) -> Response {
    submit(&id, &headers, form, |Written { body, times }| {
        let message = mailbox.message(&id).ok_or(Refused::NoSuchMessage)?;
        let number = message.content.to.first().map_or("", |to| to.trim_start_matches('+'));
        let reply = Reply { from: format!("+{number}"), to: None, body, times: times.unwrap_or(1) };
        reply.publish(&mailbox)
    })
}

fn submit<T>(
    id: &str,
    headers: &HeaderMap,
    form: Result<Form<T>, FormRejection>,
    publish: impl FnOnce(T) -> Result<Published, Refused>,
) -> Response {
    if !is_same_origin(headers) {
        return refuse(StatusCode::FORBIDDEN, "Only a page of the mailbox can send this.");
    }
    let published = match form {
        Ok(Form(form)) => publish(form),
        Err(rejection) => Err(Refused::Unacceptable(rejection.body_text())),
    };
    match published {
        Ok(_) => Redirect::to(&format!("/messages/{id}#published")).into_response(),
        Err(Refused::NoSuchMessage) => not_found(),
        Err(Refused::Unacceptable(why)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &why),
    }
}

/// Whether the browser says that a page of ours sent this. Every browser of today says one of the two.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (said("sec-fetch-site"), said(ORIGIN.as_str()), said(HOST.as_str())) {
        (Some(site), ..) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.strip_prefix("http://") == Some(host),
        (None, ..) => false,
    }
}

fn refuse(status: StatusCode, why: &str) -> Response {
    let body = html! {
        nav aria-label="Back" { a href="/" { "← Mailbox" } }
        h1 { "Nothing happened" }
        p { (why) }
    };
    page(status, layout::render("Nothing happened", &body))
}
