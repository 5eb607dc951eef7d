//! Patients and treatments.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use paywell_domain::{
    Language, PatientId,
    patient::{Contact, EmailAddress, Guarantor, PatientDetails, Phone},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who answers for the bills of a minor or dependant; messages go there.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGuarantor {
    /// How the person is greeted.
    pub first_name: Line<60>,
    /// Where mail goes.
    #[serde(default)]
    pub email: Option<EmailAddress>,
    /// In international form.
    #[serde(default)]
    pub phone: Option<Phone>,
}

/// A new patient.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePatient {
    /// The id of the practice's other systems.
    #[serde(default)]
    pub external_id: Option<Line<60>>,
    /// Given name.
    pub first_name: Line<60>,
    /// Family name.
    pub last_name: Line<60>,
    /// From 1880-01-01 to today.
    #[serde(deserialize_with = "super::day")]
    pub birth_date: NaiveDate,
    /// Where the patient lives.
    #[serde(default)]
    pub postal_code: Option<Line<12>>,
    /// Where mail goes.
    #[serde(default)]
    pub email: Option<EmailAddress>,
    /// In international form.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// Who is responsible for paying, if not the patient.
    #[serde(default)]
    pub guarantor: Option<NewGuarantor>,
    /// IANA time zone of whoever gets the messages.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "America/New_York")]
    pub time_zone: Option<Tz>,
    /// What whoever gets the messages reads.
    #[serde(default)]
    pub language: Option<Language>,
    /// Nothing is sent about a patient who has died.
    #[serde(default)]
    pub deceased: bool,
}

impl From<CreatePatient> for PatientDetails {
    fn from(new: CreatePatient) -> Self {
        let guarantor = new.guarantor.map(|guarantor| Guarantor {
            first_name: guarantor.first_name,
            contact: Contact { email: guarantor.email, phone: guarantor.phone },
        });
        Self {
            external_id: new.external_id,
            first_name: new.first_name,
            last_name: new.last_name,
            birth_date: new.birth_date,
            postal_code: new.postal_code,
            contact: Contact { email: new.email, phone: new.phone },
            guarantor,
            time_zone: new.time_zone,
            language: new.language,
            deceased: new.deceased,
        }
    }
}

/// A new treatment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTreatment {
    /// Whose it was.
    pub patient_id: PatientId,
    /// The id of the practice's other systems.
    #[serde(default)]
    pub external_id: Option<Line<60>>,
    /// When the service began (UTC).
    pub service_at: DateTime<Utc>,
    /// Who treated.
    #[serde(default)]
    pub physician: Option<Line<60>>,
    /// One of the practice's locations.
    #[serde(default)]
    pub location: Option<Line<16>>,
    /// Procedure codes.
    #[serde(default)]
    pub codes: Vec<Line<16>>,
}
