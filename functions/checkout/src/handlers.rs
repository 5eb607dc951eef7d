//! What each page does. Amounts, names and identities come from the table alone; a form says only what its reader
//! knows.

use chrono::NaiveDate;
use lambda_http::http::{HeaderName, HeaderValue, StatusCode, header};
use paywell_app::{
    AppError,
    pay::{Checkout as Outcome, Choice, Claim, Identity, Opened, PracticeCard, Renewal},
};
use paywell_domain::{Amount, Language, LinkId, link::Token};
use paywell_http::{Call, Problem, Response, respond::redirect};
use paywell_pages::{Frame, LanguageForm, Reader, Words, identity_cookie, remember};
use serde::Deserialize;

use crate::{Checkout, pages};

/// The answer to the identity question: one of the two, as the practice chose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityForm {
    #[serde(default)]
    birth_date: Option<NaiveDate>,
    #[serde(default)]
    postal_code: Option<String>,
}

/// How much of what is owed the patient wants to pay (all of it, where this says nothing), and whether the card or account
/// is kept: the box that was ticked, and the language of the words beside it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PayForm {
    #[serde(default)]
    amount: Option<String>,
    #[serde(default)]
    keep: Option<Ticked>,
    #[serde(default)]
    wording: Option<String>,
}

/// What a box says that is ticked; one that is not says nothing.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ticked {
    On,
}

impl PayForm {
    /// What was chosen; or what of it cannot be read.
    fn choice(call: &Call) -> Result<Choice, pages::Note> {
        let form: Self = match call.bytes() {
            [] => Self::default(),
            _ => call.form().map_err(|_| pages::Note::AmountUnreadable)?,
        };
        let read = |text: String| {
            let text = text.trim();
            text.strip_prefix('$').unwrap_or(text).trim_start().parse::<Amount>()
        };
        let part = form.amount.map(read).transpose().map_err(|_| pages::Note::AmountUnreadable)?;
        // Words that no page of ours says are agreed to by nobody.
        let agreed = form.keep.map(|Ticked::On| form.wording.unwrap_or_default().parse::<Language>());
        let keep = agreed.transpose().map_err(|_| pages::Note::KeepUnreadable)?;
        Ok(Choice { part, keep })
    }
}

fn token(call: &Call) -> Result<Token, Problem> {
    call.path::<String>("token").map(|text| Token::from_url(&text))
}

fn page_path(token: &Token) -> String {
    format!("/pay/{}", token.as_str())
}

fn receipt_path(token: &Token) -> String {
    format!("/pay/receipts/{}", token.as_str())
}

