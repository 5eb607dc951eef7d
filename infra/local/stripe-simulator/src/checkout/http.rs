//! The hosted page's HTTP: every answer to a form is a redirect, so that a reload repeats nothing.

use super::form::{Problems, Submission};
use super::page::{self, View};
use super::pay::{self, Step};
use super::{Session, SessionStatus};
use crate::simulator::Simulator;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::Markup;
use serde::Deserialize;

/// `GET /c/pay/{session}`
pub(crate) async fn show(State(simulator): State<Simulator>, Path(id): Path<String>) -> Response {
    let found = simulator.read(|state| {
        let session = state.sessions.get(&id)?.clone();
        let error = pay::last_error(state, &session);
        Some((session, error))
    });
    match found {
        Some((session, error)) => {
            document(StatusCode::OK, form_or_end(&session, error, &Submission::default(), &Problems::new()))
        }
        None => document(StatusCode::NOT_FOUND, page::unknown()),
    }
}

fn form_or_end(session: &Session, error: Option<String>, form: &Submission, problems: &Problems) -> Markup {
    match session.status {
        SessionStatus::Open => page::form(&View { session, error, form, problems }),
        SessionStatus::Complete => page::complete(session),
        SessionStatus::Expired => page::expired(session),
    }
}

/// `POST /c/pay/{session}`
pub(crate) async fn submit(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Form(form): Form<Submission>,
) -> Response {
    let (step, session) = simulator.write("", |state, cx| {
        let step = pay::submit(state, cx, &id, &form);
        (step, state.sessions.get(&id).cloned())
    });
    match (step, session) {
        (_, None) => document(StatusCode::NOT_FOUND, page::unknown()),
        (Step::Invalid(problems), Some(session)) => {
            document(StatusCode::UNPROCESSABLE_ENTITY, form_or_end(&session, None, &form, &problems))
        }
        (step, Some(session)) => follow(&step, &session),
    }
}

/// `GET /c/pay/{session}/authenticate`
pub(crate) async fn challenge(State(simulator): State<Simulator>, Path(id): Path<String>) -> Response {
    let found = simulator.read(|state| {
        let session = state.sessions.get(&id)?;
        Some((session.clone(), pay::challenged(state, session)))
    });
    match found {
        Some((session, true)) => document(StatusCode::OK, page::challenge(&session)),
        _ => Redirect::to(&format!("/c/pay/{id}")).into_response(),
    }
}

/// What the customer did with the challenge.
#[derive(Deserialize)]
pub(crate) struct ChallengeAnswer {
    /// `complete` or `fail`.
    outcome: String,
}

/// `POST /c/pay/{session}/authenticate`
pub(crate) async fn authenticate(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Form(answer): Form<ChallengeAnswer>,
) -> Response {
    let (step, session) = simulator.write("", |state, cx| {
        let step = pay::authenticate(state, cx, &id, answer.outcome == "complete");
        (step, state.sessions.get(&id).cloned())
    });
    match session {
        Some(session) => follow(&step, &session),
        None => document(StatusCode::NOT_FOUND, page::unknown()),
    }
}

fn follow(step: &Step, session: &Session) -> Response {
    let here = format!("/c/pay/{}", session.id);
    let to = match step {
        Step::Done => success_url(session),
        Step::Challenge => format!("{here}/authenticate"),
        Step::Declined | Step::Closed | Step::Invalid(_) => here,
    };
    Redirect::to(&to).into_response()
}

/// Source: <https://docs.stripe.com/payments/checkout/custom-success-page>
pub(crate) fn success_url(session: &Session) -> String {
    session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}

fn document(status: StatusCode, markup: Markup) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, Html(markup.into_string())).into_response()
}
