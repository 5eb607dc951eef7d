//! One patient's outstanding charges being chased: which, how far along, and what comes next.

mod action;
mod chase;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use action::Action;
pub use chase::{Due, QUIET_FROM, QUIET_UNTIL, Recipient, SEND_AT};

use crate::{Cents, Decision, EventKind, Invoice, InvoiceId, RuleSet, RuleSetId, SetId, text::Line};

/// How a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetStatus {
    /// Being chased.
    Active,
    /// On hold.
    Paused,
    /// The sequence is done and a balance is left.
    Expired,
    /// A message could not be delivered and no other way is left.
    Failed,
    /// Active, but the next message is predicted to fail.
    WillFail,
    /// Nothing is owed any more.
    Paid,
    /// Staff ended the chase.
    Cancelled,
    /// Given up as uncollectable.
    WrittenOff,
    /// With an agency.
    Collections,
}

impl SetStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Active,
        Self::Paused,
        Self::Expired,
        Self::Failed,
        Self::WillFail,
        Self::Paid,
        Self::Cancelled,
        Self::WrittenOff,
        Self::Collections,
    ];

    /// The name in the API and in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::WillFail => "will_fail",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::WrittenOff => "written_off",
            Self::Collections => "collections",
        }
    }

    /// Whether new charges of the patient join it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Paused | Self::Expired | Self::Failed | Self::WillFail)
    }

    /// Whether messages go out.
    pub const fn is_chasing(self) -> bool {
        matches!(self, Self::Active | Self::WillFail)
    }
}

/// An invoice of the set, with what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetInvoice {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its balance, always more than nothing.
    pub balance: Cents,
}

