//! A code is asked for, typed, and the session ended.

use lambda_http::http::{HeaderValue, StatusCode, header};
use paywell_app::{
    AppError,
    pay::PracticeCard,
    portal::{Asked, Entered},
};
use paywell_domain::{
    Practice, PracticeId,
    portal::{Code, ContactPoint},
};
use paywell_http::{Call, Problem, Response, respond::redirect};
use paywell_pages::Frame;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Turned, field, home_path, words};
use crate::{
    ANSWER_AFTER, Portal, browser,
    pages::sign_in::{self as pages, Note},
};

/// The practice of the path, or the answer that there is none.
async fn practice(state: &Portal, call: &Call) -> Turned<Practice> {
    let id = call.path::<PracticeId>("practice").map_err(|_| Box::new(state.nothing(call)))?;
    match state.app.portal_practice(&id).await {
        Ok(Some(practice)) => Ok(practice),
        Ok(None) => Err(Box::new(state.nothing(call))),
        Err(error) => Err(Box::new(state.failed(call, error))),
    }
}

/// The page that asks for a contact.
pub(crate) async fn begin(state: &Portal, call: &Call, id: &PracticeId, note: Option<Note>) -> Response {
    match state.app.portal_practice(id).await {
        Ok(Some(practice)) => contact_page(state, call, &practice, note),
        Ok(None) => state.nothing(call),
        Err(error) => state.failed(call, error),
    }
}

fn contact_page(state: &Portal, call: &Call, practice: &Practice, note: Option<Note>) -> Response {
    let (card, path) = (PracticeCard::of(practice), home_path(&practice.id));
    let words = words(call, practice);
    let frame = Frame { words, practice: Some(&card), path: &path, beyond: None };
    state.respond(pages::contact(&frame, note), note.map_or(StatusCode::OK, Note::status))
}

/// A code is asked for. Whoever is on file and whoever is not gets the same answer at the same moment.
pub(crate) async fn ask(state: &Portal, call: Call) -> Result<Response, Problem> {
    let answer_at = Instant::now() + ANSWER_AFTER;
    let form = match state.our_form(&call) {
        Ok(form) => form,
        Err(turned) => return Ok(*turned),
    };
    let practice = match practice(state, &call).await {
        Ok(practice) => practice,
        Err(turned) => return Ok(*turned),
    };
    let Some(contact) = ContactPoint::typed(field(&form, "contact")) else {
        return Ok(contact_page(state, &call, &practice, Some(Note::NoContact)));
    };
    let (language, source) = (words(&call, &practice).language(), call.source_ip().to_string());
    let asker = (language, source.as_str());
    let asked = state.app.ask_for_code(&practice, &contact, asker, call.request_id(), call.now).await;
    if let Ok(Asked::Begun(_, Some(message))) = &asked {
        // A provider that is slower than this may have it or not; another code can be asked for.
        drop(timeout_at(answer_at, state.app.send_code(message)).await);
    }
    sleep_until(answer_at).await;
    match asked {
        Ok(Asked::Begun(token, _)) => {
            let mut response = redirect(&format!("{}/code", home_path(&practice.id)))?;
            with_cookie(&mut response, browser::set_sign_in(&token))?;
            Ok(response)
        }
        Ok(Asked::TooMany) => Ok(contact_page(state, &call, &practice, Some(Note::TooMany))),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// The page that asks for the code.
pub(crate) async fn code(state: &Portal, call: Call) -> Result<Response, Problem> {
    let practice = match practice(state, &call).await {
        Ok(practice) => practice,
        Err(turned) => return Ok(*turned),
    };
    code_page(state, &call, &practice, None)
}

fn code_page(
    state: &Portal,
    call: &Call,
    practice: &Practice,
    note: Option<Note>,
) -> Result<Response, Problem> {
    let Some(token) = browser::sign_in(call.headers()) else { return redirect(&home_path(&practice.id)) };
    let (card, home) = (PracticeCard::of(practice), home_path(&practice.id));
    let path = format!("{home}/code");
    let words = words(call, practice);
    let frame = Frame { words, practice: Some(&card), path: &path, beyond: None };
    let page = pages::code(&frame, &home, &browser::form_token(&state.key, &token), note);
    Ok(state.respond(page, note.map_or(StatusCode::OK, Note::status)))
}

/// A code was typed: on to the first page, or once more.
pub(crate) async fn enter(state: &Portal, call: Call) -> Result<Response, Problem> {
    let form = match state.our_form(&call) {
        Ok(form) => form,
        Err(turned) => return Ok(*turned),
    };
    let practice = match practice(state, &call).await {
        Ok(practice) => practice,
        Err(turned) => return Ok(*turned),
    };
    let Some(token) = browser::sign_in(call.headers()) else { return redirect(&home_path(&practice.id)) };
    if !browser::is_form_token(&state.key, &token, field(&form, "form")) {
        return Ok(state.stale(&call));
    }
    let (typed, source) = (Code::typed(field(&form, "code")), call.source_ip().to_string());
    let entered =
        state.app.enter_code(&practice, &token, typed.as_ref(), &source, call.request_id(), call.now).await;
    match entered {
        Ok(Entered::SignedIn(session)) => {
            let mut response = redirect(&home_path(&practice.id))?;
            with_cookie(&mut response, browser::set_session(&state.key, &session, call.now))?;
            with_cookie(&mut response, browser::end_sign_in())?;
            Ok(response)
        }
        Ok(Entered::Wrong(left @ 1..)) => code_page(state, &call, &practice, Some(Note::Wrong(left))),
        Ok(Entered::Wrong(0) | Entered::Over) => Ok(contact_page(state, &call, &practice, Some(Note::Over))),
        Ok(Entered::TooMany) => Ok(contact_page(state, &call, &practice, Some(Note::TooMany))),
        // Many were sent at once: none of them is looked at out of turn.
        Err(AppError::Busy) => Ok(contact_page(state, &call, &practice, Some(Note::Over))),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// Signing out: here, in the browser, and on every copy of the cookie.
pub(crate) async fn leave(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, _) = match state.visit_by_form(&call).await {
        Ok(both) => both,
        Err(turned) => return Ok(*turned),
    };
    if let Err(error) = state.app.sign_out(&visit.signed_in, &visit.context(&call)).await {
        return Ok(state.failed(&call, error));
    }
    let mut response = redirect(&format!("{}?left", visit.home()))?;
    with_cookie(&mut response, browser::end_session())?;
    Ok(response)
}

fn with_cookie(response: &mut Response, cookie: Option<HeaderValue>) -> Result<(), Problem> {
    let cookie = cookie.ok_or_else(|| Problem::internal("no cookie"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(())
}
