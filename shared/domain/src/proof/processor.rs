//! What the processor moved, against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Difference, Name, Proof, Scope, payments::taken_by};
use crate::{
    AttemptId, Cents, Payment, PaymentId, Payout, RefundId,
    payment::{AttemptStatus, DisputeStatus, RefundMeans, RefundStatus},
};

/// What a movement of the processor's balance is
/// (<https://docs.stripe.com/reports/balance-transaction-types>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// A card or bank account was charged.
    Charge,
    /// Money went back to the patient.
    Refund,
    /// A refund did not arrive and came back.
    RefundFailure,
    /// A dispute took funds, or gave them back.
    Dispute,
    /// What was sent to the bank.
    Payout,
    /// What came back from the bank.
    PayoutFailure,
    /// Anything else, such as a fee for the account.
    Other,
}

/// A movement of the processor's balance, of this practice or of nobody: other practices' are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The processor's name for it.
    pub id: String,
    /// What it is.
    pub kind: MovementKind,
    /// Before fees; below zero where money leaves.
    pub gross: Cents,
    /// The processor's fee.
    pub fee: Cents,
    /// The charge, refund, dispute or payout behind it.
    pub source: String,
    /// The payment intent behind that.
    pub intent: Option<String>,
    /// Whether it is this practice's.
    pub ours: bool,
    /// Our payment, as the processor's metadata name it.
    pub payment: Option<PaymentId>,
    /// Our attempt, likewise.
    pub attempt: Option<AttemptId>,
    /// Our refund, likewise.
    pub refund: Option<RefundId>,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// A payout as the processor shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutMade {
    /// The processor's name for it.
    pub id: String,
    /// Whether it failed or was called off.
    pub is_gone: bool,
    /// Whether what it holds can be listed.
    pub is_listed: bool,
    /// When it was made (UTC).
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Charge,
    Refund,
    Dispute,
    Payout,
    Fee,
}

impl Kind {
    /// Its names: not in the ledger, not at the processor, and in both with another amount.
    const fn names(self) -> [Name; 3] {
        match self {
            Self::Charge => [Name::ChargeNotInLedger, Name::ChargeNotAtProcessor, Name::ChargeAmount],
            Self::Refund => [Name::RefundNotInLedger, Name::RefundNotAtProcessor, Name::RefundAmount],
            Self::Dispute => [Name::DisputeNotInLedger, Name::DisputeNotAtProcessor, Name::DisputeAmount],
            Self::Payout => [Name::PayoutNotInLedger, Name::PayoutNotAtProcessor, Name::PayoutAmount],
            Self::Fee => [Name::FeeNotInLedger, Name::FeeNotAtProcessor, Name::FeeAmount],
        }
    }
}

/// One thing that both sides should have, with what each has of it.
#[derive(Debug, Default)]
struct Tie {
    ids: BTreeSet<String>,
    ledger: i64,
    processor: i64,
    /// When the ledger began it.
    begun: Option<DateTime<Utc>>,
    /// Whether the processor moved anything for it.
    moved: bool,
    /// When either side last changed it, as far as is known.
    changed: Option<DateTime<Utc>>,
}

impl Tie {
    fn in_ledger(&mut self, cents: i64, begun: DateTime<Utc>, changed: DateTime<Utc>) {
        self.ledger = self.ledger.saturating_add(cents);
        self.begun = Some(begun);
        self.changed = self.changed.max(Some(changed));
    }

    fn at_processor(&mut self, cents: i64, at: DateTime<Utc>) {
        self.processor = self.processor.saturating_add(cents);
        self.moved = true;
        self.changed = self.changed.max(Some(at));
    }
}

/// The ledger and the processor, side by side.
#[derive(Debug, Default)]
pub(super) struct Processor {
    ties: BTreeMap<(Kind, String), Tie>,
    /// Our refunds by the processor's names for them.
    refunds: BTreeMap<String, RefundId>,
    /// The intents of attempts, with their payments.
    intents: BTreeMap<String, PaymentId>,
    /// What of each payout is ours, by the ledger.
    shares: BTreeMap<String, Cents>,
    nobodys: Vec<(Difference, DateTime<Utc>)>,
    /// What was taken and given in all, less what the ledger sent to the bank.
    balance: i64,
    was_read: bool,
}

impl Processor {
    fn tie(&mut self, kind: Kind, key: &str, ids: impl IntoIterator<Item = String>) -> &mut Tie {
        let tie = self.ties.entry((kind, key.to_owned())).or_default();
        tie.ids.extend(ids);
        tie
    }

    pub(super) fn payment(&mut self, payment: &Payment) {
        let id = payment.id.to_string();
        for attempt in &payment.attempts {
            let Some(intent) = &attempt.intent else { continue };
            self.intents.insert(intent.clone(), payment.id);
            if attempt.status == AttemptStatus::Succeeded {
                let (cents, at) =
                    (taken_by(payment, attempt).get(), payment.paid_at.unwrap_or(attempt.opened_at));
                self.tie(Kind::Charge, intent, [id.clone(), attempt.id.to_string()]).in_ledger(cents, at, at);
            }
        }
        for refund in &payment.refunds {
            let RefundMeans::Processor(by) = &refund.means else { continue };
            if let Some(by) = by {
                self.refunds.insert(by.clone(), refund.id);
            }
            let live = refund.status != RefundStatus::Failed;
            let cents = if live { refund.amount.cents().negated().get() } else { 0 };
            let (key, at) = (refund.id.to_string(), refund.requested_at);
            self.tie(Kind::Refund, &key, [id.clone(), key.clone()]).in_ledger(cents, at, at);
        }
        for dispute in &payment.disputes {
            let gone = dispute.status != DisputeStatus::Won;
            let cents = if gone { dispute.amount.cents().negated().get() } else { 0 };
            let tie = self.tie(Kind::Dispute, &dispute.id, [id.clone()]);
            tie.in_ledger(cents, dispute.opened_at, dispute.opened_at);
        }
    }

