//! What a proof finds: each difference has a name that does not change, whose it is, and the two figures.

use std::fmt;

use serde::Serialize;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// A journal entry whose postings do not sum to zero.
    UnbalancedEntry,
    /// Two journal entries of the same version of the same thing.
    DuplicateEntry,
    /// A posting on what patients owe, or on charges, that names no invoice.
    UnnamedPosting,
    /// Something that the journal, a row, or an anchor names, and that is not there.
    AggregateMissing,
    /// An item that cannot be read as what it should be.
    UnreadableItem,
    /// An invoice's balance, against the journal.
    InvoiceBalance,
    /// What of an invoice is placed with an agency, against the journal.
    InvoiceInCollections,
    /// What an invoice bills and discounts, against the journal.
    InvoiceCharges,
    /// An invoice's corrections, against the journal.
    InvoiceAdjustments,
    /// What of an invoice is given up, against the journal.
    InvoiceWriteOffs,
    /// What a payment has not applied, against the journal.
    PaymentCredit,
    /// What was received and given back for a payment, against the journal.
    PaymentReceived,
    /// What returns and disputes took that was not here any more, against the journal.
    PaymentLosses,
    /// What was received for a payment, against where the payment says it is.
    PaymentConservation,
    /// Refunds that are asked for, against the journal.
    RefundsInFlight,
    /// What open disputes hold back, against the journal.
    DisputedFunds,
    /// A practice's share of a payout, against the journal.
    PayoutBooked,
    /// The fees of a payout, against the journal.
    PayoutFees,
    /// What an invoice says was applied to it, against what payments say they applied.
    AllocationMismatch,
    /// What a patient owes, against the journal.
    PatientOwed,
    /// What of it is with an agency, against the journal.
    PatientInCollections,
    /// A patient's credit, against the journal.
    PatientCredit,
    /// The journal of a patient, against the patient's invoices and payments.
    PatientJournal,
    /// What an invoice set chases, against the invoices' balances.
    SetBalance,
    /// A counter, against a recount.
    Counter,
    /// A tracker row that is missing, is one too many, or does not show what it is derived from.
    Row,
    /// Money that the processor took and the ledger does not know.
    ChargeNotInLedger,
    /// Money that the ledger has and the processor did not take.
    ChargeNotAtProcessor,
    /// The ledger and the processor took different amounts.
    ChargeAmount,
    /// Money that the processor gave back and the ledger does not know.
    RefundNotInLedger,
    /// A refund of the ledger for which nothing left the processor.
    RefundNotAtProcessor,
    /// The ledger and the processor gave back different amounts.
    RefundAmount,
    /// A dispute's funds that the ledger does not know.
    DisputeNotInLedger,
    /// A dispute of the ledger for which the processor moved nothing.
    DisputeNotAtProcessor,
    /// The ledger and the processor hold different amounts for a dispute.
    DisputeAmount,
    /// A payout that the ledger does not know.
    PayoutNotInLedger,
    /// A payout of the ledger that the processor did not make.
    PayoutNotAtProcessor,
    /// What of a payout is the practice's.
    PayoutAmount,
    /// Fees of a payout that the ledger does not know.
    FeeNotInLedger,
    /// Fees of the ledger on a payout that the processor did not make.
    FeeNotAtProcessor,
    /// The processor's fees on the practice's movements in a payout.
    FeeAmount,
    /// What is at the processor in all, where each part agrees.
    Clearing,
    /// A movement at the processor that is nobody's.
    UnattributedMovement,
    /// An event was edited, removed or moved: from this one on the chain is broken.
    HistoryBroken,
    /// A history is shorter than it was when its head was anchored.
    HistoryTruncated,
    /// A history has another hash than when its head was anchored.
    HistoryRewritten,
    /// An anchor document is missing, or is not what the next one says it was.
    AnchorBroken,
}

impl Name {
    /// As it stands in logs and reports.
    pub fn text(self) -> String {
        let debug = format!("{self:?}");
        let mut text = String::with_capacity(debug.len().saturating_add(4));
        for (index, letter) in debug.char_indices() {
            if letter.is_ascii_uppercase() && index > 0 {
                text.push('_');
            }
            text.push(letter.to_ascii_lowercase());
        }
        text
    }

    /// Whether its figures are cents; they are numbers or versions otherwise.
    pub const fn is_money(self) -> bool {
        !matches!(
            self,
            Self::DuplicateEntry
                | Self::AggregateMissing
                | Self::UnreadableItem
                | Self::Counter
                | Self::Row
                | Self::HistoryBroken
                | Self::HistoryTruncated
                | Self::HistoryRewritten
                | Self::AnchorBroken
        )
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A difference. It holds ids and figures alone, so that it can be logged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// What differs.
    pub name: Name,
    /// Whose figures they are: our ids, then the processor's.
    pub ids: Vec<String>,
    /// What is shown: by the invoice, the payment, the counter, our ledger. Cents where [`Name::is_money`].
    pub found: i64,
    /// What it should be: by the journal, a recount, the processor, the anchor.
    pub expected: i64,
}

impl Difference {
    /// A difference of one thing.
    pub fn of(name: Name, id: impl Into<String>, found: i64, expected: i64) -> Self {
        Self { name, ids: vec![id.into()], found, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_not_shown_as_money() {
        let counted =
            [Name::DuplicateEntry, Name::AggregateMissing, Name::UnreadableItem, Name::Counter, Name::Row];
        let broken =
            [Name::HistoryBroken, Name::HistoryTruncated, Name::HistoryRewritten, Name::AnchorBroken];
        assert!(counted.into_iter().chain(broken).all(|name| !name.is_money()));
        assert!(
            [Name::InvoiceBalance, Name::ChargeAmount, Name::PatientCredit].into_iter().all(Name::is_money)
        );
    }

    #[test]
    fn a_name_reads_alike_everywhere() {
        for name in [Name::Row, Name::ChargeNotInLedger, Name::InvoiceBalance] {
            assert_eq!(serde_json::to_value(name).unwrap(), serde_json::json!(name.text()));
        }
        assert_eq!(Name::ChargeNotInLedger.to_string(), "charge_not_in_ledger");
    }
}
