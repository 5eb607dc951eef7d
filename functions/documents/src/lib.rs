//! Invoices and receipts as PDFs, and their routes. A function of its own: fonts and a PDF writer make no other heavier.

mod fonts;
mod handlers;
mod invoice;
mod letterhead;
mod measure;
mod pdf;
mod receipt;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod words;

use paywell_app::AppError;
use paywell_http::{Method, Route, api::StaffApi, auth::Verifier};

pub use fonts::Fonts;
pub use invoice::invoice;
pub use pdf::PdfError;
pub use receipt::receipt;

/// What the function holds.
pub struct Documents {
    api: StaffApi,
    fonts: Fonts,
}

impl Documents {
    /// The documents over the use cases.
    ///
    /// # Errors
    /// The fonts in this program are damaged.
    pub fn new(api: StaffApi) -> Result<Self, AppError> {
        Ok(Self { api, fonts: Fonts::load().map_err(AppError::internal)? })
    }
}

impl AsRef<Verifier> for Documents {
    fn as_ref(&self) -> &Verifier {
        &self.api.verifier
    }
}

/// The routes.
pub fn routes() -> Vec<Route<Documents>> {
    vec![
        Route::staff(Method::GET, "/v1/invoices/{id}/pdf", handlers::invoice),
        Route::staff(Method::GET, "/v1/payments/{id}/receipt.pdf", handlers::receipt),
        Route::public(Method::GET, "/pay/receipts/{token}/receipt.pdf", handlers::receipt_of_token),
    ]
}

/// The description of the routes for staff.
#[derive(utoipa::OpenApi)]
#[openapi(paths(handlers::invoice, handlers::receipt))]
pub struct Description;
