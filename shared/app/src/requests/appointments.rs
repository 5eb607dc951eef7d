//! Appointments.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Amount, AppointmentId, AppointmentStatus, PatientId, TreatmentId,
    appointment::{Appointment, NewAppointment, Visit},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A visit that is booked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAppointment {
    /// Who comes.
    pub patient_id: PatientId,
    /// When the visit begins (UTC).
    pub starts_at: DateTime<Utc>,
    /// One of the practice's locations.
    #[serde(default)]
    pub location: Option<Line<16>>,
    /// The course of care that it belongs to; one of the patient's treatments.
    #[serde(default)]
    pub treatment_id: Option<TreatmentId>,
    /// The id of the practice's other systems, unique among its appointments.
    #[serde(default)]
    pub external_id: Option<Line<60>>,
    /// What the patient pays of it whatever it comes to, in the practice's currency; at least 0.50.
    #[serde(default, deserialize_with = "super::optional_amount")]
    #[schema(value_type = Option<String>, example = "30.00")]
    pub copay: Option<Amount>,
}

impl CreateAppointment {
    /// The appointment, under that id.
    pub(crate) fn under(&self, id: AppointmentId) -> NewAppointment {
        let location = self.location.clone();
        NewAppointment {
            id,
            patient: self.patient_id,
            visit: Visit { starts_at: self.starts_at, location, copay: self.copay },
            treatment: self.treatment_id,
            external_id: self.external_id.clone(),
        }
    }
}

/// What becomes of an appointment. What is left out stays; a status is given alone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAppointment {
    /// When the visit begins (UTC).
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// One of the practice's locations; null takes it away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Line<16>>)]
    pub location: Option<Option<Line<16>>>,
    /// At least 0.50; null takes it away, and what was asked for with it.
    #[serde(default, deserialize_with = "super::given_amount")]
    #[schema(value_type = Option<String>, example = "30.00")]
    pub copay: Option<Option<Amount>>,
    /// `cancelled`; from the day of the visit on also `no_show` or `completed`.
    #[serde(default)]
    pub status: Option<AppointmentStatus>,
}

impl EditAppointment {
    /// The visit with the changes.
    pub(crate) fn apply(&self, to: &Appointment) -> Visit {
        Visit {
            starts_at: self.starts_at.unwrap_or(to.starts_at),
            location: self.location.clone().unwrap_or_else(|| to.location.clone()),
            copay: self.copay.unwrap_or(to.copay),
        }
    }

    /// Whether the visit itself is changed.
    pub(crate) const fn moves(&self) -> bool {
        self.starts_at.is_some() || self.location.is_some() || self.copay.is_some()
    }
}
