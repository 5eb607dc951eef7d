//! Invoice sets.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Currency, InvoiceSet, SetStatus,
    invoice_set::{Action, Foreseen, Pause, PauseReason, Task},
    rule_set::Method,
};
use paywell_store::{SetRow, Stored};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{PatientRef, patients::ProblemView, timeline::TimelineEntry};

/// An invoice of a set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SetInvoiceView {
    /// The invoice.
    pub invoice_id: String,
    /// What is left of it.
    pub balance: String,
}

/// Something that staff are to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    /// Its number in the set, from 1.
    pub number: u16,
    /// The step that asked for it, from 0.
    pub step: u16,
    /// A letter or a call.
    pub method: Method,
    /// What is to be done.
    pub title: String,
    /// How.
    pub message: String,
    /// Since when it is open (UTC).
    pub created_at: DateTime<Utc>,
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        Self {
            number: task.number,
            step: task.step,
            method: task.method,
            title: task.title.clone(),
            message: task.message.clone(),
            created_at: task.created_at,
        }
    }
}

/// What holds a set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PauseView {
    /// Why.
    pub reason: PauseReason,
    /// What staff wrote.
    pub note: Option<String>,
    /// The practice's day on which the set resumes by itself; none where staff are to resume it.
    pub until: Option<NaiveDate>,
}

/// An invoice set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceSetView {
    /// The id.
    pub id: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// Whose charges are chased.
    pub patient: PatientRef,
    /// How it stands.
    pub status: SetStatus,
    /// What staff may do to it.
    pub allowed_actions: Vec<Action>,
    /// What holds it, where it is paused and that is known.
    pub pause: Option<PauseView>,
    /// What is left over all its invoices.
    pub outstanding: String,
    /// The currency.
    pub currency: Currency,
    /// What is chased.
    pub invoices: Vec<SetInvoiceView>,
    /// The rule set it follows.
    pub rule_set_id: String,
    /// The version it started with.
    pub rule_set_version: u32,
    /// The day from which steps are counted.
    pub started_on: NaiveDate,
    /// The step that comes next, from 0.
    pub next_step: u16,
    /// When it is due (UTC).
    pub next_send_at: Option<DateTime<Utc>>,
    /// When what is due is charged by autopay (UTC), instead of a step.
    pub autopay_at: Option<DateTime<Utc>>,
    /// What staff are to do and have not done.
    pub tasks: Vec<TaskView>,
}

/// A coming step, if those before it are done in their time and nothing changes until then.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UpcomingStep {
    /// Which step of the rule set, from 0.
    pub step: u16,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// The step's method.
    pub method: Method,
    /// By which method it will be done: its own, or its fallback; none where it will fail.
    pub sends_by: Option<Method>,
    /// Why not by its own, and what mends that.
    pub problem: Option<ProblemView>,
}

impl From<Foreseen> for UpcomingStep {
    fn from(foreseen: Foreseen) -> Self {
        let Foreseen { step, at, method, sends_by, problem } = foreseen;
        Self { step, at, method, sends_by, problem: problem.map(ProblemView::from) }
    }
}

/// A patient's current invoice set, with everything that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceSetDetail {
    /// The set.
    #[serde(flatten)]
    pub set: InvoiceSetView,
    /// What comes next, as far as it is known now: the next step and every later one. None of a set in which nothing is sent.
    pub upcoming: Vec<UpcomingStep>,
    /// Everything that happened, in order.
    pub timeline: Vec<TimelineEntry>,
}

/// What became of an action on several sets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActionResults {
    /// One for each id, in the order in which they were sent.
    pub results: Vec<ActionResult>,
}

/// What became of an action on one of several sets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActionResult {
    /// The id as it was sent.
    pub id: String,
    /// Whether it was done.
    pub done: bool,
    /// The set's status after it, where it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<SetStatus>,
    /// The set's version after it, where it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Why it was not done: the problem that the action alone would be answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}

impl InvoiceSetView {
    /// The set, in the currency of the practice.
    pub fn of(stored: &Stored<InvoiceSet>, currency: Currency) -> Self {
        let set = &stored.state;
        let member = |i: &paywell_domain::invoice_set::SetInvoice| SetInvoiceView {
            invoice_id: i.invoice.to_string(),
            balance: i.balance.to_string(),
        };
        let pause = |pause: &Pause| PauseView {
            reason: pause.reason,
            note: pause.note.as_ref().map(ToString::to_string),
            until: pause.until,
        };
        Self {
            id: set.id.to_string(),
            version: stored.version,
            patient: PatientRef { id: set.id.patient.to_string(), name: set.patient_name.to_string() },
            status: set.status,
            allowed_actions: Action::allowed(set.status).collect(),
            pause: set.pause.as_ref().map(pause),
            outstanding: set.outstanding().to_string(),
            currency,
            invoices: set.invoices.iter().map(member).collect(),
            rule_set_id: set.rule_set.to_string(),
            rule_set_version: set.rule_set_version,
            started_on: set.started_on,
            next_step: set.next_step,
            next_send_at: set.next_send_at,
            autopay_at: set.autopay_at,
            tasks: set.tasks.iter().map(TaskView::from).collect(),
        }
    }
}

/// An invoice set in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceSetListItem {
    /// The id.
    pub id: String,
    /// Whose charges are chased.
    pub patient: PatientRef,
    /// How it stands.
    pub status: SetStatus,
    /// What staff may do to it.
    pub allowed_actions: Vec<Action>,
    /// What is left over all its invoices.
    pub outstanding: String,
    /// The currency.
    pub currency: Currency,
    /// The rule set it follows.
    pub rule_set_id: String,
    /// When the next message is due (UTC).
    pub next_send_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl InvoiceSetListItem {
    /// The row, in the currency of the practice.
    pub fn of(row: &SetRow, currency: Currency) -> Self {
        Self {
            id: row.id.to_string(),
            patient: PatientRef { id: row.id.patient.to_string(), name: row.patient_name.to_string() },
            status: row.status,
            allowed_actions: Action::allowed(row.status).collect(),
            outstanding: row.outstanding.to_string(),
            currency,
            rule_set_id: row.rule_set.to_string(),
            next_send_at: row.next_send_at,
            created_at: row.created_at,
        }
    }
}
