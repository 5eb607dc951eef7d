//! What changes what is owed without money: adjustments, write-offs, placement with an agency, and taking each back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Invoice, InvoiceStatus};
use crate::{Account, Amount, Cents, Decision, EventKind, Posting, Refusal, text::Line};

/// The most adjustments that staff may make on one invoice, so that it stays one small item.
pub const MAX_ADJUSTMENTS: usize = 50;

/// Why what is owed was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentReason {
    /// The insurer's contract sets another price.
    InsuranceAdjustment,
    /// It was billed wrongly.
    BillingError,
    /// The service was not rendered, or not all of it.
    ServiceNotRendered,
    /// Goodwill.
    Courtesy,
    /// A charge for paying late.
    LateCharge,
    /// The note says why.
    Other,
}

/// Why a balance was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteOffReason {
    /// Too little to be worth chasing.
    SmallBalance,
    /// It will not be paid.
    BadDebt,
    /// Goodwill.
    Courtesy,
    /// The practice's financial assistance policy.
    FinancialAssistance,
    /// The patient is bankrupt.
    Bankruptcy,
    /// The patient has died.
    Deceased,
    /// The note says why.
    Other,
}

/// What an adjustment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "reason", rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// What is owed was corrected.
    Correction(AdjustmentReason),
    /// What is owed was given up.
    WriteOff(WriteOffReason),
    /// Money came in on a written-off balance: so much of it is owed after all, and paid.
    Recovery,
    /// What a refund gave back is not owed again.
    Refund,
}

/// A change of what is owed without money. Never edited: taking one back adds its opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// 1 for the invoice's first.
    pub number: u16,
    /// What it is.
    pub kind: AdjustmentKind,
    /// What it does to what is owed; below zero it lowers it.
    pub cents: Cents,
    /// What staff wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line<200>>,
    /// The adjustment that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<u16>,
}

impl Adjustment {
    /// Whether staff may take it back: not what only follows what payments do.
    fn is_reversible(&self) -> bool {
        match self.kind {
            AdjustmentKind::Recovery => false,
            AdjustmentKind::Refund => !self.cents.is_positive(),
            AdjustmentKind::Correction(_) | AdjustmentKind::WriteOff(_) => true,
        }
    }

    /// Its postings against the account in which the invoice is owed, or their opposite where it is `undone`.
    pub(super) fn postings(&self, receivable: Account, undone: bool) -> [Posting; 2] {
        let cents = if undone { self.cents.negated() } else { self.cents };
        [Posting::debit(receivable, cents), Posting::credit(self.kind.account(), cents)]
    }
}

impl AdjustmentKind {
    /// Where what is not owed goes in the books.
    const fn account(self) -> Account {
        match self {
            Self::Correction(_) | Self::Refund => Account::Adjustments,
            Self::WriteOff(_) | Self::Recovery => Account::WriteOffs,
        }
    }

    const fn is_write_off(self) -> bool {
        matches!(self, Self::WriteOff(_) | Self::Recovery)
    }
}

impl Invoice {
    /// Corrections of what is owed, together: below zero they lower it.
    pub fn adjusted(&self) -> Cents {
        self.sum_of(|kind| !kind.is_write_off())
    }

    /// What is given up now: written off, less what was recovered or taken back.
    pub fn written_off(&self) -> Cents {
        match self.status {
            // A void invoice took it back with all that was billed.
            InvoiceStatus::Void => Cents::ZERO,
            _ => self.sum_of(AdjustmentKind::is_write_off).negated(),
        }
    }

    /// What refunds took off what is owed, and what is left of that.
    pub(super) fn refunded_away(&self) -> Cents {
        self.sum_of(|kind| kind == AdjustmentKind::Refund).negated()
    }

    fn sum_of(&self, wanted: impl Fn(AdjustmentKind) -> bool) -> Cents {
        let of = self.adjustments.iter().filter(|adjustment| wanted(adjustment.kind));
        Cents::checked_sum(of.map(|adjustment| adjustment.cents)).unwrap_or(Cents::ZERO)
    }

    /// The account in which it is owed.
    pub const fn receivable(&self) -> Account {
        match self.status {
            InvoiceStatus::InCollections => Account::CollectionsReceivable,
            _ => Account::PatientReceivable,
        }
    }

