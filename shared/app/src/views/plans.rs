//! Payment plans.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{Cents, Currency, MethodsOnFile, PaymentPlan, plan::PlanStatus};
use paywell_store::Stored;
use serde::Serialize;
use utoipa::ToSchema;

use super::{methods::ConsentView, timeline::TimelineEntry};

/// An instalment of a plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InstalmentView {
    /// 1 for the first.
    pub number: u16,
    /// The practice's day on which it is charged.
    pub on: NaiveDate,
    /// How much was agreed to.
    pub amount: String,
    /// What was taken of it; none where nothing was yet.
    pub taken: Option<String>,
    /// The payment that charges it, or did last.
    pub payment_id: Option<String>,
    /// How often the bank refused it.
    pub refused: u8,
}

/// A payment plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentPlanView {
    /// The id.
    pub id: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// Whose.
    pub patient_id: String,
    /// How it stands.
    pub status: PlanStatus,
    /// What was agreed to in all.
    pub total: String,
    /// What was taken of it.
    pub taken: String,
    /// The currency.
    pub currency: Currency,
    /// What it pays.
    pub invoice_ids: Vec<String>,
    /// The method on file that is charged.
    pub method_id: String,
    /// What the patient agreed to.
    pub consent: ConsentView,
    /// The instalments, the first one first. Other payments of the same invoices shorten the plan from its end: what is
    /// taken may be less than what was agreed to, and is never more than what is owed.
    pub instalments: Vec<InstalmentView>,
    /// When the next instalment is charged (UTC); none while a charge is under way, and once it has ended.
    pub next_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

/// An instalment that will not be charged as things stand.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanProblem {
    /// Its number.
    pub instalment: u16,
    /// The practice's day on which it is to be charged.
    pub on: NaiveDate,
    /// What is the matter; another method for the plan mends it.
    pub reason: String,
}

/// A payment plan, with everything that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentPlanDetail {
    /// The plan.
    #[serde(flatten)]
    pub plan: PaymentPlanView,
    /// The first instalment to come that will not be charged as things stand; none where each will.
    pub problem: Option<PlanProblem>,
    /// Everything that happened to the patient's plans, in order.
    pub timeline: Vec<TimelineEntry>,
}

impl PlanProblem {
    /// What is foreseen of a plan.
    pub(crate) fn of(plan: &PaymentPlan, methods: &MethodsOnFile) -> Option<Self> {
        let (instalment, why) = plan.foresee(methods)?;
        let (instalment, on) = (instalment.number, instalment.on);
        Some(Self { instalment, on, reason: why.to_owned() })
    }
}

impl PaymentPlanView {
    /// The plan.
    pub fn of(stored: &Stored<PaymentPlan>) -> Self {
        let plan = &stored.state;
        let sum = |parts: &mut dyn Iterator<Item = Cents>| {
            Cents::checked_sum(parts).unwrap_or(Cents::ZERO).to_string()
        };
        let instalments = plan.instalments.iter().map(|instalment| InstalmentView {
            number: instalment.number,
            on: instalment.on,
            amount: instalment.amount.to_string(),
            taken: instalment.taken.map(|cents| cents.to_string()),
            payment_id: instalment.payment.map(|id| id.to_string()),
            refused: instalment.refused,
        });
        Self {
            id: plan.id.to_string(),
            version: stored.version,
            patient_id: plan.id.patient.to_string(),
            status: plan.status,
            total: sum(&mut plan.instalments.iter().map(|instalment| instalment.amount.cents())),
            taken: sum(&mut plan.instalments.iter().filter_map(|instalment| instalment.taken)),
            currency: plan.currency,
            invoice_ids: plan.invoices.iter().map(ToString::to_string).collect(),
            method_id: plan.method.clone(),
            consent: ConsentView::of(&plan.consent),
            instalments: instalments.collect(),
            next_at: plan.next_at,
            created_at: plan.created_at,
        }
    }
}
