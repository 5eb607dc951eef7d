//! The routes of the pay page. GET and HEAD change nothing.

mod handlers;
mod pages;

use paywell_app::{App, AppError, config};
use paywell_http::{Method, Route};
use secrecy::SecretString;

/// What the function holds.
pub struct Checkout {
    app: App,
    identity_key: SecretString,
    /// Where the processor's hosted pages are.
    hosted: String,
}

impl Checkout {
    /// The pay page over the use cases. The key of links also signs the cookie that remembers a passed identity check.
    ///
    /// `PAYWELL_HOSTED_PAGE_ORIGIN` names where the processor's hosted pages are, Stripe's own if it is not set: after
    /// Pay the browser may be sent there, and nowhere else.
    ///
    /// # Errors
    /// The use cases have no link key.
    pub fn new(app: App) -> Result<Self, AppError> {
        let hosted = config::setting("PAYWELL_HOSTED_PAGE_ORIGIN");
        let hosted = hosted.unwrap_or_else(|_| "https://checkout.stripe.com".to_owned());
        let identity_key = app.link_key.clone().ok_or_else(|| AppError::internal("no link key"))?;
        Ok(Self { app, identity_key, hosted })
    }
}

/// The routes.
pub fn routes() -> Vec<Route<Checkout>> {
    vec![
        Route::public(Method::GET, "/pay/{token}", handlers::show),
        Route::public(Method::POST, "/pay/{token}/identity", handlers::identify),
        Route::public(Method::POST, "/pay/{token}/checkout", handlers::pay),
        Route::public(Method::POST, "/pay/{token}/renew", handlers::ask_anew),
        Route::public(Method::POST, "/pay/language", handlers::choose_language),
        Route::public(Method::GET, "/pay/methods/{outcome}", handlers::method_set_up),
        Route::public(Method::GET, "/pay/receipts/{token}", handlers::receipt),
        Route::public(Method::POST, "/pay/receipts/{token}/continue", handlers::continue_payment),
    ]
}
