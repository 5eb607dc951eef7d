//! Giving money back: reserved first, then asked of the processor, counted as refunded only when it says so.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Allocation, Payment, PaymentStatus, Settlement, Tender};
use crate::{
    Account, Amount, Cents, Decision, EventKind, Invoice, InvoiceSet, Posting, RefundId, Refusal, text::Line,
};

/// The most refunds of one payment, so that it stays one small item.
pub const MAX_REFUNDS: usize = 50;

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The patient asked for it.
    PatientRequest,
    /// It was billed wrongly.
    BillingError,
    /// The service was not rendered.
    ServiceNotRendered,
    /// It was paid twice.
    DuplicateCharge,
    /// The insurer pays it.
    InsuranceAdjustment,
    /// The note says why.
    Other,
}

impl RefundReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::PatientRequest,
        Self::BillingError,
        Self::ServiceNotRendered,
        Self::DuplicateCharge,
        Self::InsuranceAdjustment,
        Self::Other,
    ];

    /// Whether what was refunded is owed again, unless staff say otherwise; none where staff must say.
    pub const fn owed_again(self) -> Option<bool> {
        match self {
            Self::PatientRequest | Self::DuplicateCharge => Some(true),
            Self::BillingError | Self::ServiceNotRendered | Self::InsuranceAdjustment => Some(false),
            Self::Other => None,
        }
    }
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Reserved; the processor has not said that it went through.
    Pending,
    /// The money is on its way to the patient.
    Succeeded,
    /// It did not go through; the reservation was given back.
    Failed,
}

/// By which way money goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundMeans {
    /// To the card or account it came from, by the processor; with the processor's refund once it is known.
    Processor(Option<String>),
    /// Given back at the desk, with its reference.
    Desk(Tender),
}

/// A refund of a payment, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id; also the processor's idempotency key and our reference in its records.
    pub id: RefundId,
    /// How much goes back.
    pub amount: Amount,
    /// Why.
    pub reason: RefundReason,
    /// What staff wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line<500>>,
    /// Whether what it takes from invoices is owed again.
    pub owed_again: bool,
    /// How it stands.
    pub status: RefundStatus,
    /// What it takes from the payment's credit.
    pub credit: Cents,
    /// What it takes from invoices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Allocation>,
    /// By which way it goes back.
    pub means: RefundMeans,
    /// When it was asked for (UTC).
    pub requested_at: DateTime<Utc>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Line<200>>,
}

impl Refund {
    /// Whether money is reserved for it or has gone back.
    pub fn is_live(&self) -> bool {
        self.status != RefundStatus::Failed
    }
}

/// What staff ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// How much; all that is left where none is given.
    pub amount: Option<Amount>,
    /// Why.
    pub reason: RefundReason,
    /// What staff write.
    pub note: Option<Line<500>>,
    /// Whether what it takes from invoices is owed again; the reason's default where none is given.
    pub owed_again: Option<bool>,
    /// From which invoices it is taken; the credit first, then the last allocation first, where none is given.
    pub parts: Option<Vec<Allocation>>,
    /// How it is given back at the desk; by the processor where none is given.
    pub desk: Option<Tender>,
}

/// What a refund will do, before anybody confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPlan {
    /// How much goes back.
    pub amount: Amount,
    /// Of how much that can.
    pub refundable: Cents,
    /// Whether what it takes from invoices is owed again.
    pub owed_again: bool,
    /// What it takes from the payment's credit.
    pub credit: Cents,
    /// What it takes from invoices.
    pub parts: Vec<Allocation>,
    /// The payment's status once it has succeeded.
    pub status_after: PaymentStatus,
}

impl Payment {
    /// What of it is here: its allocations and its credit. That, and no more, can be refunded.
    pub fn refundable(&self) -> Cents {
        let parts = self.allocations.iter().map(|allocation| allocation.amount.cents());
        Cents::checked_sum(parts.chain([self.unapplied])).unwrap_or(Cents::ZERO)
    }

