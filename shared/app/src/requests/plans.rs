//! Payment plans.

use chrono::NaiveDate;
use paywell_domain::{
    Amount, InvoiceId, PatientId, Refusal,
    plan::{Every, Schedule},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::methods::NewConsent;

/// A payment plan for all that is owed on some invoices of a patient; with a `schedule` or with `instalments`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePlan {
    /// Whose.
    pub patient_id: PatientId,
    /// What is paid by it: 1 to 25 open invoices of the patient.
    #[schema(min_items = 1, max_items = 25)]
    pub invoice_ids: Vec<InvoiceId>,
    /// The method on file that is charged; the patient's default if left out.
    #[serde(default)]
    pub method_id: Option<Line<255>>,
    /// That the patient agrees to these charges; the wording names every amount that is charged, such as `41.67`.
    pub consent: NewConsent,
    /// Instalments that are as even as cents allow.
    #[serde(default)]
    pub schedule: Option<EvenSchedule>,
    /// Instalments as they are listed: 1 to 60, in order of their days, each at least 1.00, in all what is owed.
    #[serde(default)]
    #[schema(max_items = 60)]
    pub instalments: Option<Vec<NewInstalment>>,
}

/// Instalments that are as even as cents allow.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvenSchedule {
    /// How many.
    #[schema(minimum = 1, maximum = 60)]
    pub count: u16,
    /// How far apart.
    pub every: Interval,
    /// The practice's day on which the first is charged, today or within 60 days.
    #[serde(deserialize_with = "super::day")]
    pub first_on: NaiveDate,
}

/// How far instalments are apart.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// A week.
    Week,
    /// Two weeks.
    TwoWeeks,
    /// A month: the same day of each, or its last.
    Month,
}

/// An instalment.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInstalment {
    /// The practice's day on which it is charged.
    #[serde(deserialize_with = "super::day")]
    pub on: NaiveDate,
    /// How much.
    #[serde(deserialize_with = "super::amount")]
    pub amount: Amount,
}

/// A change of a plan.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPlan {
    /// The method on file that is charged from now on.
    pub method_id: Line<255>,
}

/// That a plan is ended.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelPlan {
    /// Why.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub note: Option<Line<200>>,
}

impl CreatePlan {
    /// The instalments, as they are written.
    ///
    /// # Errors
    /// Both ways of writing them, or none.
    pub(crate) fn schedule(&self) -> Result<Schedule, Refusal> {
        match (&self.schedule, &self.instalments) {
            (Some(even), None) => Ok(Schedule::Even {
                count: even.count.into(),
                every: match even.every {
                    Interval::Week => Every::Week,
                    Interval::TwoWeeks => Every::TwoWeeks,
                    Interval::Month => Every::Month,
                },
                first_on: even.first_on,
            }),
            (None, Some(listed)) => {
                Ok(Schedule::Listed(listed.iter().map(|part| (part.on, part.amount)).collect()))
            }
            (None, None) => Err(Refusal::field("/schedule", "required: a schedule, or instalments")),
            (Some(_), Some(_)) => {
                Err(Refusal::field("/instalments", "expected either a schedule or instalments, not both"))
            }
        }
    }
}
