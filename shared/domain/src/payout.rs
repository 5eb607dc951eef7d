//! What the processor sends to the bank: the practice's share of a payout, as it is booked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Account, Cents, Currency, Decision, EventKind, Posting};

/// How a payout stands, as the processor says (<https://docs.stripe.com/api/payouts/object#payout_object-status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Made; not with the bank yet.
    Pending,
    /// On its way to the bank.
    InTransit,
    /// In the bank.
    Paid,
    /// The bank refused it: the money is at the processor again.
    Failed,
    /// Taken back before it left.
    Canceled,
}

impl PayoutStatus {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Whether its money is at the processor again.
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// A practice's share of a payout: the sum of its own movements in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The processor's name for it, such as `po_…`.
    pub id: String,
    /// The currency.
    pub currency: Currency,
    /// What of it is the practice's, after fees.
    pub net: Cents,
    /// The processor's fees on the practice's movements in it.
    pub fees: Cents,
    /// How it stands.
    pub status: PayoutStatus,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it reaches the bank (UTC).
    pub arrives_at: DateTime<Utc>,
}

impl Payout {
    /// Books a payout that is seen for the first time: out of what the processor holds, into the bank, less its fees.
    pub fn seen(self) -> Decision<Self> {
        let postings = if self.status.is_gone() { self.fees_booked() } else { self.booked() };
        let event = EventKind::PayoutSeen { status: self.status.name().to_owned() };
        Decision::of(self, event).with_postings(postings)
    }

    /// It stands otherwise now; what comes back from the bank is with the processor again, its fees are not. The same
    /// again changes nothing.
    pub fn stands(&self, status: PayoutStatus, arrives_at: DateTime<Utc>) -> Option<Decision<Self>> {
        if self.status == status && self.arrives_at == arrives_at {
            return None;
        }
        let moved = |sign: Cents| {
            vec![Posting::debit(Account::Bank, sign), Posting::credit(Account::ProcessorClearing, sign)]
        };
        let postings = match (self.status.is_gone(), status.is_gone()) {
            (false, true) => moved(self.net.negated()),
            (true, false) => moved(self.net),
            _ => Vec::new(),
        };
        let event = EventKind::PayoutSeen { status: status.name().to_owned() };
        Some(Decision::of(Self { status, arrives_at, ..self.clone() }, event).with_postings(postings))
    }

    fn booked(&self) -> Vec<Posting> {
        let mut postings = self.fees_booked();
        postings.push(Posting::debit(Account::Bank, self.net));
        postings.push(Posting::credit(Account::ProcessorClearing, self.net));
        postings
    }

    fn fees_booked(&self) -> Vec<Posting> {
        vec![
            Posting::debit(Account::ProcessorFees, self.fees),
            Posting::credit(Account::ProcessorClearing, self.fees),
        ]
    }
}
