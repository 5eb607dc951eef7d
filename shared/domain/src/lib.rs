//! What must be true of a practice's money, with no I/O: types, state machines and decisions.
//!
//! A decision is a pure function of the state, the command and `now`; it returns the new state, the events that
//! say what happened, and the ledger postings that go with it ([`Decision`]). `now` and new ids are arguments.

pub mod appointment;
pub mod event;
pub mod export;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod id;
pub mod invoice;
pub mod invoice_set;
pub mod language;
pub mod ledger;
pub mod link;
pub mod money;
pub mod number;
pub mod on_file;
pub mod patient;
pub mod payment;
pub mod payout;
pub mod plan;
pub mod portal;
pub mod practice;
pub mod proof;
pub mod recipient;
pub mod refusal;
pub mod rule_set;
mod schema;
pub mod standing;
pub mod text;
pub mod treatment;

pub use appointment::{Appointment, AppointmentStatus};
pub use event::{Actor, Event, EventKind};
pub use export::{Export, ExportStatus};
pub use id::{
    AppointmentId, AttemptId, ExportId, InvoiceId, LinkId, PatientId, PaymentId, PlanId, PracticeId,
    RefundId, RuleSetId, SessionId, SetId, SetupId, TreatmentId,
};
pub use invoice::{Invoice, InvoiceStatus};
pub use invoice_set::{InvoiceSet, SetStatus};
pub use language::Language;
pub use ledger::{Account, Collected, JournalEntry, Posting};
pub use link::Link;
pub use money::{Amount, Cents, Currency};
pub use number::Number;
pub use on_file::MethodsOnFile;
pub use patient::Patient;
pub use payment::{Payment, PaymentStatus};
pub use payout::Payout;
pub use plan::PaymentPlan;
pub use portal::PortalSession;
pub use practice::Practice;
pub use refusal::Refusal;
pub use rule_set::RuleSet;
pub use standing::ContactStanding;
pub use treatment::Treatment;

/// What a command changes in one aggregate: its new state, the events that tell it, the money that moved.
///
/// All three are written in the same database transaction, or none is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Decision<S> {
    /// The aggregate after the command.
    pub state: S,
    /// What happened, in order; never empty where something changed.
    pub events: Vec<EventKind>,
    /// The movement of money, summing to zero; empty where none moved.
    pub postings: Vec<Posting>,
}

impl<S> Decision<S> {
    /// A change that moves no money.
    pub fn of(state: S, event: EventKind) -> Self {
        Self { state, events: vec![event], postings: Vec::new() }
    }

    /// The same decision with the money it moves.
    pub fn with_postings(mut self, postings: Vec<Posting>) -> Self {
        self.postings = postings;
        self
    }
}
