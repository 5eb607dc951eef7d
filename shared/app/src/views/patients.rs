//! Patients and treatments.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    ContactStanding, Currency, Language, Patient, Treatment,
    invoice_set::Problem,
    on_file::ConsentGiven,
    recipient::{Channel, Recipient, Unreachable},
    standing::{Reply, Standings, Suppression},
};
use paywell_store::{PatientAccount, PatientRow, Stored};
use serde::Serialize;
use utoipa::ToSchema;

/// Which messages whoever answers for the bills wants.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessagesView {
    /// Whether mail is wanted.
    pub email: bool,
    /// The consent to texts, where there is one.
    pub texts: Option<TextConsentView>,
}

/// That whoever answers for the bills agreed to texts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextConsentView {
    /// The number it was given for; where another is on file, none can be texted.
    pub phone: String,
    /// What was agreed to, word for word.
    pub wording: String,
    /// How.
    pub given: ConsentGiven,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// A patient, with what is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PatientView {
    /// The id.
    pub id: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// The id of the practice's other systems.
    pub external_id: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Date of birth.
    pub birth_date: NaiveDate,
    /// Where the patient lives.
    pub postal_code: Option<String>,
    /// Where mail goes.
    pub email: Option<String>,
    /// In international form.
    pub phone: Option<String>,
    /// The given name of whoever is responsible for paying, if not the patient.
    pub guarantor: Option<String>,
    /// IANA time zone, where it is known.
    pub time_zone: Option<String>,
    /// What whoever gets the messages reads, where it is known.
    pub language: Option<Language>,
    /// Whether the patient has died.
    pub deceased: bool,
    /// Which messages are wanted.
    pub messages: MessagesView,
    /// What all open invoices come to.
    pub balance: String,
    /// What is owed and placed with an agency.
    pub in_collections: String,
    /// Money not yet applied to an invoice.
    pub credit: String,
    /// The currency of both.
    pub currency: Currency,
}

impl PatientView {
    /// The patient with balance and credit.
    pub fn of(stored: &Stored<Patient>, account: &PatientAccount, currency: Currency) -> Self {
        let details = &stored.state.details;
        Self {
            id: stored.state.id.to_string(),
            version: stored.version,
            external_id: details.external_id.as_ref().map(ToString::to_string),
            first_name: details.first_name.to_string(),
            last_name: details.last_name.to_string(),
            birth_date: details.birth_date,
            postal_code: details.postal_code.as_ref().map(ToString::to_string),
            email: details.contact.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: details.contact.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            guarantor: details.guarantor.as_ref().map(|guarantor| guarantor.first_name.to_string()),
            time_zone: details.time_zone.map(|zone| zone.name().to_owned()),
            language: details.language,
            deceased: details.deceased,
            messages: MessagesView {
                email: !stored.state.choices.no_email,
                texts: stored.state.choices.texts.as_ref().map(|consent| TextConsentView {
                    phone: consent.phone.as_str().to_owned(),
                    wording: consent.wording.to_string(),
                    given: consent.given,
                    at: consent.at,
                }),
            },
            balance: account.owed.to_string(),
            in_collections: account.in_collections.to_string(),
            credit: account.credit.to_string(),
            currency,
        }
    }
}

/// A patient in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PatientListItem {
    /// The id.
    pub id: String,
    /// The whole name.
    pub name: String,
    /// Date of birth: two patients may have one name.
    pub birth_date: NaiveDate,
    /// The id of the practice's other systems.
    pub external_id: Option<String>,
    /// The patient's telephone numbers, and those of whoever answers for the bills.
    pub phones: Vec<String>,
}

impl PatientListItem {
    /// The row.
    pub fn of(row: &PatientRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.to_string(),
            birth_date: row.birth_date,
            external_id: row.external_id.as_ref().map(ToString::to_string),
            phones: row.phones.iter().map(|phone| phone.as_str().to_owned()).collect(),
        }
    }
}

/// A treatment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TreatmentView {
    /// The id.
    pub id: String,
    /// Whose it was.
    pub patient_id: String,
    /// The id of the practice's other systems.
    pub external_id: Option<String>,
    /// When the service began (UTC).
    pub service_at: DateTime<Utc>,
    /// Who treated.
    pub physician: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Procedure codes.
    pub codes: Vec<String>,
}

impl TreatmentView {
    /// The treatment.
    pub fn of(treatment: &Treatment) -> Self {
        Self {
            id: treatment.id.to_string(),
            patient_id: treatment.patient.to_string(),
            external_id: treatment.external_id.as_ref().map(ToString::to_string),
            service_at: treatment.service_at,
            physician: treatment.physician.as_ref().map(ToString::to_string),
            location: treatment.location.as_ref().map(ToString::to_string),
            codes: treatment.codes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A reply that nobody has read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplyView {
    /// Its number, by which it is read.
    pub number: u32,
    /// When it came (UTC).
    pub at: DateTime<Utc>,
    /// What it says.
    pub text: String,
}

/// Why a message does not go, and what mends it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemView {
    /// The name of the rule, for programs.
    pub rule: String,
    /// What is the matter, and what mends it.
    pub reason: String,
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        Self { rule: problem.rule.to_owned(), reason: problem.reason }
    }
}

/// A contact of whoever answers for a patient's bills, and how it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactView {
    /// The mail address, or the number in international form; none where none is on file.
    pub address: Option<String>,
    /// Why no message goes there; none where one can.
    pub problem: Option<ProblemView>,
    /// Since when its reader wants no texts (UTC).
    pub opted_out_at: Option<DateTime<Utc>>,
    /// Why its provider delivers nothing there.
    pub suppressed: Option<Suppression>,
    /// What was texted from it and nobody has read; until then nothing is texted there.
    pub unread_replies: Vec<ReplyView>,
}

/// The contacts of whoever answers for a patient's bills.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactsView {
    /// Where mail goes.
    pub email: ContactView,
    /// Where texts go.
    pub phone: ContactView,
}

impl ContactsView {
    /// The contacts, as messages see them.
    pub fn of(patient: &Patient, recipient: &Recipient, standings: &Standings) -> Self {
        let contact = patient.responsible_party().1;
        let address = contact.email.as_ref().map(|email| email.as_str().to_owned());
        let number = contact.phone.as_ref().map(|phone| phone.as_str().to_owned());
        Self {
            email: ContactView::of(address, recipient.by(Channel::Email).err(), standings.email.as_ref()),
            phone: ContactView::of(number, recipient.by(Channel::Sms).err(), standings.phone.as_ref()),
        }
    }
}

impl ContactView {
    fn of(address: Option<String>, problem: Option<Unreachable>, standing: Option<&ContactStanding>) -> Self {
        let reply =
            |reply: &Reply| ReplyView { number: reply.number, at: reply.at, text: reply.text.clone() };
        Self {
            address,
            problem: problem.map(|why| ProblemView::from(Problem::from(why))),
            opted_out_at: standing.and_then(|standing| standing.opted_out_at),
            suppressed: standing.and_then(|standing| standing.suppressed),
            unread_replies: standing.map_or_else(Vec::new, |known| known.unread.iter().map(reply).collect()),
        }
    }
}
