//! What the API shows. Amounts are decimal strings beside their currency.

pub mod appointments;
pub mod exports;
pub mod invoices;
pub mod links;
pub mod methods;
pub mod patients;
pub mod payments;
pub mod plans;
pub mod practice;
pub mod refunds;
pub mod rule_sets;
pub mod sets;
pub mod timeline;
pub mod transactions;

use serde::Serialize;
use utoipa::ToSchema;

/// A patient where something else is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PatientRef {
    /// The id.
    pub id: String,
    /// The whole name.
    pub name: String,
}