    pub(super) fn payout(&mut self, payout: &Payout) {
        let gone = payout.status.is_gone();
        self.shares.insert(payout.id.clone(), payout.net);
        let net = if gone { 0 } else { payout.net.get() };
        let at = payout.created_at;
        self.tie(Kind::Payout, &payout.id, []).in_ledger(net, at, at);
        self.tie(Kind::Fee, &payout.id, []).in_ledger(payout.fees.get(), at, at);
        self.balance = self.balance.saturating_sub(net).saturating_sub(payout.fees.get());
    }

    fn movement(&mut self, movement: &Movement) {
        let (cents, at) = (movement.gross.get(), movement.at);
        let mut ids: Vec<String> = movement.payment.iter().map(ToString::to_string).collect();
        ids.extend([movement.id.clone(), movement.source.clone()]);
        let known = movement.intent.as_ref().and_then(|intent| self.intents.get(intent)).copied();
        ids.extend(known.map(|payment| payment.to_string()));
        let (kind, key) = match movement.kind {
            MovementKind::Payout | MovementKind::PayoutFailure => return,
            _ if !movement.ours => return self.nobodys(movement),
            MovementKind::Charge => {
                (Kind::Charge, movement.intent.clone().unwrap_or_else(|| movement.source.clone()))
            }
            MovementKind::Refund | MovementKind::RefundFailure => {
                let known = self.refunds.get(&movement.source).copied().or(movement.refund);
                (Kind::Refund, known.map_or_else(|| movement.source.clone(), |refund| refund.to_string()))
            }
            MovementKind::Dispute => (Kind::Dispute, movement.source.clone()),
            MovementKind::Other => return self.nobodys(movement),
        };
        self.balance = self.balance.saturating_add(cents);
        ids.extend(
            [movement.attempt.map(|id| id.to_string()), movement.intent.clone()].into_iter().flatten(),
        );
        self.tie(kind, &key, ids).at_processor(cents, at);
    }

    fn nobodys(&mut self, movement: &Movement) {
        let ids = vec![movement.id.clone(), movement.source.clone()];
        let name = Name::UnattributedMovement;
        let difference = Difference { name, ids, found: 0, expected: movement.gross.get() };
        self.nobodys.push((difference, movement.at));
    }

    fn paid_out(&mut self, payout: &PayoutMade, movement: &Movement) {
        let at = payout.at;
        let net = match movement.kind {
            MovementKind::Payout => return,
            MovementKind::PayoutFailure => match self.shares.get(&movement.source) {
                Some(share) => share.get(),
                None => return,
            },
            _ if !movement.ours => return,
            _ => {
                let fee = movement.fee.get();
                self.tie(Kind::Fee, &payout.id, []).at_processor(fee, at);
                movement.gross.get().saturating_sub(fee)
            }
        };
        let net = if payout.is_gone { 0 } else { net };
        self.tie(Kind::Payout, &payout.id, []).at_processor(net, at);
    }

    pub(super) fn prove(self, scope: &Scope, clearing: Cents, proof: &mut Proof) {
        if !self.was_read {
            return;
        }
        let recent = |at: DateTime<Utc>| scope.now.signed_duration_since(at) < scope.grace;
        let mut agrees = true;
        for ((kind, key), tie) in self.ties {
            let older = scope.since.is_some_and(|since| tie.begun.is_some_and(|begun| begun < since));
            if tie.ledger == tie.processor || older {
                continue;
            }
            agrees = false;
            let [not_in_ledger, not_at_processor, amount] = kind.names();
            let name = match (tie.begun.is_some(), tie.moved) {
                (false, _) => not_in_ledger,
                (true, false) => not_at_processor,
                (true, true) => amount,
            };
            let mut ids: BTreeSet<String> = tie.ids;
            ids.insert(key);
            let ids = ids.into_iter().collect();
            let difference = Difference { name, ids, found: tie.ledger, expected: tie.processor };
            let place =
                if tie.changed.is_some_and(recent) { &mut proof.awaiting } else { &mut proof.differences };
            place.push(difference);
        }
        for (difference, at) in self.nobodys {
            let place = if recent(at) { &mut proof.awaiting } else { &mut proof.differences };
            place.push(difference);
        }
        if scope.since.is_none() && agrees && self.balance != clearing.get() {
            let difference = Difference::of(Name::Clearing, "processor", clearing.get(), self.balance);
            proof.differences.push(difference);
        }
    }
}

impl super::Books {
    /// The processor's side was read: what the ledger has and it does not have is a difference from now on.
    pub const fn processor_was_read(&mut self) {
        self.processor.was_read = true;
    }

    /// Takes a movement of the processor's balance.
    pub fn movement(&mut self, movement: &Movement) {
        self.proof.counted.movements = self.proof.counted.movements.saturating_add(1);
        self.processor.movement(movement);
    }

    /// Takes a payout of the processor, with the movements that it sent to the bank. Of one whose movements cannot be
    /// listed, what is ours is not known.
    pub fn payout_made<'a>(&mut self, payout: &PayoutMade, parts: impl IntoIterator<Item = &'a Movement>) {
        if !payout.is_listed {
            let id = payout.id.clone();
            let difference = Difference::of(Name::UnattributedMovement, id, 0, 0);
            self.processor.nobodys.push((difference, payout.at));
            return;
        }
        for movement in parts {
            self.processor.paid_out(payout, movement);
        }
    }
}
