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
use paywell_pages::{Frame, Words};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Turned, field, home_path, words};
use crate::{
    ANSWER_AFTER, Portal, browser,
    pages::sign_in::{self as pages, Note},
};

/// Where somebody signs in.
struct Door {
    practice: Practice,
    card: PracticeCard,
    words: Words,
}

/// The practice of the path, or the answer that there is none.
async fn door(state: &Portal, call: &Call) -> Turned<Door> {
    let id = call.path::<PracticeId>("practice").map_err(|_| Box::new(state.nothing(call)))?;
    match state.app.portal_practice(&id).await {
        Ok(Some((practice, logo))) => {
            let (card, words) = (PracticeCard::of(&practice, logo), words(call, &practice));
            Ok(Door { practice, card, words })
        }
        Ok(None) => Err(Box::new(state.nothing(call))),
        Err(error) => Err(Box::new(state.failed(call, error))),
    }
}

impl Door {
    fn home(&self) -> String {
        home_path(&self.practice.id)
    }

    fn frame<'a>(&'a self, path: &'a str) -> Frame<'a> {
        Frame { words: self.words, practice: Some(&self.card), path, beyond: None }
    }
}

/// The page that asks for a contact.
pub(crate) async fn begin(state: &Portal, call: &Call, note: Option<Note>) -> Response {
    match door(state, call).await {
        Ok(door) => contact_page(&door, note),
        Err(turned) => *turned,
    }
}

fn contact_page(door: &Door, note: Option<Note>) -> Response {
    let page = pages::contact(&door.frame(&door.home()), note);
    page.respond(note.map_or(StatusCode::OK, Note::status))
}

/// A code is asked for. Whoever is on file and whoever is not gets the same answer at the same moment.
pub(crate) async fn ask(state: &Portal, call: Call) -> Result<Response, Problem> {
    let answer_at = Instant::now() + ANSWER_AFTER;
    let form = or_answer!(state.our_form(&call));
    let door = or_answer!(door(state, &call).await);
    let Some(contact) = ContactPoint::typed(field(&form, "contact")) else {
        return Ok(contact_page(&door, Some(Note::NoContact)));
    };
    let (language, source) = (door.words.language(), call.source_ip().to_string());
    let asker = (language, source.as_str());
    let asked = state.app.ask_for_code(&door.practice, &contact, asker, call.request_id(), call.now).await;
    if let Ok(Asked::Begun(_, Some(message))) = &asked {
        // A provider that is slower than this may have it or not; another code can be asked for.
        drop(timeout_at(answer_at, state.app.send_code(message)).await);
    }
    sleep_until(answer_at).await;
    match asked {
        Ok(Asked::Begun(token, _)) => {
            let mut response = redirect(&format!("{}/code", door.home()))?;
            with_cookie(&mut response, browser::set_sign_in(&token))?;
            Ok(response)
        }
        Ok(Asked::TooMany) => Ok(contact_page(&door, Some(Note::TooMany))),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// The page that asks for the code.
pub(crate) async fn code(state: &Portal, call: Call) -> Result<Response, Problem> {
    let door = or_answer!(door(state, &call).await);
    code_page(state, &call, &door, None)
}

fn code_page(state: &Portal, call: &Call, door: &Door, note: Option<Note>) -> Result<Response, Problem> {
    let home = door.home();
    let Some(token) = browser::sign_in(call.headers()) else { return redirect(&home) };
    let path = format!("{home}/code");
    let form = browser::form_token(&state.key, &token);
    let page = pages::code(&door.frame(&path), &home, &form, note);
    Ok(page.respond(note.map_or(StatusCode::OK, Note::status)))
}

/// A code was typed: on to the first page, or once more.
pub(crate) async fn enter(state: &Portal, call: Call) -> Result<Response, Problem> {
    let form = or_answer!(state.our_form(&call));
    let door = or_answer!(door(state, &call).await);
    let Some(token) = browser::sign_in(call.headers()) else { return redirect(&door.home()) };
    if !browser::is_form_token(&state.key, &token, field(&form, "form")) {
        return Ok(state.stale(&call));
    }
    let (typed, source) = (Code::typed(field(&form, "code")), call.source_ip().to_string());
    let entered = state
        .app
        .enter_code(&door.practice, &token, typed.as_ref(), &source, call.request_id(), call.now)
        .await;
    match entered {
        Ok(Entered::SignedIn(session)) => {
            let mut response = redirect(&door.home())?;
            with_cookie(&mut response, browser::set_session(&state.key, &session, call.now))?;
            with_cookie(&mut response, browser::end_sign_in())?;
            Ok(response)
        }
        Ok(Entered::Wrong(left @ 1..)) => code_page(state, &call, &door, Some(Note::Wrong(left))),
        Ok(Entered::Wrong(0) | Entered::Over) => Ok(contact_page(&door, Some(Note::Over))),
        Ok(Entered::TooMany) => Ok(contact_page(&door, Some(Note::TooMany))),
        // Many were sent at once: none of them is looked at out of turn.
        Err(AppError::Busy) => Ok(contact_page(&door, Some(Note::Over))),
        Err(error) => Ok(state.failed(&call, error)),
    }
}

/// Signing out: here, in the browser, and on every copy of the cookie.
pub(crate) async fn leave(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, _) = or_answer!(state.visit_by_form(&call).await);
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
