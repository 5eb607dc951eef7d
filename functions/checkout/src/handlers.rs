//! What each page does. Amounts, names and identities come from the table alone; a form says only what its reader
//! knows.

use chrono::NaiveDate;
use lambda_http::http::{HeaderValue, StatusCode, header};
use paywell_app::{
    AppError,
    pay::{Checkout as Outcome, Claim, Identity, Opened},
};
use paywell_domain::{PaymentStatus, link::Token};
use paywell_http::{
    Call, Problem, Response,
    respond::{html, redirect},
};
use serde::Deserialize;

use crate::{Checkout, identity_cookie, pages};

/// The answer to the identity question: one of the two, as the practice chose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityForm {
    #[serde(default)]
    birth_date: Option<NaiveDate>,
    #[serde(default)]
    postal_code: Option<String>,
}

fn token(call: &Call) -> Result<Token, Problem> {
    call.path::<String>("token").map(|text| Token::from_url(&text))
}

impl Checkout {
    fn page(&self, status: StatusCode, page: pages::Page) -> Response {
        let mut response = html(status, page.into_string());
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&self.policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let hsts = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        response
    }

    /// Patients get pages, also where something fails: what happened, whether money moved, what to do.
    fn failed(&self, error: AppError) -> Result<Response, Problem> {
        let problem = Problem::from(error);
        tracing::error!(status = problem.status().as_u16(), why = problem.internal_message(), "pay page");
        Ok(self.page(StatusCode::SERVICE_UNAVAILABLE, pages::trouble()))
    }

    async fn shown(
        &self,
        call: &Call,
        token: &Token,
        note: Option<pages::Note>,
    ) -> Result<Response, Problem> {
        let cookies = cookies(call);
        let identified = |link, generation| {
            identity_cookie::passed(&self.identity_key, &cookies, link, generation, call.now)
        };
        let opened = match self.app.open(token, identified, call.now).await {
            Ok(opened) => opened,
            Err(error) => return self.failed(error),
        };
        Ok(match opened {
            Opened::Unknown => self.page(StatusCode::NOT_FOUND, pages::unknown()),
            Opened::Ended(practice, ended) => self.page(StatusCode::OK, pages::ended(&practice, ended)),
            Opened::Page(page) => {
                let status = note.map_or(StatusCode::OK, pages::Note::status);
                self.page(status, pages::pay(&page, token.as_str(), note))
            }
        })
    }
}

fn cookies(call: &Call) -> String {
    let headers = call.headers().get_all(header::COOKIE).iter();
    headers.filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(";")
}

/// The pay page.
pub(crate) async fn show(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    state.shown(&call, &token, None).await
}

/// The identity check: on success back to the page, which now shows the details.
pub(crate) async fn identify(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let claim = match call.form::<IdentityForm>() {
        Ok(IdentityForm { birth_date: Some(date), postal_code: None }) => Claim::BirthDate(date),
        Ok(IdentityForm { birth_date: None, postal_code: Some(code) }) => Claim::PostalCode(code),
        _ => return state.shown(&call, &token, Some(pages::Note::Unreadable)).await,
    };
    let source = call.source_ip().to_string();
    let identity = state.app.identify(&token, &claim, &source, call.request_id(), call.now).await;
    match identity {
        Ok(Identity::Passed(link, generation)) => {
            let mut response = redirect(&format!("/pay/{}", token.as_str()))?;
            let cookie = identity_cookie::set(&state.identity_key, link, generation, call.now);
            let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
            let cookie = cookie.ok_or_else(|| Problem::internal("no identity cookie"))?;
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(Identity::Wrong(left)) => state.shown(&call, &token, Some(pages::Note::Wrong(left))).await,
        Ok(Identity::TooMany) => state.shown(&call, &token, Some(pages::Note::TooMany)).await,
        Ok(Identity::Unknown | Identity::Ended(_)) => state.shown(&call, &token, None).await,
        Err(error) => state.failed(error),
    }
}

/// Pay: on to the processor's page. Pressed twice, or in two tabs, it goes to the same one.
pub(crate) async fn pay(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    match state.app.checkout(&token, call.request_id(), call.now).await {
        Ok(Outcome::GoTo(url)) => redirect(&url),
        Ok(Outcome::TryAgain) => state.shown(&call, &token, Some(pages::Note::TryAgain)).await,
        Ok(Outcome::Unknown | Outcome::Ended(_)) => state.shown(&call, &token, None).await,
        Err(error) => state.failed(error),
    }
}

/// The receipt page, where the processor's page returns to.
pub(crate) async fn receipt(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let came_from_paying = call.has_parameter("paid");
    match state.app.receipt(&token, call.now).await {
        Ok(None) => Ok(state.page(StatusCode::NOT_FOUND, pages::unknown())),
        Ok(Some(receipt)) => {
            let waiting = came_from_paying && receipt.status == PaymentStatus::Processing && !receipt.debit;
            let page = pages::receipt(&receipt, token.as_str(), came_from_paying);
            let mut response = state.page(StatusCode::OK, page);
            if waiting {
                // The processor's word is on its way; the page looks again by itself, without a script.
                response.headers_mut().insert("refresh", HeaderValue::from_static("2"));
            }
            Ok(response)
        }
        Err(error) => state.failed(error),
    }
}

/// Where the processor's page for putting a method on file returns to. Coming here proves nothing and names nobody.
pub(crate) async fn method_set_up(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let outcome: String = call.path("outcome")?;
    Ok(match outcome.as_str() {
        "saved" => state.page(StatusCode::OK, pages::method_saved()),
        "left" => state.page(StatusCode::OK, pages::method_left()),
        _ => state.page(StatusCode::NOT_FOUND, pages::unknown()),
    })
}

/// Continue: back to the processor's page that is still open.
pub(crate) async fn continue_payment(state: &Checkout, call: Call) -> Result<Response, Problem> {
    let token = token(&call)?;
    let receipt = format!("/pay/receipts/{}", token.as_str());
    match state.app.continue_checkout(&token, call.request_id(), call.now).await {
        Ok(Outcome::GoTo(url)) => redirect(&url),
        Ok(Outcome::Ended(_)) => redirect(&receipt),
        Ok(Outcome::Unknown) => Ok(state.page(StatusCode::NOT_FOUND, pages::unknown())),
        Ok(Outcome::TryAgain) => Ok(state.page(StatusCode::SERVICE_UNAVAILABLE, pages::trouble())),
        Err(error) => state.failed(error),
    }
}
