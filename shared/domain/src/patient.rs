//! Who is owed care and owes money, and how to reach them.

mod choices;

use std::fmt;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use choices::{MessageChoices, TextConsent};

use crate::{Decision, EventKind, Language, PatientId, Refusal, text::Line};

/// An email address that can be written to: one `@`, a dotted domain, no spaces, at most 254 characters (RFC 5321).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const EXPECTED: &str = "expected an email address such as \"ada@example.com\"";
        let (local, domain) = text.rsplit_once('@').ok_or(EXPECTED)?;
        let local_ok = (1..=64).contains(&local.len())
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
        if local_ok && domain_ok && text.len() <= 254 { Ok(Self(text)) } else { Err(EXPECTED) }
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// A telephone number in international form (E.164): `+` and 8 to 15 digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// The number, as in `+16175550123`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a person types, however it is grouped; ten digits are North American.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let grouping = |c: char| c.is_ascii_digit() || "+-.()/ \u{a0}".contains(c);
        let country = if text.starts_with('+') || digits.len() != 10 { "+" } else { "+1" };
        text.chars().all(grouping).then(|| Self::try_from(format!("{country}{digits}")).ok())?
    }

    /// As people read it: North American numbers in their own grouping, others as they are.
    pub fn for_people(&self) -> String {
        match (self.0.strip_prefix("+1"), self.0.get(2..5), self.0.get(5..8), self.0.get(8..)) {
            (Some(national), Some(area), Some(exchange), Some(line)) if national.len() == 10 => {
                format!("({area}) {exchange}-{line}")
            }
            _ => self.0.clone(),
        }
    }
}

impl TryFrom<String> for Phone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (8..=15).contains(&digits.len()) {
            Ok(Self(text))
        } else {
            Err("expected a telephone number in international form such as \"+16175550123\"")
        }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// How somebody is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Where mail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Where calls and texts go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// Who answers for the bills of a minor or dependant; messages go here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarantor {
    /// How the person is greeted.
    pub first_name: Line<60>,
    /// How the person is reached.
    pub contact: Contact,
}

/// What staff say of a patient, when they make or correct the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientDetails {
    /// The id of the practice's other systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Line<60>>,
    /// Given name; the only name in messages.
    pub first_name: Line<60>,
    /// Family name.
    pub last_name: Line<60>,
    /// Asked on the pay page.
    pub birth_date: NaiveDate,
    /// Asked on the pay page, where the practice chose that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<12>>,
    /// How the patient is reached.
    pub contact: Contact,
    /// Who is responsible for paying, if not the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guarantor: Option<Guarantor>,
    /// Where the recipient of messages lives; unknown keeps the practice's hours for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Tz>,
    /// What the recipient of messages reads, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Nothing is sent about a patient who has died.
    #[serde(default)]
    pub deceased: bool,
}

impl PatientDetails {
    fn require_birth_date(&self, today: NaiveDate) -> Result<(), Refusal> {
        let earliest = NaiveDate::from_ymd_opt(1880, 1, 1).unwrap_or(NaiveDate::MIN);
        if self.birth_date > today || self.birth_date < earliest {
            return Err(Refusal::field("/birth_date", "expected a date from 1880-01-01 to today"));
        }
        Ok(())
    }

    /// The names of the fields in which another record differs.
    fn changed(&self, other: &Self) -> Vec<String> {
        let fields = [
            ("external_id", self.external_id != other.external_id),
            ("first_name", self.first_name != other.first_name),
            ("last_name", self.last_name != other.last_name),
            ("birth_date", self.birth_date != other.birth_date),
            ("postal_code", self.postal_code != other.postal_code),
            ("email", self.contact.email != other.contact.email),
            ("phone", self.contact.phone != other.contact.phone),
            ("guarantor", self.guarantor != other.guarantor),
            ("time_zone", self.time_zone != other.time_zone),
            ("language", self.language != other.language),
            ("deceased", self.deceased != other.deceased),
        ];
        fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
    }
}

/// A patient of the practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Its id.
    pub id: PatientId,
    /// What staff say of the patient.
    pub details: PatientDetails,
    /// Which messages whoever answers for the bills wants.
    #[serde(default)]
    pub choices: MessageChoices,
}

impl Patient {
    /// Registers a patient.
    ///
    /// # Errors
    /// A birth date after `today` (the practice's date), or before 1880.
    pub fn create(
        id: PatientId,
        details: PatientDetails,
        today: NaiveDate,
    ) -> Result<Decision<Self>, Refusal> {
        details.require_birth_date(today)?;
        Ok(Decision::of(Self { id, details, choices: MessageChoices::default() }, EventKind::PatientCreated))
    }

