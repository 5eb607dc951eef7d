//! Patients and treatments.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use paywell_domain::{
    Language, PatientId,
    on_file::ConsentGiven,
    patient::{Contact, EmailAddress, Guarantor, PatientDetails, Phone},
    recipient::Channel,
    standing::ReplyMeans,
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

impl From<NewGuarantor> for Guarantor {
    fn from(new: NewGuarantor) -> Self {
        Self { first_name: new.first_name, contact: Contact { email: new.email, phone: new.phone } }
    }
}

impl From<CreatePatient> for PatientDetails {
    fn from(new: CreatePatient) -> Self {
        Self {
            external_id: new.external_id,
            first_name: new.first_name,
            last_name: new.last_name,
            birth_date: new.birth_date,
            postal_code: new.postal_code,
            contact: Contact { email: new.email, phone: new.phone },
            guarantor: new.guarantor.map(Into::into),
            time_zone: new.time_zone,
            language: new.language,
            deceased: new.deceased,
        }
    }
}

/// Corrections of a patient's record. What is left out stays; null takes it away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPatient {
    /// The id of the practice's other systems.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Line<60>>)]
    pub external_id: Option<Option<Line<60>>>,
    /// From 1880-01-01 to today.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub birth_date: Option<NaiveDate>,
    /// Where the patient lives.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Line<12>>)]
    pub postal_code: Option<Option<Line<12>>>,
    /// Where mail goes.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<EmailAddress>)]
    pub email: Option<Option<EmailAddress>>,
    /// In international form. A consent to texts is for the number for which it was given.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Phone>)]
    pub phone: Option<Option<Phone>>,
    /// Who is responsible for paying, if not the patient. Where somebody else lives, and what they read, is not known until
    /// it is said with it.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<NewGuarantor>)]
    pub guarantor: Option<Option<NewGuarantor>>,
    /// IANA time zone of whoever gets the messages.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>, example = "America/New_York")]
    pub time_zone: Option<Option<Tz>>,
    /// What whoever gets the messages reads.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Language>)]
    pub language: Option<Option<Language>>,
    /// Nothing is sent about a patient who has died.
    #[serde(default)]
    pub deceased: Option<bool>,
}

impl EditPatient {
    /// The record with the corrections.
    pub(crate) fn apply(self, details: &PatientDetails) -> PatientDetails {
        let (before, same_reader) = (details.clone(), self.guarantor.is_none());
        let guarantor = match self.guarantor {
            Some(given) => given.map(Into::into),
            None => before.guarantor,
        };
        let contact = Contact {
            email: self.email.unwrap_or(before.contact.email),
            phone: self.phone.unwrap_or(before.contact.phone),
        };
        PatientDetails {
            external_id: self.external_id.unwrap_or(before.external_id),
            first_name: before.first_name,
            last_name: before.last_name,
            birth_date: self.birth_date.unwrap_or(before.birth_date),
            postal_code: self.postal_code.unwrap_or(before.postal_code),
            contact,
            guarantor,
            time_zone: self.time_zone.unwrap_or(if same_reader { before.time_zone } else { None }),
            language: self.language.unwrap_or(if same_reader { before.language } else { None }),
            deceased: self.deceased.unwrap_or(before.deceased),
        }
    }
}

/// That whoever answers for the bills agreed to texts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextsAgreed {
    /// What was agreed to, word for word.
    pub wording: Line<500>,
    /// How.
    pub given: ConsentGiven,
}

/// Which messages whoever answers for the bills wants, as they told staff.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseMessages {
    /// Whether mail is wanted.
    pub email: bool,
    /// The consent to texts to the number on file; left out or null, there is none, or it is taken back.
    #[serde(default)]
    pub texts: Option<TextsAgreed>,
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

/// What whoever answers for a patient's bills told staff: that they want no more texts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopTexts {
    /// What was said, and how.
    pub spoken: Line<200>,
}

/// A reply that staff have read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadReply {
    /// What it means: `opt_out` ends texts to the number, `other` lets them go on.
    pub means: ReplyMeans,
}

/// That messages reach a contact again from which they came back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftSuppression {
    /// The mail address, or the telephone number.
    pub channel: Channel,
    /// How that is known.
    pub note: Line<200>,
}
