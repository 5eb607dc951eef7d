//! The states of an invoice, and what people see of them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Cents;

/// The stored state. Time passes without a write, so no state says "overdue".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Being written; nobody owes it yet.
    Draft,
    /// A draft that was deleted: in no list, kept for the audit.
    Deleted,
    /// Sent, and a balance is left.
    Open,
    /// Nothing is left to pay.
    Paid,
    /// Withdrawn after it was sent; nothing had been paid.
    Void,
    /// Given up as uncollectable.
    WrittenOff,
    /// Placed with an agency; still owed.
    InCollections,
}

impl InvoiceStatus {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Draft,
        Self::Deleted,
        Self::Open,
        Self::Paid,
        Self::Void,
        Self::WrittenOff,
        Self::InCollections,
    ];

    /// The name in the API and in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Deleted => "deleted",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::WrittenOff => "written_off",
            Self::InCollections => "in_collections",
        }
    }

    /// Whether the state may follow this one.
    pub const fn can_become(self, next: Self) -> bool {
        use InvoiceStatus::{Deleted, Draft, InCollections, Open, Paid, Void, WrittenOff};
        matches!(
            (self, next),
            // A draft of which nothing is to be paid is paid when it is sent.
            (Draft, Open | Paid | Deleted)
                | (Open, Paid | Void | WrittenOff | InCollections)
                | (Paid | WrittenOff | InCollections, Open)
                // All of it was recovered: re-booked as owed, and paid.
                | (WrittenOff | InCollections, Paid)
        )
    }
}

/// What people see: the stored state, and of an open invoice how far and how late it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownStatus {
    /// Being written.
    Draft,
    /// Deleted before it was sent.
    Deleted,
    /// Sent; nothing paid yet, not late.
    Unpaid,
    /// Sent; a part is paid, not late.
    PartiallyPaid,
    /// A balance is left and the due date has passed.
    Overdue,
    /// Nothing is left.
    Paid,
    /// Withdrawn.
    Void,
    /// Given up.
    WrittenOff,
    /// With an agency.
    InCollections,
}

impl ShownStatus {
    /// What lists show, what most needs looking after first.
    pub const ALL: [Self; 8] = [
        Self::Overdue,
        Self::PartiallyPaid,
        Self::Unpaid,
        Self::InCollections,
        Self::Draft,
        Self::Paid,
        Self::WrittenOff,
        Self::Void,
    ];

    /// What people see on the practice's date `today`.
    pub fn of(status: InvoiceStatus, due: NaiveDate, applied: Cents, today: NaiveDate) -> Self {
        match status {
            InvoiceStatus::Draft => Self::Draft,
            InvoiceStatus::Deleted => Self::Deleted,
            InvoiceStatus::Open if due < today => Self::Overdue,
            InvoiceStatus::Open if applied.is_positive() => Self::PartiallyPaid,
            InvoiceStatus::Open => Self::Unpaid,
            InvoiceStatus::Paid => Self::Paid,
            InvoiceStatus::Void => Self::Void,
            InvoiceStatus::WrittenOff => Self::WrittenOff,
            InvoiceStatus::InCollections => Self::InCollections,
        }
    }

    /// The stored state behind it.
    pub const fn stored(self) -> InvoiceStatus {
        match self {
            Self::Draft => InvoiceStatus::Draft,
            Self::Deleted => InvoiceStatus::Deleted,
            Self::Unpaid | Self::PartiallyPaid | Self::Overdue => InvoiceStatus::Open,
            Self::Paid => InvoiceStatus::Paid,
            Self::Void => InvoiceStatus::Void,
            Self::WrittenOff => InvoiceStatus::WrittenOff,
            Self::InCollections => InvoiceStatus::InCollections,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagram of the domain: rows are before, columns after: draft, deleted, open, paid, void, written off, in
    /// collections.
    #[test]
    fn the_transitions_are_those_of_the_diagram_and_no_others() {
        use InvoiceStatus::{Deleted, Draft, InCollections, Open, Paid, Void, WrittenOff};
        for (from, row) in [
            (Draft, "nyyynnn"),
            (Deleted, "nnnnnnn"),
            (Open, "nnnyyyy"),
            (Paid, "nnynnnn"),
            (Void, "nnnnnnn"),
            (WrittenOff, "nnyynnn"),
            (InCollections, "nnyynnn"),
        ] {
            let found: String =
                InvoiceStatus::ALL.map(|to| if from.can_become(to) { 'y' } else { 'n' }).iter().collect();
            assert_eq!(found, row, "{from:?}");
        }
    }
}
