//! The routes of the portal. GET and HEAD change nothing.

mod browser;
mod handlers;
mod pages;

use std::time::Duration;

use paywell_app::{App, AppError, config};
use paywell_http::{Method, Route};
use secrecy::SecretString;

/// When asking for a code is answered, from when the request began: longer than sending one takes, so that whoever asks
/// cannot tell by the time whether there was somebody to send it to.
pub const ANSWER_AFTER: Duration = Duration::from_secs(2);

/// What the function holds.
pub struct Portal {
    app: App,
    key: SecretString,
    /// Where the processor's hosted pages are.
    hosted: String,
}

impl Portal {
    /// The portal over the use cases. The key of links also signs what the browser holds.
    ///
    /// `PAYWELL_HOSTED_PAGE_ORIGIN` names where the processor's hosted pages are, Stripe's own if it is not set: where a
    /// method is put on file.
    ///
    /// # Errors
    /// The use cases have no link key.
    pub fn new(app: App) -> Result<Self, AppError> {
        let hosted = config::setting("PAYWELL_HOSTED_PAGE_ORIGIN");
        let hosted = hosted.unwrap_or_else(|_| "https://checkout.stripe.com".to_owned());
        let key = app.link_key.clone().ok_or_else(|| AppError::internal("no link key"))?;
        Ok(Self { app, key, hosted })
    }
}

/// The routes.
pub fn routes() -> Vec<Route<Portal>> {
    use handlers::{messages, methods, sign_in};
    vec![
        Route::public(Method::GET, "/portal/{practice}", handlers::home),
        Route::public(Method::GET, "/portal/{practice}/code", sign_in::code),
        Route::public(Method::POST, "/portal/{practice}/code", sign_in::ask),
        Route::public(Method::POST, "/portal/{practice}/session", sign_in::enter),
        Route::public(Method::POST, "/portal/{practice}/sign-out", sign_in::leave),
        Route::public(Method::GET, "/portal/{practice}/invoices/{id}", handlers::invoice),
        Route::public(Method::POST, "/portal/{practice}/pay", handlers::pay),
        Route::public(Method::GET, "/portal/{practice}/history", handlers::history),
        Route::public(Method::GET, "/portal/{practice}/methods", methods::show),
        Route::public(Method::POST, "/portal/{practice}/methods", methods::add),
        Route::public(Method::POST, "/portal/{practice}/methods/autopay", methods::choose_autopay),
        Route::public(Method::POST, "/portal/{practice}/methods/default", methods::make_default),
        Route::public(Method::POST, "/portal/{practice}/methods/remove", methods::remove),
        Route::public(Method::GET, "/portal/{practice}/messages", messages::show),
        Route::public(Method::POST, "/portal/{practice}/messages", messages::choose),
    ]
}