/// An invoice set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSet {
    /// Its id, which says whose it is.
    pub id: SetId,
    /// The patient's name, for lists.
    pub patient_name: Line<121>,
    /// How it stands.
    pub status: SetStatus,
    /// The rule set it follows.
    pub rule_set: RuleSetId,
    /// The version it started with.
    pub rule_set_version: u32,
    /// The day from which steps are counted, in the practice's zone.
    pub started_on: NaiveDate,
    /// The step that comes next; past the last one, the expiry.
    pub next_step: u16,
    /// When something is due (UTC); none where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_send_at: Option<DateTime<Utc>>,
    /// What is chased.
    pub invoices: Vec<SetInvoice>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl InvoiceSet {
    /// Starts chasing an invoice of a patient who is not being chased.
    pub fn start(
        id: SetId,
        invoice: &Invoice,
        rules: &RuleSet,
        recipient: &Recipient,
        started_on: NaiveDate,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let set = Self {
            id,
            patient_name: invoice.patient_name.clone(),
            status: SetStatus::Active,
            rule_set: rules.id,
            rule_set_version: rules.version,
            started_on,
            next_step: 0,
            next_send_at: None,
            invoices: vec![SetInvoice { invoice: invoice.id, balance: invoice.balance() }],
            created_at: now,
        };
        let next_send_at = Some(set.wake_at(rules, recipient, started_on));
        Decision::of(Self { next_send_at, ..set }, EventKind::SetStarted { set: id })
    }

    /// A new charge of the same patient joins; when the next message goes does not change. A set that had run out or
    /// failed is not started again by it: staff decide that.
    pub fn join(&self, invoice: &Invoice) -> Decision<Self> {
        let mut joined = self.clone();
        joined.invoices.push(SetInvoice { invoice: invoice.id, balance: invoice.balance() });
        Decision::of(joined, EventKind::SetInvoiceJoined { invoice: invoice.id })
    }

    /// What is left over all its invoices.
    pub fn outstanding(&self) -> Cents {
        self.invoices.iter().fold(Cents::ZERO, |sum, i| sum.checked_add(i.balance).unwrap_or(sum))
    }

    /// Balances of invoices have changed, whoever paid and however; with nothing left the set is paid, at once.
    /// Nothing where none of the invoices is in the set.
    pub fn balances_changed<'a>(&self, changed: impl Iterator<Item = &'a Invoice>) -> Option<Decision<Self>> {
        let mut set = self.clone();
        let mut settled = Vec::new();
        for invoice in changed {
            let Some(member) = set.invoices.iter_mut().find(|member| member.invoice == invoice.id) else {
                continue;
            };
            member.balance = invoice.balance();
            if member.balance.is_zero() {
                settled.push(invoice.id);
            }
        }
        set.invoices.retain(|member| !member.balance.is_zero());
        if set == *self {
            return None;
        }
        // One event for all of them: a payment of 25 invoices is still one transaction.
        let mut events = Vec::new();
        if !settled.is_empty() {
            events.push(EventKind::SetInvoicesSettled { invoices: settled });
        }
        if set.invoices.is_empty() && set.status.is_open() {
            set.status = SetStatus::Paid;
            set.next_send_at = None;
            events.push(EventKind::SetPaid);
        }
        if events.is_empty() {
            events.push(EventKind::SetBalanceChanged { outstanding_cents: set.outstanding() });
        }
        Some(Decision { state: set, events, postings: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use uuid::Uuid;

    use super::*;
    use crate::{
        Currency, Number, PatientId, PaymentId,
        invoice::{Charges, InvoiceLine, Terms},
    };

    fn invoice(n: u128) -> Invoice {
        let line = InvoiceLine {
            number: 1,
            code: None,
            description: "Visit".try_into().unwrap(),
            quantity: 1.try_into().unwrap(),
            unit_price: 10_000.try_into().unwrap(),
            discount: None,
            treatment: None,
        };
        let today = "2026-06-01".parse().unwrap();
        let terms = Terms { location: None, payment_type: None, date: today, term: 30.try_into().unwrap() };
        let patient = (PatientId::new(Uuid::nil()), "Ada Lovelace".try_into().unwrap());
        let charges = Charges { lines: vec![line], discount: None };
        let id = InvoiceId::new(Uuid::from_u128(n));
        let number = Number::new(NonZeroU32::MIN);
        Invoice::create(id, number, patient, Currency::Usd, charges, terms, today, DateTime::UNIX_EPOCH)
            .and_then(|draft| draft.state.send(false, DateTime::UNIX_EPOCH))
            .unwrap()
            .state
    }

    fn set() -> InvoiceSet {
        let rules = RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap();
        let recipient = Recipient {
            first_name: "Ada".try_into().unwrap(),
            email: None,
            zone: chrono_tz::UTC,
            deceased: false,
        };
        let id = SetId { patient: PatientId::new(Uuid::nil()), ordinal: 1 };
        InvoiceSet::start(
            id,
            &invoice(1),
            &rules,
            &recipient,
            "2026-07-01".parse().unwrap(),
            DateTime::UNIX_EPOCH,
        )
        .state
    }

    fn pay(invoice: &Invoice, cents: i64) -> Invoice {
        let number = Number::new(NonZeroU32::MIN);
        invoice.apply(PaymentId::new(Uuid::nil()), number, cents.try_into().unwrap()).unwrap().state
    }

    #[test]
    fn chasing_begins_with_the_first_step_on_its_day() {
        assert_eq!(set().next_send_at, Some("2026-07-01T10:00:00Z".parse().unwrap()));
        assert_eq!(set().outstanding(), Cents::new(10_000));
    }

    #[test]
    fn a_set_is_paid_at_once_when_nothing_is_left() {
        let both = set().join(&invoice(2)).state;
        let part = both.balances_changed([pay(&invoice(1), 4_000)].iter()).unwrap();
        assert_eq!(part.state.outstanding(), Cents::new(16_000));
        let one = both.balances_changed([pay(&invoice(1), 10_000)].iter()).unwrap().state;
        assert_eq!((one.status, one.invoices.len()), (SetStatus::Active, 1));
        let none = one.balances_changed([pay(&invoice(2), 10_000)].iter()).unwrap();
        assert_eq!((none.state.status, none.state.next_send_at), (SetStatus::Paid, None));
        assert_eq!(none.events.last(), Some(&EventKind::SetPaid));
    }

    #[test]
    fn an_invoice_of_no_concern_changes_nothing() {
        assert!(set().balances_changed([pay(&invoice(9), 10_000)].iter()).is_none());
    }

    #[test]
    fn a_cancelled_set_stays_cancelled_when_its_charges_are_paid() {
        let cancelled = InvoiceSet { status: SetStatus::Cancelled, ..set() };
        let paid = cancelled.balances_changed([pay(&invoice(1), 10_000)].iter()).unwrap();
        assert_eq!(paid.state.status, SetStatus::Cancelled);
    }
}
