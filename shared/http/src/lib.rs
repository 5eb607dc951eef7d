//! Everything between `lambda_http` and a use case: routes, the caller's identity, bodies, queries, headers,
//! cursors, and refusals as RFC 9457 problems.
//!
//! A function is a table of [`Route`]s over its state, run by [`serve`]. A handler takes the state and a
//! [`Call`]; a staff handler takes an [`auth::Authorised`] permission as well, so that it cannot be reached
//! without the check. Whatever is refused is a [`Problem`].
//!
//! ```no_run
//! use paywell_http::auth::{Authorised, TakePayments, Verifier};
//! use paywell_http::{Call, Method, Problem, Response, Route, StatusCode, respond};
//! # fn now() -> chrono::DateTime<chrono::Utc> { chrono::DateTime::UNIX_EPOCH }
//!
//! struct State { verifier: Verifier }
//! impl AsRef<Verifier> for State {
//!     fn as_ref(&self) -> &Verifier { &self.verifier }
//! }
//! # #[derive(serde::Deserialize)] struct NewPayment { memo: String }
//!
//! async fn take_payment(state: &State, staff: Authorised<TakePayments>, call: Call) -> Result<Response, Problem> {
//!     let key = call.idempotency_key()?;
//!     let (new, fingerprint) = call.json::<NewPayment>()?;
//!     // … the use case, with `staff.practice`, answers with a `SavedResponse` …
//!     let saved = respond::SavedResponse::json(StatusCode::CREATED, &new.memo)?.with_version(1);
//!     respond::stored(&saved)
//! }
//!
//! async fn pay_page(state: &State, call: Call) -> Result<Response, Problem> {
//!     let token: String = call.path("token")?;
//!     Ok(respond::html(StatusCode::OK, "<!doctype html>…".to_owned()))
//! }
//!
//! fn routes() -> Vec<Route<State>> {
//!     vec![
//!         Route::staff(Method::POST, "/v1/payments", take_payment),
//!         Route::public(Method::GET, "/pay/{token}", pay_page),
//!     ]
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), lambda_http::Error> {
//!     paywell_http::telemetry::init();
//!     let verifier = Verifier::new("https://issuer.example", "paywell")?;
//!     verifier.prefetch(now()).await;
//!     paywell_http::serve(State { verifier }, routes(), now).await
//! }
//! ```

pub mod api;
pub mod auth;
pub mod body;
pub mod cursor;
pub mod described;
pub mod headers;
pub mod list;
pub mod problem;
pub mod query;
pub mod respond;
pub mod router;
pub mod telemetry;

mod complaint;

pub use lambda_http::Request;
pub use lambda_http::http::{Method, StatusCode};
pub use problem::Problem;
pub use router::{Call, Route, Router, serve};

/// What a handler answers with.
pub type Response = lambda_http::Response<lambda_http::Body>;