impl Checkout {
    fn frame<'a>(&'a self, words: Words, practice: Option<&'a PracticeCard>, path: &'a str) -> Frame<'a> {
        Frame { words, practice, path, beyond: Some(&self.hosted) }
    }

    /// The page of a token that was never given out. It does not repeat what was sent.
    fn unknown(&self, call: &Call) -> Response {
        let frame = self.frame(Reader::of(call.headers()).words(), None, "/pay/unknown");
        pages::unknown(&frame).respond(StatusCode::NOT_FOUND)
    }

    fn trouble(&self, call: &Call, path: &str) -> Response {
        let frame = self.frame(Reader::of(call.headers()).words(), None, path);
        pages::trouble(&frame).respond(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Patients get pages, also where something fails: what happened, whether money moved, what to do.
    fn failed(&self, call: &Call, path: &str, error: AppError) -> Response {
        let problem = Problem::from(error);
        tracing::error!(status = problem.status().as_u16(), why = problem.internal_message(), "pay page");
        self.trouble(call, path)
    }

    /// Whether the browser has passed the identity check of a link's generation.
    fn identified(&self, call: &Call) -> impl Fn(LinkId, u32) -> bool {
        let (cookies, now) = (cookies(call), call.now);
        move |link, generation| identity_cookie::passed(&self.identity_key, &cookies, link, generation, now)
    }

    async fn shown(&self, call: &Call, token: &Token, note: Option<pages::Note>) -> Response {
        let (reader, path) = (Reader::of(call.headers()), page_path(token));
        let opened = match self.app.open(token, self.identified(call), call.now).await {
            Ok(opened) => opened,
            Err(error) => return self.failed(call, &path, error),
        };
        match opened {
            Opened::Unknown => self.unknown(call),
            Opened::Ended(practice, language, ended) => {
                let words = reader.words_for(language, practice.language);
                let frame = self.frame(words, Some(&practice), &path);
                pages::ended(&frame, &practice, token.as_str(), ended).respond(StatusCode::OK)
            }
            Opened::Page(page) => {
                let status = note.map_or(StatusCode::OK, pages::Note::status);
                let words = reader.words_for(page.language, page.practice.language);
                let frame = self.frame(words, Some(&page.practice), &path);
                pages::pay(&frame, &page, token.as_str(), note).respond(status)
            }
        }
    }
}

fn cookies(call: &Call) -> String {
    let headers = call.headers().get_all(header::COOKIE).iter();
    headers.filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(";")
}

/// The pay page.
pub(crate) async fn show(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    Ok(state.shown(&call, &token, None).await)
}

/// The identity check: on success back to the page, which now shows the details.
pub(crate) async fn identify(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let claim = match call.form::<IdentityForm>() {
        Ok(IdentityForm { birth_date: Some(date), postal_code: None }) => Claim::BirthDate(date),
        Ok(IdentityForm { birth_date: None, postal_code: Some(code) }) => Claim::PostalCode(code),
        _ => return Ok(state.shown(&call, &token, Some(pages::Note::Unreadable)).await),
    };
    let source = call.source_ip().to_string();
    let identity = state.app.identify(&token, &claim, &source, call.request_id(), call.now).await;
    let note = match identity {
        Ok(Identity::Passed(link, generation)) => {
            let mut response = redirect(&page_path(&token))?;
            let cookie = identity_cookie::set(&state.identity_key, link, generation, call.now);
            let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
            let cookie = cookie.ok_or_else(|| Problem::internal("no identity cookie"))?;
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            return Ok(response);
        }
        Ok(Identity::Wrong(left)) => Some(pages::Note::Wrong(left)),
        Ok(Identity::TooMany) => Some(pages::Note::TooMany),
        Ok(Identity::Unknown | Identity::Ended(_)) => None,
        Err(error) => return Ok(state.failed(&call, &page_path(&token), error)),
    };
    Ok(state.shown(&call, &token, note).await)
}

/// Pay: on to the processor's page. Pressed twice, or in two tabs, it goes to the same one.
pub(crate) async fn pay(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let choice = match PayForm::choice(&call) {
        Ok(choice) => choice,
        Err(note) => return Ok(state.shown(&call, &token, Some(note)).await),
    };
    let identified = state.identified(&call);
    let note = match state.app.checkout(&token, choice, identified, call.request_id(), call.now).await {
        Ok(Outcome::GoTo(url)) => return redirect(&url),
        Ok(Outcome::Refused(why)) => Some(pages::Note::AmountRefused(why)),
        Ok(Outcome::NotKept(why)) => Some(pages::Note::KeepRefused(why)),
        Ok(Outcome::TryAgain) => Some(pages::Note::TryAgain),
        Ok(Outcome::Unknown | Outcome::Ended(_)) => None,
        Err(error) => return Ok(state.failed(&call, &page_path(&token), error)),
    };
    Ok(state.shown(&call, &token, note).await)
}

/// A new link is asked for: it goes to the contact on file, and whoever asked is told the same whatever came of it.
pub(crate) async fn ask_anew(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let (token, source) = (token(&call)?, call.source_ip().to_string());
    let path = page_path(&token);
    match state.app.ask_anew(&token, &source, call.request_id(), call.now).await {
        Ok(Renewal::Unknown) => Ok(state.unknown(&call)),
        Ok(Renewal::Asked(practice, language)) => {
            let words = Reader::of(call.headers()).words_for(language, practice.language);
            let frame = state.frame(words, Some(&practice), &path);
            Ok(pages::asked_anew(&frame, &practice).respond(StatusCode::OK))
        }
        Err(error) => Ok(state.failed(&call, &path, error)),
    }
}

/// The receipt page, where the processor's page returns to.
pub(crate) async fn receipt(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let paid = call.parameter("paid").is_some();
    let waiting = pages::Waiting::of(paid, call.parameter("look").as_deref());
    let plain = receipt_path(&token);
    let path = plain.clone() + if paid { "?paid" } else { "" };
    let receipt = match state.app.receipt(&token, call.now).await {
        Ok(Some(receipt)) => receipt,
        Ok(None) => return Ok(state.unknown(&call)),
        Err(error) => return Ok(state.failed(&call, &path, error)),
    };
    let words = Reader::of(call.headers()).words_for(receipt.language, receipt.practice.language);
    let frame = state.frame(words, Some(&receipt.practice), &path);
    let page = pages::receipt(&frame, &receipt, token.as_str(), waiting);
    let mut response = page.respond(StatusCode::OK);
    let refresh = waiting.refresh(&receipt, &plain).and_then(|again| HeaderValue::from_str(&again).ok());
    response.headers_mut().extend(refresh.map(|again| (HeaderName::from_static("refresh"), again)));
    Ok(response)
}

/// Where the processor's page for putting a method on file returns to. Coming here proves nothing and names nobody.
pub(crate) async fn method_set_up(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let outcome: String = call.path("outcome")?;
    let words = Reader::of(call.headers()).words();
    Ok(match outcome.as_str() {
        "saved" => {
            pages::method_saved(&state.frame(words, None, "/pay/methods/saved")).respond(StatusCode::OK)
        }
        "left" => pages::method_left(&state.frame(words, None, "/pay/methods/left")).respond(StatusCode::OK),
        _ => state.unknown(&call),
    })
}

/// A language was chosen: remembered in the browser, and back to the page.
pub(crate) async fn choose_language(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let Ok(form) = call.form::<LanguageForm>() else { return Ok(state.unknown(&call)) };
    let Some(page) = form.page() else { return Ok(state.unknown(&call)) };
    let mut response = redirect(page)?;
    response.headers_mut().insert(header::SET_COOKIE, remember(form.language()));
    Ok(response)
}

/// Continue: back to the processor's page that is still open.
pub(crate) async fn continue_payment(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let receipt = receipt_path(&token);
    match state.app.continue_checkout(&token, call.request_id(), call.now).await {
        Ok(Outcome::GoTo(url)) => redirect(&url),
        Ok(Outcome::Ended(_)) => redirect(&receipt),
        Ok(Outcome::Unknown) => Ok(state.unknown(&call)),
        Ok(Outcome::TryAgain | Outcome::Refused(_) | Outcome::NotKept(_)) => {
            Ok(state.trouble(&call, &receipt))
        }
        Err(error) => Ok(state.failed(&call, &receipt, error)),
    }
}
