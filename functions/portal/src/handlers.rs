//! What each page does. Who is signed in comes from the cookie and the table; what a form names is looked up among what the
//! session shows.

/// What was asked for; or the function ends with the answer that says why not.
macro_rules! or_answer {
    ($asked:expr) => {
        match $asked {
            Ok(found) => found,
            Err(turned) => return Ok(*turned),
        }
    };
}

pub(crate) mod messages;
pub(crate) mod methods;
pub(crate) mod sign_in;

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::http::{HeaderValue, StatusCode, header};
use paywell_app::{AppError, Context, pay::PracticeCard, portal::SignedIn};
use paywell_domain::{InvoiceId, PatientId, Practice, PracticeId, link::Token};
use paywell_http::{Call, Problem, Response, respond::redirect};
use paywell_pages::{Frame, Page, Reader, Words, identity_cookie};

use crate::{
    Portal, browser,
    pages::{self, sign_in::Note},
};

/// Somebody signed in asks for a page, or sends a form of one.
pub(crate) struct Visit {
    pub(crate) signed_in: SignedIn,
    pub(crate) card: PracticeCard,
    pub(crate) words: Words,
    /// What the forms of its pages carry.
    pub(crate) form: String,
    token: Token,
}

/// What was asked for, or why not, as the answer that says so.
pub(crate) type Turned<T> = Result<T, Box<Response>>;

/// The fields of a form; each name is there once.
pub(crate) type Form = BTreeMap<String, String>;

impl Visit {
    pub(crate) fn frame<'a>(&'a self, path: &'a str) -> Frame<'a> {
        Frame { words: self.words, practice: Some(&self.card), path, beyond: None }
    }

    pub(crate) fn home(&self) -> String {
        home_path(&self.signed_in.practice.id)
    }

    pub(crate) fn context(&self, call: &Call) -> Context {
        self.signed_in.context(call.request_id(), None, call.now)
    }
}

/// The words that the reader chose or the browser asks for, else the practice's.
pub(crate) fn words(call: &Call, practice: &Practice) -> Words {
    Reader::of(call.headers()).words_for(None, practice.pay_page.language)
}

/// The frame of a page that is no practice's.
fn nowhere(call: &Call) -> Frame<'static> {
    Frame { words: Reader::of(call.headers()).words(), practice: None, path: "/portal", beyond: None }
}

pub(crate) fn home_path(practice: &PracticeId) -> String {
    format!("/portal/{practice}")
}

impl Portal {
    /// A page of somebody who is signed in, and now was seen.
    pub(crate) fn respond_to(&self, visit: &Visit, call: &Call, page: Page, status: StatusCode) -> Response {
        self.seen(visit, call, page.respond(status))
    }

    /// On to another page, after a form.
    pub(crate) fn go(&self, visit: &Visit, call: &Call, path: &str) -> Result<Response, Problem> {
        Ok(self.seen(visit, call, redirect(path)?))
    }

    fn seen(&self, visit: &Visit, call: &Call, mut response: Response) -> Response {
        let cookie = browser::set_session(&self.key, &visit.token, call.now);
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
        response
    }

    /// The page of something that is not here: the same, whatever was asked for.
    pub(crate) fn nothing(&self, call: &Call) -> Response {
        pages::notice::nothing(&nowhere(call)).respond(StatusCode::NOT_FOUND)
    }

