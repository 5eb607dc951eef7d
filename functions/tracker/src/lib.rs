//! The tracker's routes.

pub mod appointments;
pub mod invoices;
pub mod patients;
pub mod payments;
pub mod plans;
pub mod practice;
pub mod rule_sets;
pub mod sets;
pub mod transactions;

use paywell_app::AppError;
use paywell_http::{Method, Route, api::StaffApi, auth::Verifier, cursor::CursorKey};
use secrecy::{ExposeSecret, SecretString};

/// What the tracker holds.
pub struct Tracker {
    /// The use cases, and who may come.
    pub api: StaffApi,
    /// Signs cursors.
    pub cursors: CursorKey,
}

impl AsRef<Verifier> for Tracker {
    fn as_ref(&self) -> &Verifier {
        &self.api.verifier
    }
}

/// The key of cursors: the first 32 characters of the secret.
///
/// # Errors
/// It is too short to be a key.
pub fn cursor_key(secret: &SecretString) -> Result<CursorKey, AppError> {
    let bytes = secret.expose_secret().as_bytes().get(..32).and_then(|bytes| bytes.try_into().ok());
    bytes.map(CursorKey::new).ok_or_else(|| AppError::internal("the cursor key has less than 32 characters"))
}

/// The routes.
pub fn routes() -> Vec<Route<Tracker>> {
    vec![
        Route::staff(Method::GET, "/v1/invoices", invoices::list),
        Route::staff(Method::GET, "/v1/invoices/{id}", invoices::preview),
        Route::staff(Method::GET, "/v1/patients", patients::list),
        Route::staff(Method::GET, "/v1/patients/{id}", patients::get),
        Route::staff(Method::GET, "/v1/patients/{id}/contacts", patients::contacts),
        Route::staff(Method::GET, "/v1/patients/{id}/invoices", invoices::list_of_patient),
        Route::staff(Method::GET, "/v1/patients/{id}/invoice-set", patients::invoice_set),
        Route::staff(Method::GET, "/v1/patients/{id}/payment-methods", patients::payment_methods),
        Route::staff(Method::GET, "/v1/patients/{id}/payment-plan", patients::payment_plan),
        Route::staff(Method::GET, "/v1/payment-plans/{id}", plans::get),
        Route::staff(Method::GET, "/v1/payments", payments::list),
        Route::staff(Method::GET, "/v1/payments/{id}", payments::detail),
        Route::staff(Method::GET, "/v1/appointments/{id}", appointments::get),
        Route::staff(Method::GET, "/v1/transactions", transactions::list),
        Route::staff(Method::GET, "/v1/transactions/{id}", transactions::detail),
        Route::staff(Method::GET, "/v1/invoice-sets", sets::list),
        Route::staff(Method::GET, "/v1/metrics", payments::metrics),
        Route::staff(Method::GET, "/v1/practice", practice::get),
        Route::staff(Method::GET, "/v1/rule-sets", rule_sets::list),
        Route::staff(Method::GET, "/v1/rule-sets/{id}", rule_sets::get),
        Route::staff(Method::GET, "/v1/rule-sets/{id}/preview", rule_sets::preview),
    ]
}

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(paywell_http::list::Sort, paywell_domain::RuleSetId)),
    paths(
        invoices::list,
        invoices::preview,
        invoices::list_of_patient,
        patients::list,
        patients::get,
        patients::contacts,
        patients::invoice_set,
        patients::payment_methods,
        patients::payment_plan,
        plans::get,
        payments::list,
        payments::detail,
        payments::metrics,
        appointments::get,
        practice::get,
        rule_sets::list,
        rule_sets::get,
        rule_sets::preview,
        transactions::list,
        transactions::detail,
        sets::list
    )
)]
pub struct Description;
