//! Writing an invoice: making, editing, deleting.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Discount, Invoice, InvoiceLine, InvoiceStatus, Term};
use crate::{
    Amount, Cents, Currency, Decision, EventKind, InvoiceId, Number, PatientId, Refusal,
    payment::PaymentType, text::Line,
};

/// The most lines an invoice may have: it is one item of the table, and one transaction.
const MAX_LINES: usize = 100;

/// What an invoice bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charges {
    /// The services.
    pub lines: Vec<InvoiceLine>,
    /// A discount on the whole.
    pub discount: Option<Discount>,
}

/// Where, when and how an invoice is to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// One of the practice's locations.
    pub location: Option<Line<16>>,
    /// What kind of payment it asks for.
    pub payment_type: Option<PaymentType>,
    /// Its date, in the practice's zone.
    pub date: NaiveDate,
    /// How many days after that it is due.
    pub term: Term,
}

impl Charges {
    fn check(&self) -> Result<(), Refusal> {
        if self.lines.is_empty() || self.lines.len() > MAX_LINES {
            return Err(Refusal::field("/lines", format!("expected 1 to {MAX_LINES} lines")));
        }
        let total = super::Totals::of(&self.lines, self.discount).total;
        if total > Amount::MAX.cents() {
            return Err(Refusal::too_large("/lines"));
        }
        Ok(())
    }
}

fn check_date(date: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN);
    let latest = today + chrono::Days::new(366);
    if date < earliest || date > latest {
        return Err(Refusal::field("/date", "expected a date from 1900-01-01 to a year from today"));
    }
    Ok(())
}

impl Invoice {
    /// Writes a draft. Nobody owes anything yet.
    ///
    /// # Errors
    /// No lines or too many, a total beyond one payment's bound, a date out of range.
    #[allow(clippy::too_many_arguments, reason = "each is one plain fact of a new invoice")]
    pub fn create(
        id: InvoiceId,
        number: Number,
        (patient, patient_name): (PatientId, Line<121>),
        currency: Currency,
        charges: Charges,
        terms: Terms,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        charges.check()?;
        check_date(terms.date, today)?;
        let invoice = Self {
            id,
            number,
            patient,
            patient_name,
            location: terms.location,
            payment_type: terms.payment_type,
            status: InvoiceStatus::Draft,
            date: terms.date,
            term: terms.term,
            currency,
            lines: charges.lines,
            discount: charges.discount,
            applied: Cents::ZERO,
            adjustments: Vec::new(),
            applied_at: None,
            created_at: now,
            plan: None,
            sent_at: None,
        };
        Ok(Decision::of(invoice, EventKind::InvoiceCreated))
    }

    /// Changes date, term, location or what is billed. An open invoice may lose lines and change its terms; what
    /// is owed changes with it.
    ///
    /// # Errors
    /// Not a draft and not open; new lines on an open invoice; a total below what has been paid.
    pub fn edit(&self, charges: Charges, terms: Terms, today: NaiveDate) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Draft, InvoiceStatus::Open], "edited")?;
        charges.check()?;
        check_date(terms.date, today)?;
        let open = self.status == InvoiceStatus::Open;
        if open && charges.lines.iter().any(|line| !self.lines.contains(line)) {
            let detail = "a sent invoice keeps its lines: they can be deleted, not changed or added; \
                          bill more on a new invoice";
            return Err(Refusal::field("/lines", detail));
        }
        let mut edited = self.clone();
        edited.location = terms.location;
        edited.payment_type = terms.payment_type;
        edited.date = terms.date;
        edited.term = terms.term;
        edited.lines = charges.lines;
        edited.discount = charges.discount;
        if open && edited.balance() < Cents::ZERO {
            let detail =
                "less would be owed than has been paid; refund the payment or take it off this invoice first";
            return Err(Refusal::state("below-paid", detail));
        }
        let fields = self.changed_fields(&edited);
        if fields.is_empty() {
            return Ok(Decision { state: edited, events: Vec::new(), postings: Vec::new() });
        }
        let postings = if open { Self::rebill(&self.totals(), &edited.totals()) } else { Vec::new() };
        let edited = edited.settled();
        Ok(Decision::of(edited, EventKind::InvoiceEdited { fields }).with_postings(postings))
    }

    /// Deletes a draft, or voids an open invoice: gone from portal and links, kept for the audit.
    ///
    /// # Errors
    /// Money has been applied, or it is neither a draft nor open.
    pub fn delete(&self) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Draft, InvoiceStatus::Open], "deleted")?;
        if self.applied.is_positive() {
            let detail = "money has been applied to this invoice; refund the payment or take it off this invoice first";
            return Err(Refusal::state("money-applied", detail));
        }
        let mut gone = self.clone();
        if self.status == InvoiceStatus::Draft {
            gone.status = InvoiceStatus::Deleted;
            return Ok(Decision::of(gone, EventKind::InvoiceDeleted));
        }
        gone.status = InvoiceStatus::Void;
        let mut postings = Self::rebill(&self.totals(), &super::Totals::of(&[], None));
        postings.extend(
            self.adjustments.iter().flat_map(|made| made.postings(crate::Account::PatientReceivable, true)),
        );
        Ok(Decision::of(gone, EventKind::InvoiceVoided).with_postings(postings))
    }

    fn changed_fields(&self, edited: &Self) -> Vec<String> {
        [
            ("location", self.location != edited.location),
            ("payment_type", self.payment_type != edited.payment_type),
            ("date", self.date != edited.date),
            ("term_days", self.term != edited.term),
            ("lines", self.lines != edited.lines),
            ("discount", self.discount != edited.discount),
        ]
        .into_iter()
        .filter(|(_, changed)| *changed)
        .map(|(name, _)| name.to_owned())
        .collect()
    }

    pub(super) fn require(&self, allowed: &[InvoiceStatus], done: &str) -> Result<(), Refusal> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        let names: Vec<String> = allowed.iter().map(|status| status.name().to_owned()).collect();
        let detail = format!("a {} invoice cannot be {done}", self.status.name().replace('_', " "));
        Err(Refusal::not_allowed("invoice-status", detail, names))
    }
}

#[cfg(test)]
mod tests;
