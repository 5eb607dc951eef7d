//! A visit that was booked, and what becomes of its copay.

mod change;
mod copay;
mod rule;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use change::Visit;
pub use copay::CopayDue;
pub use rule::{CollectCopays, CopayRule};

use crate::{
    Amount, AppointmentId, Decision, EventKind, LinkId, PatientId, PaymentId, Practice, TreatmentId,
    recipient::Recipient, text::Line,
};

/// How an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// The visit is to come.
    Booked,
    /// It does not take place.
    Cancelled,
    /// The patient did not come.
    NoShow,
    /// It took place.
    Completed,
}

impl AppointmentStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Booked, Self::Cancelled, Self::NoShow, Self::Completed];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
            Self::Completed => "completed",
        }
    }

    /// Whether an appointment of this status can become one of that: a visit that is to come can end in every way, and
    /// what has ended stays so.
    pub const fn can_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Booked, Self::Cancelled | Self::NoShow | Self::Completed))
    }
}

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// Who comes.
    pub patient: PatientId,
    /// When the visit begins (UTC).
    pub starts_at: DateTime<Utc>,
    /// Where; one of the practice's locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Line<16>>,
    /// The course of care that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<TreatmentId>,
    /// The id of the practice's other systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Line<60>>,
    /// What the patient pays of the visit whatever it comes to, in the practice's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copay: Option<Amount>,
    /// How it stands.
    pub status: AppointmentStatus,
    /// The payment by which the copay is collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// The link that the patient was sent for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// When the patient was asked for it (UTC); never a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
    /// When the run is to collect the copay, or to see what became of that (UTC); none where nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

/// What a new appointment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAppointment {
    /// Its id.
    pub id: AppointmentId,
    /// Who comes.
    pub patient: PatientId,
    /// When, where, and with which copay.
    pub visit: Visit,
    /// The course of care that it belongs to.
    pub treatment: Option<TreatmentId>,
    /// The id of the practice's other systems.
    pub external_id: Option<Line<60>>,
}

impl Appointment {
    /// Books a visit. Its copay is collected by the practice's rule of now; of a visit that has begun it is not.
    pub fn book(
        new: NewAppointment,
        practice: &Practice,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let mut booked = Self {
            id: new.id,
            patient: new.patient,
            starts_at: new.visit.starts_at,
            location: new.visit.location,
            treatment: new.treatment,
            external_id: new.external_id,
            copay: new.visit.copay,
            status: AppointmentStatus::Booked,
            payment: None,
            link: None,
            asked_at: None,
            collect_at: None,
            created_at: now,
        };
        booked.collect_at = booked.planned(practice, recipient, now);
        let starts_at = booked.starts_at;
        Decision::of(booked, EventKind::AppointmentBooked { starts_at })
    }

    /// Whether it is what `new` would have become, so that the same upload again changes nothing.
    pub fn is_already(&self, new: &NewAppointment) -> bool {
        let visit = Visit { starts_at: self.starts_at, location: self.location.clone(), copay: self.copay };
        (self.patient, &visit, self.treatment, &self.external_id)
            == (new.patient, &new.visit, new.treatment, &new.external_id)
    }

    /// The practice's day of the visit.
    pub fn day(&self, practice: &Practice) -> NaiveDate {
        practice.today(self.starts_at)
    }

    /// When its copay is collected by the practice's rule (UTC); none where it is not.
    fn planned(
        &self,
        practice: &Practice,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        self.copay.and_then(|_| practice.copays.collect_at(self.starts_at, recipient, now))
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
