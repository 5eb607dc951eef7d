//! Which messages are wanted.

use lambda_http::http::{StatusCode, header};
use paywell_domain::{Language, text::Line};
use paywell_http::{Call, Problem, Response};
use paywell_pages::remember;

use super::field;
use crate::{Portal, pages};

/// What is chosen now.
pub(crate) async fn show(state: &Portal, call: Call) -> Result<Response, Problem> {
    let visit = or_answer!(state.visit(&call).await);
    Ok(match state.app.portal_messages(&visit.signed_in).await {
        Ok(messages) => {
            let path = format!("{}/messages", visit.home());
            let page = pages::messages::messages(&visit, &path, &messages, call.parameter("saved").is_some());
            state.respond_to(&visit, &call, page, StatusCode::OK)
        }
        Err(error) => state.failed(&call, error),
    })
}

/// Choosing. The consent to texts is kept in the words in which it was asked for.
pub(crate) async fn choose(state: &Portal, call: Call) -> Result<Response, Problem> {
    let (visit, form) = or_answer!(state.visit_by_form(&call).await);
    let Ok(language) = field(&form, "language").parse::<Language>() else { return Ok(state.stale(&call)) };
    let texts = match field(&form, "texts") {
        "on" => Line::try_from(pages::messages::consent(&visit, field(&form, "wording"))).ok(),
        _ => None,
    };
    let chosen = (field(&form, "email") == "on", texts);
    match state.app.choose_messages(&visit.signed_in, &visit.context(&call), chosen, language).await {
        Ok(()) => {
            let mut response = state.go(&visit, &call, &format!("{}/messages?saved", visit.home()))?;
            response.headers_mut().append(header::SET_COOKIE, remember(language));
            Ok(response)
        }
        Err(error) => Ok(state.failed(&call, error)),
    }
}
