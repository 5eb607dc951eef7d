//! Who calls, and what they may do.

mod jwks;
mod permission;
mod rs256;
mod staff;
#[cfg(test)]
mod tests;
mod verifier;

pub use permission::{
    Authorised, ExportLists, IssueLinks, ManageOutreach, ManagePatients, ManagePractice, Permission,
    ReadTracker, Refund, Required, Role, TakePayments, WriteInvoices, WriteOff,
};
pub use staff::Staff;
pub use verifier::Verifier;
