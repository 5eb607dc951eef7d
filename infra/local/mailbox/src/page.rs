//! The mailbox for people.

mod events;
pub(crate) mod forms;
mod frame;
mod layout;
mod list;
mod message;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::Mailbox;
use crate::publisher::Published;

/// The pages run no script, load nothing but their own style and the frame of an HTML part, and send forms home alone.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; \
                           base-uri 'none'; frame-ancestors 'none'";

#[derive(Debug, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    to: String,
}

/// Newest first. `to` is a part of an address here: a person types what they remember.
pub(crate) async fn list(State(mailbox): State<Mailbox>, Query(filter): Query<Filter>) -> Response {
    let messages = mailbox.messages(|content| content.recipient_contains(&filter.to));
    let events = events::count(&mailbox.publisher().published(|_| true));
    page(StatusCode::OK, list::render(&messages, &filter.to, &events))
}

pub(crate) async fn message(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    match mailbox.message(&id) {
        Some(found) => {
            let about_it = |one: &Published| one.message.as_ref() == Some(&found.id);
            let published = mailbox.publisher().published(about_it);
            page(StatusCode::OK, message::render(&found, &published))
        }
        None => not_found(),
    }
}

/// Everything that was published, newest first.
pub(crate) async fn events(State(mailbox): State<Mailbox>) -> Response {
    let publisher = mailbox.publisher();
    let markup =
        events::render(&publisher.published(|_| true), &publisher.behaviours(), publisher.function());
    page(StatusCode::OK, markup)
}

/// The HTML part alone, for the frame of its message's page.
pub(crate) async fn html_part(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    let found = mailbox.message(&id);
    match found.as_ref().and_then(|found| found.content.html.as_deref()) {
        Some(part) => {
            ([(CONTENT_SECURITY_POLICY, frame::POLICY)], Html(frame::document(part))).into_response()
        }
        None => not_found(),
    }
}

pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/style.css"))
}

fn not_found() -> Response {
    let body = html! {
        h1 { "No such message" }
        p { "It may have been deleted. " a href="/" { "Back to the mailbox" } }
    };
    page(StatusCode::NOT_FOUND, layout::render("No such message", &body))
}

fn page(status: StatusCode, markup: Markup) -> Response {
    (status, [(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(markup.into_string())).into_response()
}