    /// What the processor has given back of it, or is about to.
    pub fn sent_back(&self) -> Cents {
        let sent = self.refunds.iter().filter(|refund| {
            refund.status != RefundStatus::Failed && matches!(refund.means, RefundMeans::Processor(_))
        });
        Cents::checked_sum(sent.map(|refund| refund.amount.cents())).unwrap_or(Cents::ZERO)
    }

    /// What refunds have reserved and not yet given back or lost.
    pub fn refunds_pending(&self) -> Cents {
        let pending = self.refunds.iter().filter(|refund| refund.status == RefundStatus::Pending);
        Cents::checked_sum(pending.map(|refund| refund.amount.cents())).unwrap_or(Cents::ZERO)
    }

    /// What a refund would do, or why there can be none.
    ///
    /// # Errors
    /// The payment is not received, not settled or disputed; more than is left; a choice that staff must make.
    pub fn plan_refund(&self, new: &NewRefund) -> Result<RefundPlan, Refusal> {
        self.require_refundable()?;
        let refundable = self.refundable();
        let amount = match new.amount {
            Some(amount) if amount.cents() <= refundable => amount,
            Some(_) => {
                let detail = format!("expected at most {refundable}, what is left to refund of this payment");
                return Err(Refusal::field("/amount", detail));
            }
            None => Amount::try_from(refundable).map_err(|_| {
                Refusal::state("nothing-to-refund", "nothing is left to refund of this payment")
            })?,
        };
        if new.reason == RefundReason::Other && new.note.is_none() {
            return Err(Refusal::field("/note", "expected a note: the reason is \"other\""));
        }
        let owed_again = new.owed_again.or(new.reason.owed_again()).ok_or_else(|| {
            Refusal::field("/owed_again", "expected true or false: for the reason \"other\" you must say")
        })?;
        if new.desk.is_some() != self.tender.is_some() {
            let detail = match &self.tender {
                Some(_) => "expected how it is given back at the desk: this payment was received there",
                None => {
                    "expected none: this payment goes back by the processor, to the card or account it came from"
                }
            };
            return Err(Refusal::field("/tender", detail));
        }
        let parts = match &new.parts {
            Some(parts) => self.check_parts(amount, parts)?,
            None => self.default_parts(amount),
        };
        let credit =
            parts.iter().try_fold(amount.cents(), |left, part| left.checked_sub(part.amount.cents()));
        let credit = credit.ok_or_else(|| Refusal::too_large("/amount"))?;
        let refunded =
            self.refunded.checked_add(amount.cents()).ok_or_else(|| Refusal::too_large("/amount"))?;
        let all = refunded >= self.amount.cents();
        let status_after = if all { PaymentStatus::Refunded } else { PaymentStatus::PartiallyRefunded };
        Ok(RefundPlan { amount, refundable, owed_again, credit, parts, status_after })
    }

    /// Whether anything of it can be refunded now.
    pub fn can_be_refunded(&self) -> bool {
        self.require_refundable().is_ok() && self.refundable().is_positive()
    }

    /// Whether it has credit that can be applied to invoices.
    pub fn can_be_applied(&self) -> bool {
        matches!(self.status, PaymentStatus::Paid | PaymentStatus::PartiallyRefunded)
            && self.unapplied.is_positive()
    }

    /// Why a payment in this state gives nothing back.
    fn require_refundable(&self) -> Result<(), Refusal> {
        use PaymentStatus::{Paid, PartiallyRefunded, Processing, Refunded};
        let state = |rule, detail: &str| Err(Refusal::state(rule, detail));
        match self.status {
            Processing => state("not-settled", "the bank debit has not settled; refund it once it is paid"),
            Refunded => state("nothing-to-refund", "all of this payment was refunded"),
            Paid | PartiallyRefunded if self.is_disputed() => state(
                "disputed",
                "the patient's bank disputes this payment; answer the dispute instead of refunding",
            ),
            Paid | PartiallyRefunded if self.refunds.len() >= MAX_REFUNDS => {
                state("too-many-refunds", "a payment holds at most 50 refunds")
            }
            Paid | PartiallyRefunded => Ok(()),
            _ => state("payment-status", "only a paid or partially refunded payment can be refunded"),
        }
    }

