//! Methods on file.

use lambda_http::http::StatusCode;
use paywell_app::{Context, ids};
use paywell_domain::{PatientId, text::Line};
use paywell_http::{Call, Problem, Response, respond::redirect};
use paywell_store::Command;

use super::{Form, Visit, field};
use crate::{Portal, pages};

/// The methods of all patients.
pub(crate) async fn show(state: &Portal, call: Call) -> Result<Response, Problem> {
    let visit = or_answer!(state.visit(&call).await);
    Ok(match state.app.portal_methods(&visit.signed_in, &visit.context(&call)).await {
        Ok(methods) => {
            let path = format!("{}/methods", visit.home());
            // A form that is sent twice is one command: each page's forms have a name of their own.
            let name = ids::new(call.now).to_string();
            let saved = call.parameter("saved").is_some();
            let page = pages::methods::methods(&visit, &path, &methods, (&name, saved), &state.hosted);
            state.respond_to(&visit, &call, page, StatusCode::OK)
        }
        Err(error) => state.failed(&call, error),
    })
}

/// A command that a form of this page names.
fn command(visit: &Visit, form: &Form, call: &Call, what: &str) -> Context {
    let command = Command {
        scope: visit.signed_in.session.state.id.to_string(),
        key: format!("{what}-{}", field(form, "name").chars().take(40).collect::<String>()),
        fingerprint: format!(
            "{what} {} {}{}",
            field(form, "patient"),
            field(form, "method"),
            field(form, "turn")
        ),
    };
    visit.signed_in.context(call.request_id(), Some(command), call.now)
}

/// Putting a method on file: on to the processor's page.
pub(crate) async fn add(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(patient) = field(&form, "patient").parse::<PatientId>() else { return Ok(state.nothing(&call)) };
    if field(&form, "agreed") != "on" {
        return state.go(&visit, &call, &format!("{}/methods", visit.home()));
    }
    let Ok(wording) = Line::try_from(pages::methods::consent(&visit, field(&form, "wording"))) else {
        return Err(Problem::internal("a wording that is too long"));
    };
    let cx = command(&visit, &form, &call, "add");
    match state.app.portal_add_method(&visit.signed_in, &cx, patient, wording).await {
        Ok(Some(url)) => redirect(&url),
        Ok(None) => state.go(&visit, &call, &format!("{}/methods", visit.home())),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// Another method becomes the one that is charged.
pub(crate) async fn make_default(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(patient) = field(&form, "patient").parse::<PatientId>() else { return Ok(state.nothing(&call)) };
    let (cx, method) = (command(&visit, &form, &call, "default"), field(&form, "method"));
    match state.app.portal_default_method(&visit.signed_in, &cx, patient, method).await {
        Ok(()) => state.go(&visit, &call, &format!("{}/methods", visit.home())),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// A method is taken off file.
pub(crate) async fn remove(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(patient) = field(&form, "patient").parse::<PatientId>() else { return Ok(state.nothing(&call)) };
    let (cx, method) = (command(&visit, &form, &call, "remove"), field(&form, "method"));
    match state.app.portal_remove_method(&visit.signed_in, &cx, patient, method).await {
        Ok(()) => state.go(&visit, &call, &format!("{}/methods", visit.home())),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// Autopay is turned on, as the patient agrees on the page, or off.
pub(crate) async fn choose_autopay(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(patient) = field(&form, "patient").parse::<PatientId>() else { return Ok(state.nothing(&call)) };
    let (cx, turn) = (command(&visit, &form, &call, "autopay"), field(&form, "turn"));
    let done = match turn {
        "on" if field(&form, "agreed") == "on" => {
            let wording = Line::try_from(pages::methods::autopay_consent(&visit, field(&form, "wording")));
            let Ok(wording) = wording else { return Err(Problem::internal("a wording that is too long")) };
            state.app.portal_start_autopay(&visit.signed_in, &cx, patient, wording).await
        }
        "off" => state.app.portal_stop_autopay(&visit.signed_in, &cx, patient).await,
        _ => Ok(()),
    };
    match done {
        Ok(()) => state.go(&visit, &call, &format!("{}/methods", visit.home())),
        Err(error) => Ok(state.failed(&call, error)),
    }
}