    /// Corrects what is owed by `cents`, up or (below zero) down.
    ///
    /// # Errors
    /// It is neither open nor paid; it would be owed less than has been paid, or more than one payment can be.
    pub fn adjust(
        &self,
        cents: Cents,
        reason: AdjustmentReason,
        note: Option<Line<200>>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Open, InvoiceStatus::Paid], "adjusted")?;
        if reason == AdjustmentReason::Other && note.is_none() {
            return Err(Refusal::field("/note", "expected a note: the reason is \"other\""));
        }
        let balance = self.balance().checked_add(cents).ok_or_else(|| Refusal::too_large("/amount"))?;
        if balance < Cents::ZERO {
            let detail = format!("expected at most {}, what is still owed on this invoice", self.balance());
            return Err(Refusal::field("/amount", detail));
        }
        if balance > Amount::MAX.cents() {
            return Err(Refusal::too_large("/amount"));
        }
        self.adjusted_by(AdjustmentKind::Correction(reason), cents, note, None)
    }

    /// Gives up the balance, or a part of it.
    ///
    /// # Errors
    /// It is not open; more than its balance.
    pub fn write_off(
        &self,
        amount: Option<Amount>,
        reason: WriteOffReason,
        note: Option<Line<200>>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Open], "written off")?;
        if reason == WriteOffReason::Other && note.is_none() {
            return Err(Refusal::field("/note", "expected a note: the reason is \"other\""));
        }
        let given_up = amount.map_or(self.balance(), Amount::cents);
        if given_up > self.balance() {
            let detail = format!("expected at most {}, what is still owed on this invoice", self.balance());
            return Err(Refusal::field("/amount", detail));
        }
        self.adjusted_by(AdjustmentKind::WriteOff(reason), given_up.negated(), note, None)
    }

    /// Takes an adjustment or a write-off back: of a write-off what has not been recovered by payments, of what a refund
    /// made not owed what no failure of a refund has given back.
    ///
    /// # Errors
    /// There is no such adjustment, it was taken back already, or less would be owed than has been paid.
    pub fn reverse_adjustment(&self, number: u16) -> Result<Decision<Self>, Refusal> {
        use InvoiceStatus::{Open, Paid, WrittenOff};
        self.require(&[Open, Paid, WrittenOff], "adjusted")?;
        let known = self.adjustments.iter().find(|made| made.number == number && made.reverses.is_none());
        let made = known.filter(|made| made.is_reversible()).ok_or_else(|| {
            let detail = "only an adjustment or write-off can be taken back, not what took one back or follows a payment";
            Refusal::state("not-reversible", detail)
        })?;
        if self.adjustments.iter().any(|other| other.reverses == Some(number)) {
            return Err(Refusal::state("adjustment-reversed", "this adjustment was taken back already"));
        }
        let cents = match made.kind {
            AdjustmentKind::WriteOff(_) => made.cents.negated().min(self.written_off()),
            AdjustmentKind::Refund => made.cents.negated().min(self.refunded_away()),
            _ => made.cents.negated(),
        };
        if cents.is_zero() {
            return Err(Refusal::state("recovered", "payments have brought in all of it since"));
        }
        let too_large =
            || Refusal::state("too-large", "more would be owed than one payment can be, 999999.99");
        let balance = self.balance().checked_add(cents).ok_or_else(too_large)?;
        if balance < Cents::ZERO {
            let detail =
                "less would be owed than has been paid; refund the payment or take it off this invoice first";
            return Err(Refusal::state("below-paid", detail));
        }
        if balance > Amount::MAX.cents() {
            return Err(too_large());
        }
        self.adjusted_by(made.kind, cents, None, Some(number))
    }

    /// Places the balance with an agency. It stays owed and shown.
    ///
    /// # Errors
    /// It is not open.
    pub fn send_to_collections(&self) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Open], "sent to collections")?;
        Ok(self.placed(InvoiceStatus::InCollections, EventKind::InvoicePlaced { cents: self.balance() }))
    }

    /// Takes the balance back from the agency.
    ///
    /// # Errors
    /// It is not in collections.
    pub fn reverse_collections(&self) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::InCollections], "taken back from collections")?;
        Ok(self.placed(InvoiceStatus::Open, EventKind::InvoiceTakenBack { cents: self.balance() }))
    }

    fn placed(&self, status: InvoiceStatus, event: EventKind) -> Decision<Self> {
        let placed = Self { status, ..self.clone() };
        let postings = vec![
            Posting::debit(placed.receivable(), self.balance()),
            Posting::credit(self.receivable(), self.balance()),
        ];
        Decision::of(placed, event).with_postings(postings)
    }

    fn adjusted_by(
        &self,
        kind: AdjustmentKind,
        cents: Cents,
        note: Option<Line<200>>,
        reverses: Option<u16>,
    ) -> Result<Decision<Self>, Refusal> {
        if self.adjustments.len() >= MAX_ADJUSTMENTS {
            let detail = format!("an invoice holds at most {MAX_ADJUSTMENTS} adjustments");
            return Err(Refusal::state("too-many-adjustments", detail));
        }
        let mut adjusted = self.clone();
        let number = adjusted.add_adjustment(kind, cents, note, reverses);
        if matches!(kind, AdjustmentKind::WriteOff(_)) && adjusted.balance().is_zero() {
            adjusted.status = InvoiceStatus::WrittenOff;
        }
        let postings = adjusted.adjustments.last().map(|made| made.postings(self.receivable(), false));
        let postings = postings.into_iter().flatten().collect();
        let adjusted = adjusted.settled();
        let event = EventKind::InvoiceAdjusted { number, kind, cents, balance_cents: adjusted.balance() };
        Ok(Decision::of(adjusted, event).with_postings(postings))
    }

    pub(super) fn add_adjustment(
        &mut self,
        kind: AdjustmentKind,
        cents: Cents,
        note: Option<Line<200>>,
        reverses: Option<u16>,
    ) -> u16 {
        let number = self.adjustments.last().map_or(1, |last| last.number.saturating_add(1));
        self.adjustments.push(Adjustment { number, kind, cents, note, reverses });
        number
    }
}

#[cfg(test)]
mod tests;