    /// Corrects what staff say of the patient; the event names the fields, not what they hold.
    ///
    /// # Errors
    /// A birth date after `today` (the practice's date), or before 1880.
    pub fn edit(&self, details: PatientDetails, today: NaiveDate) -> Result<Decision<Self>, Refusal> {
        details.require_birth_date(today)?;
        let fields = self.details.changed(&details);
        let events = if fields.is_empty() { Vec::new() } else { vec![EventKind::PatientEdited { fields }] };
        Ok(Decision { state: Self { details, ..self.clone() }, events, postings: Vec::new() })
    }

    /// The whole name, as staff read it.
    pub fn name(&self) -> String {
        format!("{} {}", self.details.first_name, self.details.last_name)
    }

    /// Who is greeted, and how they are reached: the guarantor where there is one.
    pub fn responsible_party(&self) -> (&Line<60>, &Contact) {
        match &self.details.guarantor {
            Some(guarantor) => (&guarantor.first_name, &guarantor.contact),
            None => (&self.details.first_name, &self.details.contact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_can_be_written_to() {
        for text in ["a@b.co", "first.last+tag@sub.example.org"] {
            assert!(EmailAddress::try_from(text.to_owned()).is_ok(), "{text}");
        }
        for text in [
            "",
            "a",
            "@b.co",
            "a@b",
            "a b@c.co",
            "a@b..co",
            "a@-b.co",
            "a\r\nBcc: x@y.zz@b.co",
            "a@b.co,c@d.ee",
        ] {
            assert!(EmailAddress::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_phone_is_international() {
        let phone = Phone::try_from("+16175550123".to_owned()).unwrap();
        assert_eq!(phone.for_people(), "(617) 555-0123");
        for text in ["6175550123", "+1", "+1617555012a", "+0617555012", "", "+1234567890123456"] {
            assert!(Phone::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_telephone_number_is_known_however_it_is_grouped() {
        let typed = |text: &str| Phone::typed(text);
        for grouped in ["+16175550123", "617-555-0123", "(617) 555 0123", "617.555.0123", "1 617 555 0123"] {
            assert_eq!(typed(grouped).unwrap().as_str(), "+16175550123", "{grouped}");
        }
        for other in ["INV-6175550123", "617555", "MRN 6175550123"] {
            assert!(typed(other).is_none(), "{other}");
        }
        assert_eq!(typed("+49 30 123456").unwrap().as_str(), "+4930123456");
    }

    #[test]
    fn only_a_whole_american_number_is_shown_in_parts() {
        for text in ["+1617555012", "+16175550123456", "+4930123456"] {
            assert_eq!(Phone::try_from(text.to_owned()).unwrap().for_people(), text);
        }
    }

    #[test]
    fn a_birth_date_is_of_somebody_who_may_live() {
        let today = crate::fixtures::today();
        let born = |birth_date: NaiveDate| {
            let details = PatientDetails {
                external_id: None,
                first_name: "Ada".try_into().unwrap(),
                last_name: "Lovelace".try_into().unwrap(),
                birth_date,
                postal_code: None,
                contact: Contact::default(),
                guarantor: None,
                time_zone: None,
                language: None,
                deceased: false,
            };
            Patient::create(PatientId::new(uuid::Uuid::nil()), details, today).is_ok()
        };
        assert!(born(today) && born("1880-01-01".parse().unwrap()));
        assert!(!born(today.succ_opt().unwrap()) && !born("1879-12-31".parse().unwrap()));
    }

    #[test]
    fn a_correction_names_the_fields_and_keeps_their_values_out_of_the_history() {
        let today = crate::fixtures::today();
        let details = crate::fixtures::details(Contact::default());
        let patient =
            Patient::create(PatientId::new(uuid::Uuid::nil()), details.clone(), today).unwrap().state;
        let contact = Contact { email: Some("new@example.com".to_owned().try_into().unwrap()), phone: None };
        let corrected = PatientDetails { contact, deceased: true, ..details.clone() };
        let decision = patient.edit(corrected.clone(), today).unwrap();
        assert_eq!(decision.state.details, corrected);
        let fields = vec!["email".to_owned(), "deceased".to_owned()];
        assert_eq!(decision.events, [EventKind::PatientEdited { fields }]);
        assert!(patient.edit(details.clone(), today).unwrap().events.is_empty(), "nothing changed");
        let unborn = PatientDetails { birth_date: today.succ_opt().unwrap(), ..details };
        assert!(patient.edit(unborn, today).is_err());
    }

    #[test]
    fn contacts_do_not_reach_the_log() {
        let contact = Contact {
            email: Some(EmailAddress::try_from("ada@example.com".to_owned()).unwrap()),
            phone: Some(Phone::try_from("+16175550123".to_owned()).unwrap()),
        };
        let logged = format!("{contact:?}");
        assert!(!logged.contains("ada") && !logged.contains("555"), "{logged}");
    }
}