    /// People get pages, also where something fails.
    pub(crate) fn failed(&self, call: &Call, error: AppError) -> Response {
        if let AppError::NotFound(_) = error {
            return self.nothing(call);
        }
        let problem = Problem::from(error);
        if problem.status().is_client_error() {
            return pages::notice::refused(&nowhere(call)).respond(problem.status());
        }
        tracing::error!(status = problem.status().as_u16(), why = problem.internal_message(), "portal");
        pages::notice::trouble(&nowhere(call)).respond(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Whoever is signed in to the practice of the path; everybody else is sent to its first page.
    pub(crate) async fn visit(&self, call: &Call) -> Turned<Visit> {
        let practice = call.path::<PracticeId>("practice").map_err(|_| Box::new(self.nothing(call)))?;
        match self.visiting(call, &practice).await {
            Ok(Some(visit)) => Ok(visit),
            Ok(None) => Err(Box::new(redirect(&home_path(&practice)).unwrap_or_else(|_| self.nothing(call)))),
            Err(error) => Err(Box::new(self.failed(call, error))),
        }
    }

    async fn visiting(&self, call: &Call, practice: &PracticeId) -> Result<Option<Visit>, AppError> {
        let Some((token, seen)) = browser::session(&self.key, call.headers()) else { return Ok(None) };
        let signed_in = self.app.signed_in(practice, &token, seen, call.now).await?;
        Ok(signed_in.map(|signed_in| Visit {
            card: PracticeCard::of(&signed_in.practice, signed_in.logo.clone()),
            words: words(call, &signed_in.practice),
            form: browser::form_token(&self.key, &token),
            signed_in,
            token,
        }))
    }

    /// A form that a page of ours sent.
    pub(crate) fn our_form(&self, call: &Call) -> Turned<Form> {
        let sent = browser::is_same_origin(call.headers(), &self.app.public_url);
        let form = call.form::<Form>().ok().filter(|_| sent);
        form.ok_or_else(|| Box::new(self.stale(call)))
    }

    /// A form that a page made for this session sent.
    pub(crate) async fn visit_by_form(&self, call: &Call) -> Turned<(Visit, Form)> {
        let form = self.our_form(call)?;
        let visit = self.visit(call).await?;
        if browser::is_form_token(&self.key, &visit.token, field(&form, "form")) {
            Ok((visit, form))
        } else {
            Err(Box::new(self.stale(call)))
        }
    }

    /// The answer to a form that no page of ours sent, or that is of another session.
    pub(crate) fn stale(&self, call: &Call) -> Response {
        pages::notice::refused(&nowhere(call)).respond(StatusCode::FORBIDDEN)
    }
}

pub(crate) fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

/// The first page: what is owed, or signing in.
pub(crate) async fn home(state: &Portal, call: Call) -> Result<Response, Problem> {
    let Ok(practice) = call.path::<PracticeId>("practice") else { return Ok(state.nothing(&call)) };
    let visit = match state.visiting(&call, &practice).await {
        Ok(Some(visit)) => visit,
        Ok(None) => {
            let note = call.parameter("left").is_some().then_some(Note::Left);
            return Ok(sign_in::begin(state, &call, note).await);
        }
        Err(error) => return Ok(state.failed(&call, error)),
    };
    Ok(match state.app.portal_home(&visit.signed_in, call.now).await {
        Ok(home) => {
            let path = visit.home();
            let page = pages::home::home(&visit, &path, &home, call.parameter("none").is_some());
            state.respond_to(&visit, &call, page, StatusCode::OK)
        }
        Err(error) => state.failed(&call, error),
    })
}

/// An invoice with its details.
pub(crate) async fn invoice(state: &Portal, call: Call) -> Result<Response, Problem> {
    let visit = or_answer!(state.visit(&call).await);
    let Ok(id) = call.path::<InvoiceId>("id") else { return Ok(state.nothing(&call)) };
    Ok(match state.app.portal_invoice(&visit.signed_in, id, call.now).await {
        Ok(invoice) => {
            let path = format!("{}/invoices/{id}", visit.home());
            let page = pages::invoice::invoice(&visit, &path, &invoice);
            state.respond_to(&visit, &call, page, StatusCode::OK)
        }
        Err(error) => state.failed(&call, error),
    })
}

/// What was paid and given back.
pub(crate) async fn history(state: &Portal, call: Call) -> Result<Response, Problem> {
    let visit = or_answer!(state.visit(&call).await);
    Ok(match state.app.portal_history(&visit.signed_in).await {
        Ok(transactions) => {
            let path = format!("{}/history", visit.home());
            let page = pages::history::history(&visit, &path, &transactions);
            state.respond_to(&visit, &call, page, StatusCode::OK)
        }
        Err(error) => state.failed(&call, error),
    })
}

/// Pay: on to the pay page of a link for what was chosen, which knows who comes.
pub(crate) async fn pay(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(patient) = field(&form, "patient").parse::<PatientId>() else { return Ok(state.nothing(&call)) };
    let chosen: BTreeSet<InvoiceId> = form.keys().filter_map(|name| name.parse().ok()).collect();
    if chosen.is_empty() {
        return state.go(&visit, &call, &format!("{}?none", visit.home()));
    }
    let cx = visit.context(&call);
    match state.app.portal_pay(&visit.signed_in, &cx, patient, &chosen).await {
        Ok(link) => {
            let mut response = state.go(&visit, &call, &link.path)?;
            let cookie = identity_cookie::set(&state.key, link.link, link.generation, call.now);
            let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
            let cookie = cookie.ok_or_else(|| Problem::internal("no identity cookie"))?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => Ok(state.failed(&call, error)),
    }
}
