//! Appointments.

use chrono::{DateTime, Utc};
use paywell_domain::{Appointment, AppointmentStatus, Currency};
use paywell_store::Stored;
use serde::Serialize;
use utoipa::ToSchema;

use super::{payments::PaymentView, timeline::TimelineEntry};

/// An appointment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppointmentView {
    /// The id.
    pub id: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// Who comes.
    pub patient_id: String,
    /// When the visit begins (UTC).
    pub starts_at: DateTime<Utc>,
    /// Where.
    pub location: Option<String>,
    /// The course of care that it belongs to.
    pub treatment_id: Option<String>,
    /// The id of the practice's other systems.
    pub external_id: Option<String>,
    /// How it stands.
    pub status: AppointmentStatus,
    /// What it can become.
    pub allowed: Vec<AppointmentStatus>,
    /// What the patient pays of it whatever it comes to.
    pub copay: Option<String>,
    /// The currency of that amount.
    pub currency: Currency,
    /// When the copay is collected, or it is looked what became of that (UTC); none where nothing is to be done.
    pub collect_at: Option<DateTime<Utc>>,
    /// When the patient was asked for it (UTC).
    pub asked_at: Option<DateTime<Utc>>,
    /// The payment by which it is collected.
    pub payment_id: Option<String>,
    /// The link that the patient was sent for it.
    pub link_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl AppointmentView {
    /// The appointment.
    pub fn of(stored: &Stored<Appointment>, currency: Currency) -> Self {
        let appointment = &stored.state;
        let can_become = |next: &AppointmentStatus| appointment.status.can_become(*next);
        Self {
            id: appointment.id.to_string(),
            version: stored.version,
            patient_id: appointment.patient.to_string(),
            starts_at: appointment.starts_at,
            location: appointment.location.as_ref().map(ToString::to_string),
            treatment_id: appointment.treatment.map(|id| id.to_string()),
            external_id: appointment.external_id.as_ref().map(ToString::to_string),
            status: appointment.status,
            allowed: AppointmentStatus::ALL.into_iter().filter(can_become).collect(),
            copay: appointment.copay.map(|copay| copay.to_string()),
            currency,
            collect_at: appointment.collect_at,
            asked_at: appointment.asked_at,
            payment_id: appointment.payment.map(|id| id.to_string()),
            link_id: appointment.link.map(|id| id.to_string()),
            created_at: appointment.created_at,
        }
    }
}

/// An appointment with everything about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppointmentDetail {
    /// The appointment.
    #[serde(flatten)]
    pub appointment: AppointmentView,
    /// The payment by which its copay is collected, as it now stands.
    pub payment: Option<PaymentView>,
    /// Everything that happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the history is as it was written.
    pub history_intact: bool,
}