    fn default_parts(&self, amount: Amount) -> Vec<Allocation> {
        let mut left = amount.cents().get().saturating_sub(self.unapplied.get().max(0));
        let mut parts = Vec::new();
        for allocation in self.allocations.iter().rev() {
            if let Ok(part) = Amount::try_from(allocation.amount.cents().get().min(left)) {
                left = left.saturating_sub(part.cents().get());
                parts.push(Allocation { invoice: allocation.invoice, amount: part });
            }
        }
        parts
    }

    /// Parts as staff gave them: each of an invoice it paid, at most what it paid, and the rest within the credit.
    fn check_parts(&self, amount: Amount, parts: &[Allocation]) -> Result<Vec<Allocation>, Refusal> {
        Allocation::check(parts, amount)?;
        for (index, part) in parts.iter().enumerate() {
            let paid = self.allocations.iter().find(|allocation| allocation.invoice == part.invoice);
            let Some(paid) = paid else {
                let pointer = format!("/allocations/{index}/invoice_id");
                return Err(Refusal::field(pointer, "expected an invoice that this payment paid"));
            };
            if part.amount > paid.amount {
                let detail =
                    format!("expected at most {}, what this payment paid of the invoice", paid.amount);
                return Err(Refusal::field(format!("/allocations/{index}/amount"), detail));
            }
        }
        let of_invoices: Option<Cents> = parts.iter().map(|part| part.amount).sum();
        let credit = of_invoices.and_then(|parts| amount.cents().checked_sub(parts));
        if credit.is_none_or(|credit| credit > self.unapplied) {
            let detail = format!(
                "expected the whole refund to be taken from invoices, but for at most {}, this payment's credit",
                self.unapplied
            );
            return Err(Refusal::field("/allocations", detail));
        }
        Ok(parts.to_vec())
    }

    /// Reserves a refund: takes it from the credit and the invoices, and puts it in flight. At the desk it is done with
    /// that; by the processor it is only asked for after this is committed.
    ///
    /// # Errors
    /// As [`Payment::plan_refund`]; an invoice that it paid is not there.
    pub fn refund(
        &self,
        id: RefundId,
        new: NewRefund,
        invoices: &[Invoice],
        set: Option<&InvoiceSet>,
        now: DateTime<Utc>,
    ) -> Result<Settlement, Refusal> {
        let plan = self.plan_refund(&new)?;
        let (mut payment, changed, mut postings) =
            self.take_back(plan.credit, &plan.parts, plan.owed_again, invoices)?;
        postings.push(Posting::credit(Account::RefundsInFlight, plan.amount.cents()));
        let means = new.desk.map_or(RefundMeans::Processor(None), RefundMeans::Desk);
        payment.refunds.push(Refund {
            id,
            amount: plan.amount,
            reason: new.reason,
            note: new.note,
            owed_again: plan.owed_again,
            status: RefundStatus::Pending,
            credit: plan.credit,
            parts: plan.parts,
            means: means.clone(),
            requested_at: now,
            failure: None,
        });
        payment.asked = None;
        let event = EventKind::RefundRequested { refund: id, cents: plan.amount, reason: new.reason };
        let mut decision = Decision::of(payment, event).with_postings(postings);
        if let RefundMeans::Desk(tender) = &means {
            let done = decision.state.end_refund(id, None, tender.account())?;
            decision.state = done.state;
            decision.events.extend(done.events);
            decision.postings.extend(done.postings);
        }
        Ok(Settlement::of(decision, changed, invoices, set))
    }
}

#[cfg(test)]
mod tests;
