//! The nine states of a payment and the moves between them. What is not in [`PaymentStatus::after`] cannot happen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Refusal;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Made, not yet asked for.
    Draft,
    /// Asked for.
    Pending,
    /// At the processor; the outcome is not known.
    Processing,
    /// Received.
    Paid,
    /// Refused by the bank, or a bank debit came back.
    Failed,
    /// Not asked for any more.
    Cancelled,
    /// Authorised and released before capture.
    Voided,
    /// A part went back.
    PartiallyRefunded,
    /// All of it went back.
    Refunded,
}

/// What moves a payment from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// Staff ask for a draft.
    Submit,
    /// Staff withdraw it.
    Cancel,
    /// Staff ask for a failed one again.
    Reopen,
    /// Staff record money received at the desk.
    RecordTender,
    /// An attempt at the processor begins.
    Attempt,
    /// The hosted session expired; nothing was charged.
    SessionExpired,
    /// The processor has the money.
    Succeed,
    /// The processor or bank refused.
    Fail,
    /// An authorisation was released uncaptured.
    Release,
    /// A bank debit was returned after it had succeeded.
    Return,
    /// Succeeded refunds now come to a part of it.
    RefundPart,
    /// Succeeded refunds now come to all of it.
    RefundAll,
    /// The refunds that had succeeded all came back; nothing is refunded.
    RefundNone,
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 13] = [
        Self::Submit,
        Self::Cancel,
        Self::Reopen,
        Self::RecordTender,
        Self::Attempt,
        Self::SessionExpired,
        Self::Succeed,
        Self::Fail,
        Self::Release,
        Self::Return,
        Self::RefundPart,
        Self::RefundAll,
        Self::RefundNone,
    ];

    /// The moves that staff make by hand, with their names in the API.
    pub const MANUAL: [(Self, &'static str); 3] =
        [(Self::Submit, "submit"), (Self::Cancel, "cancel"), (Self::Reopen, "reopen")];
}

impl PaymentStatus {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Pending,
        Self::Processing,
        Self::Paid,
        Self::Failed,
        Self::Cancelled,
        Self::Voided,
        Self::PartiallyRefunded,
        Self::Refunded,
    ];

    /// The name in the API and in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }

    /// The state after a move, where the move is legal.
    pub const fn after(self, step: Move) -> Option<Self> {
        use PaymentStatus::{
            Cancelled, Draft, Failed, Paid, PartiallyRefunded, Pending, Processing, Refunded, Voided,
        };
        match (self, step) {
            (Draft, Move::Submit) | (Failed, Move::Reopen) | (Processing, Move::SessionExpired) => {
                Some(Pending)
            }
            (Draft | Pending | Failed, Move::Cancel) => Some(Cancelled),
            (Pending, Move::Attempt) => Some(Processing),
            (Pending, Move::RecordTender) | (Processing, Move::Succeed) => Some(Paid),
            (Processing, Move::Fail) | (Paid, Move::Return) => Some(Failed),
            (Processing, Move::Release) => Some(Voided),
            (Paid | PartiallyRefunded | Refunded, Move::RefundPart) => Some(PartiallyRefunded),
            (Paid | PartiallyRefunded, Move::RefundAll) => Some(Refunded),
            (PartiallyRefunded | Refunded, Move::RefundNone) => Some(Paid),
            _ => None,
        }
    }

    /// The state after a move.
    ///
    /// # Errors
    /// The move is not legal; the refusal lists what staff may do instead.
    pub fn step(self, step: Move, what: &str) -> Result<Self, Refusal> {
        self.after(step).ok_or_else(|| {
            let detail = format!("a {} payment cannot be {what}", self.name().replace('_', " "));
            let allowed = self.manual_moves().into_iter().map(str::to_owned).collect();
            Refusal::not_allowed("payment-status", detail, allowed)
        })
    }

    /// The moves that staff may make by hand, by their names in the API.
    pub fn manual_moves(self) -> Vec<&'static str> {
        Move::MANUAL.iter().filter(|(step, _)| self.after(*step).is_some()).map(|(_, name)| *name).collect()
    }

    /// Whether amount, patient, dates and memo can still be changed.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Pending | Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagram of the domain, edge by edge.
    const EDGES: [(&str, &str); 18] = [
        ("draft", "pending"),
        ("draft", "cancelled"),
        ("pending", "processing"),
        ("pending", "paid"),
        ("pending", "cancelled"),
        ("processing", "paid"),
        ("processing", "failed"),
        ("processing", "voided"),
        ("processing", "pending"),
        ("failed", "pending"),
        ("failed", "cancelled"),
        ("paid", "failed"),
        ("paid", "partially_refunded"),
        ("paid", "refunded"),
        ("partially_refunded", "refunded"),
        ("partially_refunded", "partially_refunded"),
        ("partially_refunded", "paid"),
        ("refunded", "paid"),
    ];

    #[test]
    fn the_moves_are_the_edges_of_the_diagram_and_no_others() {
        let mut found: Vec<(&str, &str)> = PaymentStatus::ALL
            .iter()
            .flat_map(|from| {
                Move::ALL.iter().filter_map(move |step| Some((from.name(), from.after(*step)?.name())))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        let mut expected = EDGES.to_vec();
        expected.push(("refunded", "partially_refunded"));
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn cancelled_and_voided_are_the_end() {
        for end in [PaymentStatus::Cancelled, PaymentStatus::Voided] {
            assert!(Move::ALL.iter().all(|step| end.after(*step).is_none()));
        }
    }

    #[test]
    fn pending_is_paid_only_by_a_tender() {
        let ways: Vec<Move> = Move::ALL
            .into_iter()
            .filter(|m| PaymentStatus::Pending.after(*m) == Some(PaymentStatus::Paid))
            .collect();
        assert_eq!(ways, [Move::RecordTender]);
    }

    #[test]
    fn a_refusal_says_what_is_allowed() {
        let refused = PaymentStatus::Failed.step(Move::Succeed, "received");
        let Err(Refusal::State { allowed, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(allowed, ["cancel", "reopen"]);
        assert!(
            PaymentStatus::Processing.manual_moves().is_empty(),
            "an unknown outcome is nobody's to decide"
        );
    }

    #[test]
    fn received_money_cannot_be_edited() {
        use PaymentStatus::{Cancelled, Paid, PartiallyRefunded, Processing, Refunded, Voided};
        for status in [Paid, PartiallyRefunded, Refunded, Voided, Cancelled, Processing] {
            assert!(!status.is_editable(), "{status:?}");
        }
    }
}
