//! Which messages whoever answers for a patient's bills wants.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{EmailAddress, Patient, PatientDetails, Phone};
use crate::{Decision, EventKind, Language, on_file::ConsentGiven, text::Line};

/// That whoever answers for the bills agreed to texts, with the evidence (47 CFR 64.1200(f)(9)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextConsent {
    /// The number it was given for: another number on file has none.
    pub phone: Phone,
    /// What was agreed to, word for word.
    pub wording: Line<500>,
    /// How.
    pub given: ConsentGiven,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// Which messages are wanted. Until somebody chooses: mail, and no texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChoices {
    /// Whether mail is not wanted.
    #[serde(default)]
    pub no_email: bool,
    /// The consent to texts, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<TextConsent>,
}

impl Patient {
    /// Where mail may go.
    pub fn mail_address(&self) -> Option<&EmailAddress> {
        self.responsible_party().1.email.as_ref().filter(|_| !self.choices.no_email)
    }

    /// Where texts may go: the number on file, if it is the one that there is a consent for.
    pub fn text_number(&self) -> Option<&Phone> {
        let number = self.responsible_party().1.phone.as_ref()?;
        self.choices.texts.as_ref().is_some_and(|consent| consent.phone == *number).then_some(number)
    }

    /// Whoever answers for the bills chooses, online or by staff. `texts` is the wording of the consent to texts and how it was
    /// given, none to end it; without a number on file there is nothing to agree to. `language` is what was chosen with it.
    /// The same choices again change nothing, and an earlier consent stays as it was given.
    pub fn choose_messages(
        &self,
        email: bool,
        texts: Option<(Line<500>, ConsentGiven)>,
        language: Option<Language>,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let number = self.responsible_party().1.phone.clone();
        let consent =
            texts.zip(number).map(|((wording, given), phone)| TextConsent { phone, wording, given, at: now });
        let kept = self.choices.texts.clone().filter(|_| self.text_number().is_some());
        let texts = consent.map(|new| kept.unwrap_or(new));
        let choices = MessageChoices { no_email: !email, texts };
        let language = language.or(self.details.language);
        let details = PatientDetails { language, ..self.details.clone() };
        if choices == self.choices && details == self.details {
            return Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() };
        }
        let wording = choices.texts.as_ref().map(|consent| consent.wording.to_string());
        let texts = choices.texts.is_some();
        let event =
            EventKind::MessagesChosen { email, texts, language: language.unwrap_or_default(), wording };
        Decision::of(Self { choices, details, ..self.clone() }, event)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use uuid::Uuid;

    use super::*;
    use crate::{
        Language::{En, Es},
        PatientId, fixtures,
        patient::Contact,
    };

    fn patient() -> Patient {
        let contact = Contact {
            email: Some("ada@example.com".to_owned().try_into().unwrap()),
            phone: Some("+16175550123".to_owned().try_into().unwrap()),
        };
        let id = PatientId::new(Uuid::nil());
        Patient::create(id, fixtures::details(contact), fixtures::today()).unwrap().state
    }

    fn wording() -> (Line<500>, ConsentGiven) {
        ("I agree to texts.".try_into().unwrap(), ConsentGiven::Online)
    }

    #[test]
    fn until_somebody_chooses_there_is_mail_and_no_text() {
        assert!(patient().mail_address().is_some() && patient().text_number().is_none());
    }

    #[test]
    fn mail_that_is_not_wanted_goes_nowhere() {
        let chosen = patient().choose_messages(false, None, Some(En), fixtures::NOW);
        assert!(chosen.state.mail_address().is_none());
        assert_eq!(chosen.events.len(), 1);
        assert!(
            chosen.state.choose_messages(true, None, Some(En), fixtures::NOW).state.mail_address().is_some()
        );
    }

    #[test]
    fn a_consent_is_kept_with_its_evidence_and_for_its_number() {
        let mut agreed = patient().choose_messages(true, Some(wording()), Some(En), fixtures::NOW).state;
        let consent = agreed.choices.texts.clone().unwrap();
        assert_eq!(((consent.wording, consent.given), consent.at), (wording(), fixtures::NOW));
        assert!(agreed.text_number().is_some());
        agreed.details.contact.phone = Some("+16175550199".to_owned().try_into().unwrap());
        assert!(agreed.text_number().is_none(), "nobody agreed for that number");
        let later = fixtures::NOW + Duration::days(1);
        let again = agreed.choose_messages(true, Some(wording()), Some(En), later).state;
        assert_eq!(again.choices.texts.unwrap().at, later, "a new number, a new consent");
    }

    #[test]
    fn the_same_choice_again_changes_nothing() {
        let agreed = patient().choose_messages(true, Some(wording()), Some(En), fixtures::NOW).state;
        let again =
            agreed.choose_messages(true, Some(wording()), Some(En), fixtures::NOW + Duration::days(1));
        assert!(again.events.is_empty() && again.state == agreed);
        let spanish = agreed.choose_messages(true, Some(wording()), Some(Es), fixtures::NOW);
        assert_eq!(spanish.state.details.language, Some(Es));
    }

    #[test]
    fn without_a_number_there_is_nothing_to_agree_to() {
        let mut patient = patient();
        patient.details.contact.phone = None;
        assert!(
            patient
                .choose_messages(true, Some(wording()), Some(En), fixtures::NOW)
                .state
                .choices
                .texts
                .is_none()
        );
    }
}
