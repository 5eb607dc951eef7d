//! Whole lists as files, and their routes. A function of its own: the writer of workbooks makes no other heavier, and none
//! other needs the time and memory that a large export takes.

mod assemble;
mod columns;
mod csv_file;
mod handlers;
mod part;
mod question;
mod run;
#[cfg(test)]
mod tests;
mod work;
mod xlsx_file;

use chrono::{DateTime, Utc};
use paywell_http::{Method, Route, api::StaffApi, auth::Verifier};

pub use run::Run;

/// What a function may take upon itself at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At how many rows a part ends: what is lost where a worker is cut off.
    pub part_rows: u64,
    /// Up to how many rows an export is made while whoever asked waits.
    pub request_rows: u64,
    /// The most rows of a sheet: Excel's 1,048,576, less the heading and the totals
    /// (<https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3>).
    pub sheet_rows: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { part_rows: 10_000, request_rows: 10_000, sheet_rows: 1_048_574 }
    }
}

/// What the function holds.
pub struct Exports {
    /// The use cases, and who may come.
    pub api: StaffApi,
    /// What time it is (UTC).
    pub clock: fn() -> DateTime<Utc>,
    /// What is taken on at a time.
    pub limits: Limits,
}

impl AsRef<Verifier> for Exports {
    fn as_ref(&self) -> &Verifier {
        &self.api.verifier
    }
}

/// The routes.
pub fn routes() -> Vec<Route<Exports>> {
    vec![
        Route::staff(Method::POST, "/v1/exports", handlers::create),
        Route::staff(Method::GET, "/v1/exports/{id}", handlers::show),
    ]
}

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(paywell_domain::ExportId)), paths(handlers::create, handlers::show))]
pub struct Description;
