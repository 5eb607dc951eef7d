//! What happened, by whom: the audit trail. Each event carries the hash of the one before it.

mod actor;
mod chain;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use actor::Actor;
pub use chain::{Head, chain, verify};

use crate::{
    Amount, AttemptId, Cents, InvoiceId, Language, LinkId, PaymentId, PlanId, RefundId, RuleSetId, SetId,
    SetupId,
    export::{ExportFailure, ExportFormat, ExportList},
    invoice::AdjustmentKind,
    on_file::ConsentGiven,
    payment::{RefundReason, Tender},
    recipient::Channel,
    rule_set::Method,
    standing::{ReplyMeans, Suppression},
    text::Line,
};

/// What happened to one aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant and field says it by its name")]
pub enum EventKind {
    PracticeCreated,
    PracticePresented {
        fields: Vec<String>,
    },
    RuleSetCreated,
    RuleSetAdded {
        rule_set: RuleSetId,
    },
    RuleSetRevised {
        rule_set: RuleSetId,
        version: u32,
    },
    RuleSetArchived {
        rule_set: RuleSetId,
    },
    RuleSetRestored {
        rule_set: RuleSetId,
    },
    PatientCreated,
    PatientEdited {
        fields: Vec<String>,
    },
    MessagesChosen {
        email: bool,
        texts: bool,
        language: Language,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wording: Option<String>,
    },
    TreatmentCreated,
    TextsStopped {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spoken: Option<Line<200>>,
    },
    TextsRestarted,
    HelpTexted,
    ReplyTexted {
        reply: u32,
        text: String,
    },
    ReplyRead {
        reply: u32,
        means: ReplyMeans,
    },
    ContactSuppressed {
        why: Suppression,
    },
    SuppressionLifted {
        note: Line<200>,
    },

    InvoiceCreated,
    InvoiceEdited {
        fields: Vec<String>,
    },
    InvoiceSent {
        emailed: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        texted: bool,
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
    InvoicePutInPlan {
        plan: PlanId,
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
    PaymentTryDeclined {
        attempt: AttemptId,
        reason: String,
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
    PaymentRequestSent {
        by: Vec<Channel>,
    },
    PaymentCancelled,
    PaymentAmended {
        cents: Amount,
        due_date: NaiveDate,
    },
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
    AutopayStarted {
        wording: String,
        given: ConsentGiven,
    },
    AutopayStopped {
        reason: String,
    },

    PortalSignedIn {
        channel: Channel,
    },
    PortalSignedOut,

    PlanCreated {
        plan: PlanId,
        total_cents: Cents,
        instalments: u16,
        wording: String,
        given: ConsentGiven,
    },
    PlanCompleted,
    PlanDefaulted {
        reason: String,
    },
    PlanMethodChanged {
        method: String,
    },
    PlanCancelled {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    InstalmentClaimed {
        instalment: u16,
        payment: PaymentId,
    },
    InstalmentTaken {
        instalment: u16,
        payment: PaymentId,
        cents: Cents,
    },
    InstalmentRefused {
        instalment: u16,
        reason: String,
    },
    InstalmentAnnounced {
        instalment: u16,
        on: NaiveDate,
    },
    InstalmentAnnouncementPutOff {
        instalment: u16,
        until: DateTime<Utc>,
    },
    InstalmentPutOff {
        instalment: u16,
        until: DateTime<Utc>,
        reason: String,
    },

    PayoutSeen {
        status: String,
    },

    ExportAsked {
        list: ExportList,
        format: ExportFormat,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        filters: BTreeMap<String, String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sort: Option<String>,
    },
    ExportTakenUp {
        until: DateTime<Utc>,
    },
    ExportWalked {
        rows: u64,
    },
    ExportReady {
        rows: u64,
        sha256: String,
    },
    ExportFailed {
        reason: ExportFailure,
    },
    ExportAddressGiven {
        until: DateTime<Utc>,
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
    LinkPaidInPart {
        payment: PaymentId,
    },
    LinkUsed {
        payment: PaymentId,
    },

    SetStarted {
        set: SetId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        will_fail: Option<String>,
    },
    SetWillFail {
        step: u16,
        reason: String,
    },
    SetWillGo,
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Line<200>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    },
    SetResumed,
    SetRuleSetChanged {
        rule_set: RuleSetId,
        version: u32,
    },
    SetCancelled {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Line<200>>,
    },
    SetReversed {
        invoices: Vec<InvoiceId>,
    },
    SetFailed {
        reason: String,
    },
    TaskCreated {
        task: u16,
        step: u16,
        method: Method,
        title: String,
    },
    TaskDone {
        task: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Line<200>>,
    },
    MailSent {
        provider_message: String,
    },
    MailFailed {
        reason: String,
    },
    MailUnknown,
    MailDelivered,
    MailComplained,
    TextSent {
        provider_message: String,
    },
    TextFailed {
        reason: String,
    },
    TextUnknown,
    TextDelivered,
    ReceiptClaimed,
    ReceiptPutOff {
        until: DateTime<Utc>,
    },
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
    MessageDelivered {
        step: u16,
        channel: Channel,
    },
    MessageComplained {
        step: u16,
    },
    MessagePostponed {
        step: u16,
        until: DateTime<Utc>,
        reason: String,
    },
    ChargeClaimed {
        step: u16,
        payment: PaymentId,
    },
    ChargeFailed {
        step: u16,
        reason: String,
    },
    AutopayClaimed {
        payment: PaymentId,
    },
    AutopayPutOff {
        until: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    AutopayEnded {
        reason: String,
    },
    ChargePostponed {
        step: u16,
        until: DateTime<Utc>,
        reason: String,
    },

    AppointmentBooked {
        starts_at: DateTime<Utc>,
    },
    AppointmentChanged {
        fields: Vec<String>,
    },
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentCompleted,
    CopayRequested {
        payment: PaymentId,
        link: LinkId,
        by: Channel,
    },
    CopayHoldStarted {
        payment: PaymentId,
    },
    CopayHeld {
        payment: PaymentId,
    },
    CopayReleased {
        payment: PaymentId,
    },
    CopayTaken {
        payment: PaymentId,
    },
    CopayPutOff {
        until: DateTime<Utc>,
        reason: String,
    },
    CopayNotCollected {
        reason: String,
    },
    CopayConcluded,
}

impl EventKind {
    /// An invoice goes out, with its link by these channels.
    pub(crate) fn invoice_sent(by: &[Channel]) -> Self {
        Self::InvoiceSent { emailed: by.contains(&Channel::Email), texted: by.contains(&Channel::Sms) }
    }

    /// The refund that it is of.
    pub const fn refund(&self) -> Option<RefundId> {
        match self {
            Self::RefundRequested { refund, .. }
            | Self::RefundAccepted { refund, .. }
            | Self::RefundSucceeded { refund }
            | Self::RefundFailed { refund, .. } => Some(*refund),
            _ => None,
        }
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
