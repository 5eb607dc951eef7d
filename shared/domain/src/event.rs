//! What happened, by whom: the audit trail. Each event carries the hash of the one before it.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Amount, AttemptId, Cents, InvoiceId, LinkId, PaymentId, RefundId, SetId, SetupId,
    invoice::AdjustmentKind,
    on_file::ConsentGiven,
    payment::{RefundReason, Tender},
    rule_set::Method,
};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A member of the practice's staff.
    Staff {
        /// The user's id at the token issuer.
        user: String,
    },
    /// A patient who holds a link.
    Patient {
        /// The link.
        link: LinkId,
    },
    /// The payment processor.
    Processor {
        /// The processor's event.
        event: String,
    },
    /// The nightly run.
    Schedule,
    /// An import by the practice's operator.
    Import,
}

impl Actor {
    /// The scope of idempotency keys: two actors may use the same key for different commands.
    pub fn scope(&self) -> String {
        match self {
            Self::Staff { user } => user.clone(),
            Self::Patient { link } => link.to_string(),
            Self::Processor { .. } => "processor".to_owned(),
            Self::Schedule => "schedule".to_owned(),
            Self::Import => "import".to_owned(),
        }
    }
}

/// What happened to one aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant and field says it by its name")]
pub enum EventKind {
    PracticeCreated,
    RuleSetCreated,
    PatientCreated,
    TreatmentCreated,

    InvoiceCreated,
    InvoiceEdited {
        fields: Vec<String>,
    },
    InvoiceSent {
        emailed: bool,
    },
    InvoicePostedToPortal,
    InvoiceReminded,
    InvoiceDeleted,
    InvoiceVoided,
    InvoiceAdjusted {
        number: u16,
        kind: AdjustmentKind,
        cents: Cents,
        balance_cents: Cents,
    },
    InvoicePlaced {
        cents: Cents,
    },
    InvoiceTakenBack {
        cents: Cents,
    },
    PaymentApplied {
        payment: PaymentId,
        number: String,
        cents: Amount,
        balance_cents: Cents,
    },
    PaymentUnapplied {
        payment: PaymentId,
        number: String,
        cents: Amount,
        owed_again: bool,
        balance_cents: Cents,
    },

    PaymentCreated,
    PaymentRecorded {
        tender: Tender,
        received_on: NaiveDate,
    },
    PaymentAttempted {
        attempt: AttemptId,
    },
    PaymentSessionOpened {
        attempt: AttemptId,
        session: String,
    },
    PaymentSessionToExpire {
        attempt: AttemptId,
    },
    PaymentSessionExpired {
        attempt: AttemptId,
    },
    PaymentProcessing {
        attempt: AttemptId,
    },
    PaymentSucceeded {
        attempt: AttemptId,
        processor_payment: String,
    },
    PaymentFailed {
        attempt: AttemptId,
        reason: String,
    },
    PaymentRequested,
    PaymentCancelled,
    PaymentAllocated {
        unapplied_cents: Cents,
    },
    PaymentChargeCreated {
        attempt: AttemptId,
        processor_payment: String,
    },
    PaymentAuthorised {
        attempt: AttemptId,
        processor_payment: String,
    },
    PaymentCaptureRequested {
        attempt: AttemptId,
        cents: Amount,
    },
    PaymentVoidRequested {
        attempt: AttemptId,
    },
    PaymentVoided {
        attempt: AttemptId,
    },
    PaymentReturned {
        dispute: String,
        cents: Amount,
        reason: String,
    },
    ProcessorAsked {
        times: u8,
    },
    RefundRequested {
        refund: RefundId,
        cents: Amount,
        reason: RefundReason,
    },
    RefundAccepted {
        refund: RefundId,
        processor_refund: String,
    },
    RefundSucceeded {
        refund: RefundId,
    },
    RefundFailed {
        refund: RefundId,
        reason: Option<String>,
    },
    DisputeOpened {
        dispute: String,
        cents: Amount,
        reason: String,
    },
    DisputeWon {
        dispute: String,
    },
    DisputeLost {
        dispute: String,
    },

    MethodSetupStarted {
        setup: SetupId,
        wording: String,
        given: ConsentGiven,
    },
    MethodAdded {
        method: String,
        shown: String,
    },
    MethodConsented {
        method: String,
        setup: SetupId,
    },
    MethodChanged {
        method: String,
        shown: String,
    },
    MethodUnusable {
        method: String,
        reason: String,
    },
    MethodRemoved {
        method: String,
    },
    MethodMadeDefault {
        method: String,
    },
    CustomerCreated {
        customer: String,
    },

    PayoutSeen {
        status: String,
    },

