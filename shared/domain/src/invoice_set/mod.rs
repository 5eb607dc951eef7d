//! One patient's outstanding charges being chased: which, how far along, and what comes next.

mod act;
mod action;
mod autopay;
mod charge;
mod chase;
mod foresee;
mod plan;
mod task;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use act::{MAX_AT_ONCE, Pause, PauseReason};
pub use action::Action;
pub use chase::{Due, Instead};
pub use foresee::{Foreseen, Problem};
pub use task::{Task, TaskWords};

use crate::{
    Cents, Decision, EventKind, Invoice, InvoiceId, InvoiceStatus, RuleSet, RuleSetId, SetId,
    recipient::Recipient, rule_set::Method, text::Line,
};

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
    /// When a step was done last (UTC): the next one is on another day. Not known of what was done before it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_step_at: Option<DateTime<Utc>>,
    /// The method of the next step that its provider has refused: the step's other method is next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Method>,
    /// The provider's id of the message of the step that was claimed last; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<String>,
    /// Whether there is no message of which more may be heard: the step that was claimed last is staff's to do, or charged what
    /// is owed, or its message has come back or was refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last_was_silent: bool,
    /// What staff are to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// How many tasks it has had.
    #[serde(default)]
    pub tasks_made: u16,
    /// What holds it while it is paused. Not known of what was paused before it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// When the run charges what is due by then (UTC) to the patient's default method, instead of doing a step; none where the
    /// set is not in autopay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autopay_at: Option<DateTime<Utc>>,
    /// What it chased and was given up or placed with an agency, which can be taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<InvoiceId>,
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
            last_step_at: None,
            tried: None,
            last_message: None,
            last_was_silent: false,
            tasks: Vec::new(),
            tasks_made: 0,
            pause: None,
            autopay_at: None,
            given_up: Vec::new(),
        };
        let next_send_at = Some(set.wake_at(rules, recipient, started_on));
        Decision::of(Self { next_send_at, ..set }, EventKind::SetStarted { set: id, will_fail: None })
    }

    /// Other charges of the same patient that are owed again begin with it.
    pub fn with<'a>(decision: Decision<Self>, others: impl Iterator<Item = &'a Invoice>) -> Decision<Self> {
        let Decision { mut state, mut events, postings } = decision;
        let others: Vec<SetInvoice> =
            others.map(|invoice| SetInvoice { invoice: invoice.id, balance: invoice.balance() }).collect();
        if !others.is_empty() {
            let invoices = others.iter().map(|member| member.invoice).collect();
            events.push(EventKind::SetInvoicesJoined { invoices });
            state.invoices.extend(others);
        }
        Decision { state, events, postings }
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

    /// Invoices have changed, each given before and after: whoever paid and however. What is no longer open leaves the set;
    /// what is open again joins it while it is open. With nothing left it has ended, at once. Nothing where none of it is
    /// the set's concern.
    pub fn balances_changed<'a>(
        &self,
        changed: impl Iterator<Item = (&'a Invoice, &'a Invoice)>,
    ) -> Option<Decision<Self>> {
        let mut set = self.clone();
        let (mut settled, mut joined, mut end) = (Vec::new(), Vec::new(), SetStatus::Paid);
        for (before, after) in changed {
            let place = set.invoices.iter().position(|member| member.invoice == after.id);
            match place.and_then(|place| Some((place, set.invoices.get_mut(place)?))) {
                Some((_, member)) if after.is_chaseable() => member.balance = after.balance(),
                Some((place, _)) => {
                    set.invoices.remove(place);
                    settled.push(after.id);
                    if matches!(after.status, InvoiceStatus::InCollections | InvoiceStatus::WrittenOff) {
                        set.given_up.push(after.id);
                    }
                    end = match after.status {
                        InvoiceStatus::InCollections => SetStatus::Collections,
                        InvoiceStatus::WrittenOff if end == SetStatus::Paid => SetStatus::WrittenOff,
                        _ => end,
                    };
                }
                None if set.status.is_open() && after.is_reopened_from(before) => {
                    set.invoices.push(SetInvoice { invoice: after.id, balance: after.balance() });
                    set.given_up.retain(|id| *id != after.id);
                    joined.push(after.id);
                }
                None => {}
            }
        }
        if set == *self {
            return None;
        }
        // One event for all of them: a payment of 25 invoices is still one transaction.
        let mut events = Vec::new();
        if !settled.is_empty() {
            events.push(EventKind::SetInvoicesSettled { invoices: settled });
        }
        if !joined.is_empty() {
            events.push(EventKind::SetInvoicesJoined { invoices: joined });
        }
        if set.invoices.is_empty() && set.status.is_open() {
            set = set.ended(end);
            events.push(match end {
                SetStatus::Collections => EventKind::SetPlaced,
                SetStatus::WrittenOff => EventKind::SetWrittenOff,
                _ => EventKind::SetPaid,
            });
        }
        if events.is_empty() {
            events.push(EventKind::SetBalanceChanged { outstanding_cents: set.outstanding() });
        }
        Some(Decision { state: set, events, postings: Vec::new() })
    }

    /// Whether what is owed again is chased anew by a set of its own: the patient's last one has ended. Charges of a
    /// cancelled set are not chased again unless staff move them.
    pub const fn makes_room(&self) -> bool {
        matches!(self.status, SetStatus::Paid | SetStatus::WrittenOff | SetStatus::Collections)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        PaymentId,
        fixtures::{NOW, amount, number},
        invoice::WriteOffReason,
    };

    fn invoice(n: u128) -> Invoice {
        crate::fixtures::invoice(n, 10_000)
    }

    fn set() -> InvoiceSet {
        crate::fixtures::chased(&invoice(1))
    }

    fn pay(invoice: &Invoice, cents: i64) -> Invoice {
        invoice.apply(PaymentId::new(Uuid::nil()), number(), amount(cents), NOW).unwrap().state
    }

    fn changed(set: &InvoiceSet, before: &Invoice, after: &Invoice) -> Option<Decision<InvoiceSet>> {
        set.balances_changed(std::iter::once((before, after)))
    }

    #[test]
    fn chasing_begins_with_the_first_step_on_its_day() {
        assert_eq!(set().next_send_at, Some("2026-07-01T10:00:00Z".parse().unwrap()));
        assert_eq!(set().outstanding(), Cents::new(10_000));
    }

    #[test]
    fn a_set_is_paid_at_once_when_nothing_is_left() {
        let both = set().join(&invoice(2)).state;
        let part = changed(&both, &invoice(1), &pay(&invoice(1), 4_000)).unwrap();
        assert_eq!(part.state.outstanding(), Cents::new(16_000));
        let one = changed(&both, &invoice(1), &pay(&invoice(1), 10_000)).unwrap().state;
        assert_eq!((one.status, one.invoices.len()), (SetStatus::Active, 1));
        let none = changed(&one, &invoice(2), &pay(&invoice(2), 10_000)).unwrap();
        assert_eq!((none.state.status, none.state.next_send_at), (SetStatus::Paid, None));
        assert_eq!(none.events.last(), Some(&EventKind::SetPaid));
    }

    #[test]
    fn an_invoice_of_no_concern_changes_nothing() {
        assert!(changed(&set(), &invoice(9), &pay(&invoice(9), 10_000)).is_none());
    }

    #[test]
    fn a_cancelled_set_stays_cancelled_when_its_charges_are_paid() {
        let cancelled = InvoiceSet { status: SetStatus::Cancelled, ..set() };
        let paid = changed(&cancelled, &invoice(1), &pay(&invoice(1), 10_000)).unwrap();
        assert_eq!(paid.state.status, SetStatus::Cancelled);
    }

    #[test]
    fn what_is_owed_again_is_chased_again_while_the_set_is_open() {
        let (owed, paid) = (invoice(2), pay(&invoice(2), 10_000));
        for status in SetStatus::ALL {
            let held = InvoiceSet { status, ..set() };
            let joined = changed(&held, &paid, &owed);
            assert_eq!(joined.is_some(), status.is_open(), "{status:?}");
            if let Some(joined) = joined {
                assert_eq!(joined.state.outstanding(), Cents::new(20_000));
                assert_eq!((joined.state.status, joined.state.next_send_at), (status, held.next_send_at));
                assert_eq!(joined.events, [EventKind::SetInvoicesJoined { invoices: vec![owed.id] }]);
            }
        }
        assert!(
            changed(&set(), &owed, &pay(&owed, 1)).is_none(),
            "what was open all along is not its concern"
        );
    }

    #[test]
    fn what_an_agency_collects_or_nobody_does_is_not_chased() {
        let placed = invoice(1).send_to_collections().unwrap().state;
        let given_up = invoice(1).write_off(None, WriteOffReason::BadDebt, None).unwrap().state;
        for (after, end, event) in [
            (&placed, SetStatus::Collections, EventKind::SetPlaced),
            (&given_up, SetStatus::WrittenOff, EventKind::SetWrittenOff),
        ] {
            let ended = changed(&set(), &invoice(1), after).unwrap();
            assert_eq!((ended.state.status, ended.state.next_send_at), (end, None));
            assert_eq!(ended.events.last(), Some(&event));
            let both = set().join(&invoice(2)).state;
            let one = changed(&both, &invoice(1), after).unwrap().state;
            assert_eq!((one.status, one.invoices.len()), (SetStatus::Active, 1));
        }
        let part = invoice(1).write_off(Some(amount(4_000)), WriteOffReason::Courtesy, None).unwrap().state;
        assert_eq!(changed(&set(), &invoice(1), &part).unwrap().state.outstanding(), Cents::new(6_000));
    }

    #[test]
    fn a_set_of_which_a_part_was_placed_ends_as_placed() {
        let both = set().join(&invoice(2)).state;
        let placed = invoice(1).send_to_collections().unwrap().state;
        let given_up = invoice(2).write_off(None, WriteOffReason::BadDebt, None).unwrap().state;
        let (first, second) = (invoice(1), invoice(2));
        for changed in [[(&first, &placed), (&second, &given_up)], [(&second, &given_up), (&first, &placed)]]
        {
            let ended = both.balances_changed(changed.into_iter()).unwrap();
            assert_eq!(ended.state.status, SetStatus::Collections);
        }
    }

    #[test]
    fn a_set_that_has_ended_makes_room_unless_staff_cancelled_it() {
        for status in SetStatus::ALL {
            let ended = !status.is_open() && status != SetStatus::Cancelled;
            assert_eq!(InvoiceSet { status, ..set() }.makes_room(), ended, "{status:?}");
        }
        let started = Decision::of(set(), EventKind::SetPaid);
        let begun = InvoiceSet::with(started, [invoice(2), invoice(3)].iter());
        assert_eq!((begun.state.outstanding(), begun.events.len()), (Cents::new(30_000), 2));
    }
}
