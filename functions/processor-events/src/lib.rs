//! The routes of the processor's webhooks.

use lambda_http::http::StatusCode;
use paywell_app::App;
use paywell_gateways::stripe::webhook::{TOLERANCE, WebhookError, verify};
use paywell_http::{Call, Method, Problem, Response, Route, problem::Kind, respond::empty};
use secrecy::{ExposeSecret, SecretString};

/// The event was not signed by the processor, or not lately.
const NOT_SIGNED: Kind = Kind {
    path: "/problems/not-signed",
    status: StatusCode::BAD_REQUEST,
    title: "The event is not signed by the processor",
};

/// What the function holds.
pub struct Webhooks {
    /// The use cases.
    pub app: App,
    /// The endpoint's signing secrets.
    pub secrets: Vec<SecretString>,
}

/// The signing secrets of a setting: one, or two with a comma between while one is replaced.
pub fn signing_secrets(setting: &SecretString) -> Vec<SecretString> {
    let parts = setting.expose_secret().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| SecretString::from(part.to_owned())).collect()
}

/// The routes.
pub fn routes() -> Vec<Route<Webhooks>> {
    vec![Route::public(Method::POST, "/webhooks/stripe", stripe)]
}

/// An event of Stripe. Answered with 204 once it is applied, or known already, or of no interest.
///
/// # Errors
/// 400 where it is not signed; 5xx where it could not be applied, and Stripe will send it again.
pub async fn stripe(state: &Webhooks, call: Call) -> Result<Response, Problem> {
    let signature =
        call.headers().get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let event = verify(call.bytes(), signature, &state.secrets, call.now, TOLERANCE).map_err(refused)?;
    tracing::info!(event = %event.id, "processor event");
    state.app.apply_processor_event(&event, call.request_id(), call.now).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn refused(error: WebhookError) -> Problem {
    match error {
        WebhookError::Unreadable => Problem::internal("a signed event that cannot be read"),
        WebhookError::Header | WebhookError::Signature | WebhookError::Time => {
            let detail = "Send it as the processor does: signed, within five minutes.";
            Problem::new(&NOT_SIGNED, detail).at("header Stripe-Signature", detail).because(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_signed_with_nothing() {
        let secrets = |setting: &str| {
            let secrets = signing_secrets(&SecretString::from(setting.to_owned()));
            secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(secrets("whsec_new, whsec_old,"), ["whsec_new", "whsec_old"]);
        assert_eq!(secrets(" ,"), Vec::<String>::new());
    }
}