    LinkIssued {
        expires_at: DateTime<Utc>,
    },
    LinkOpened,
    LinkRenewed {
        expires_at: DateTime<Utc>,
    },
    LinkRevoked,
    LinkPaymentStarted {
        payment: PaymentId,
    },
    LinkUsed {
        payment: PaymentId,
    },

    SetStarted {
        set: SetId,
    },
    SetInvoiceJoined {
        invoice: InvoiceId,
    },
    SetInvoicesSettled {
        invoices: Vec<InvoiceId>,
    },
    SetInvoicesJoined {
        invoices: Vec<InvoiceId>,
    },
    SetBalanceChanged {
        outstanding_cents: Cents,
    },
    SetPaid,
    SetWrittenOff,
    SetPlaced,
    SetExpired,
    SetPaused {
        reason: String,
    },
    SetFailed {
        reason: String,
    },
    MailSent {
        provider_message: String,
    },
    MailFailed {
        reason: String,
    },
    MailUnknown,
    MessageClaimed {
        step: u16,
        method: Method,
        link: LinkId,
    },
    MessageSent {
        step: u16,
        provider_message: String,
    },
    MessageFailed {
        step: u16,
        reason: String,
    },
    MessageUnknown {
        step: u16,
    },
    MessagePostponed {
        step: u16,
        until: DateTime<Utc>,
        reason: String,
    },
}

/// The SHA-256 of an event and all before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head([u8; 32]);

impl Head {
    /// Before the first event.
    pub const GENESIS: Self = Self([0; 32]);
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes.and_then(|b| b.try_into().ok()).map(Self).ok_or("expected the base64url of 32 bytes")
    }
}

/// An event as it is kept: its text is hashed, so the text is what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The aggregate, by the key it is stored under.
    pub of: String,
    /// 1 for the aggregate's first event; also the aggregate's version after it.
    pub seq: u64,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// From which request.
    pub request: String,
    /// What.
    pub kind: EventKind,
}

impl Event {
    /// The text that is stored and hashed.
    ///
    /// # Errors
    /// None in practice: every event is plain data.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The hash of an event's text after the hash of the event before it.
pub fn chain(previous: Head, text: &str) -> Head {
    Head(Sha256::new().chain_update(previous.0).chain_update(text.as_bytes()).finalize().into())
}

/// Where a chain of stored events, in order, departs from what was written.
///
/// # Errors
/// The sequence number of the first event that was edited, removed or moved, or one past the last where the end was
/// cut off (`head` is kept with the aggregate).
pub fn verify<'a>(texts: impl IntoIterator<Item = (&'a str, Head)>, head: Head) -> Result<(), u64> {
    let mut previous = Head::GENESIS;
    let mut next = 1_u64;
    for (text, hash) in texts {
        let seq = serde_json::from_str::<Event>(text).map(|event| event.seq);
        if chain(previous, text) != hash || seq.ok() != Some(next) {
            return Err(next);
        }
        previous = hash;
        next = next.saturating_add(1);
    }
    if previous == head { Ok(()) } else { Err(next) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(n: u64) -> (Vec<(String, Head)>, Head) {
        let mut head = Head::GENESIS;
        let events = (1..=n).map(|seq| {
            let event = Event {
                of: "INVOICE#prac_a#inv_b".to_owned(),
                seq,
                at: DateTime::UNIX_EPOCH,
                actor: Actor::Schedule,
                request: "r".to_owned(),
                kind: EventKind::InvoiceReminded,
            };
            let text = event.text().unwrap();
            head = chain(head, &text);
            (text, head)
        });
        (events.collect(), head)
    }

    fn check(events: &[(String, Head)], head: Head) -> Result<(), u64> {
        verify(events.iter().map(|(text, hash)| (text.as_str(), *hash)), head)
    }

    #[test]
    fn an_untouched_chain_verifies() {
        let (events, head) = history(5);
        assert_eq!(check(&events, head), Ok(()));
        assert_eq!(check(&[], Head::GENESIS), Ok(()));
    }

    #[test]
    fn an_edit_a_deletion_a_reordering_and_a_truncation_are_found() {
        let (events, head) = history(5);
        let mut edited = events.clone();
        edited[2].0 = edited[2].0.replace("inv_b", "inv_c");
        assert_eq!(check(&edited, head), Err(3));
        let mut removed = events.clone();
        removed.remove(1);
        assert_eq!(check(&removed, head), Err(2));
        let mut swapped = events.clone();
        swapped.swap(1, 2);
        assert_eq!(check(&swapped, head), Err(2));
        assert_eq!(check(&events[..4], head), Err(5));
    }

    #[test]
    fn a_head_has_a_text_form() {
        let (_, head) = history(2);
        assert_eq!(head.to_string().parse::<Head>(), Ok(head));
    }
}
