//! Whom messages about a patient's bills go to: by which ways, and at which hours.

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Language, Patient, Practice, Refusal,
    patient::{EmailAddress, Phone},
    practice::{Calendar, instant},
    rule_set::Window,
    standing::{ContactStanding, Standings},
    text::Line,
};

/// A way of writing to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Electronic mail.
    Email,
    /// A text message.
    #[serde(alias = "text")]
    Sms,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<'a> {
    /// A mail address.
    Email(&'a EmailAddress),
    /// A telephone number.
    Sms(&'a Phone),
}

impl Reach<'_> {
    /// By which channel.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// The address or the number.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(address) => address.as_str(),
            Self::Sms(number) => number.as_str(),
        }
    }
}

/// Why somebody cannot be written to by a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No mail address is on file.
    NoAddress,
    /// They have said that they do not want mail.
    MailNotWanted,
    /// No telephone number is on file.
    NoNumber,
    /// There is no consent to texts to the number on file (47 CFR 64.1200(a)(1)).
    NoConsent,
    /// Where they live is not known, and so not which hours are quiet.
    NoTimeZone,
    /// Whoever reads texts there has ended them: with STOP, in other words, or by telling staff.
    OptedOut,
    /// They have texted something that nobody has read: it may end texts.
    ReplyUnread,
    /// Mail to the address has come back for good.
    Bounced,
    /// The address's reader has complained of our mail.
    Complained,
    /// The number is one that takes no texts.
    TakesNoTexts,
    /// The provider has refused the message.
    Refused,
}

impl Unreachable {
    /// The name of the rule, for programs.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::NoAddress => "no-email-address",
            Self::MailNotWanted => "mail-not-wanted",
            Self::NoNumber => "no-phone-number",
            Self::NoConsent => "no-text-consent",
            Self::NoTimeZone => "no-time-zone",
            Self::OptedOut => "texts-stopped",
            Self::ReplyUnread => "reply-unread",
            Self::Bounced => "mail-bounced",
            Self::Complained => "mail-complained-of",
            Self::TakesNoTexts => "number-takes-no-texts",
            Self::Refused => "message-refused",
        }
    }

    /// What is the matter, and what mends it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoAddress => "no email address; add one to the patient or the guarantor",
            Self::MailNotWanted => {
                "whoever answers for the bills does not want mail; call, or write a letter"
            }
            Self::NoNumber => "no telephone number; add one to the patient or the guarantor",
            Self::NoConsent => {
                "whoever answers for the bills has not agreed to texts to this number; ask, and record the consent"
            }
            Self::NoTimeZone => "the time zone is not known, and texts keep its hours; add it to the patient",
            Self::OptedOut => {
                "texts to this number were ended by its reader; a text of START from it brings them back"
            }
            Self::ReplyUnread => {
                "something was texted from this number that nobody has read; read it, and say what it means"
            }
            Self::Bounced => {
                "mail to this address has come back for good; correct it, or ask and lift the hold"
            }
            Self::Complained => {
                "the reader of this address has complained of mail from us; another address is needed"
            }
            Self::TakesNoTexts => "this number takes no texts; add another one, or ask and lift the hold",
            Self::Refused => "the provider has refused this message; correct the contact, or add another one",
        }
    }
}

impl From<Unreachable> for Refusal {
    fn from(why: Unreachable) -> Self {
        Self::state(why.rule(), why.reason())
    }
}

/// The responsible party of a patient, as messages see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// How they are greeted.
    pub first_name: Line<60>,
    /// Where mail goes, or why none does.
    pub email: Result<EmailAddress, Unreachable>,
    /// Where texts go, or why none does.
    pub phone: Result<Phone, Unreachable>,
    /// What they read: what they chose, else what the practice did, else English.
    pub language: Language,
    /// Their zone; where it is unknown, the practice's.
    pub zone: Tz,
    /// The practice's zone, in which its staff work.
    pub practice_zone: Tz,
    /// The practice's days.
    pub calendar: Calendar,
    /// Whether the patient has died.
    pub deceased: bool,
}

impl Recipient {
    /// The responsible party of a patient; `standings` are those of their contacts.
    pub fn of(patient: &Patient, practice: &Practice, standings: &Standings) -> Self {
        let contact = patient.responsible_party().1;
        let email = match (&contact.email, patient.mail_address()) {
            (None, _) => Err(Unreachable::NoAddress),
            (Some(_), None) => Err(Unreachable::MailNotWanted),
            (Some(_), Some(address)) => Ok(address.clone()),
        };
        let stops = |standing: &Option<ContactStanding>| standing.as_ref().and_then(ContactStanding::stops);
        let phone = match (&contact.phone, patient.text_number(), patient.details.time_zone) {
            (None, ..) => Err(Unreachable::NoNumber),
            (Some(_), None, _) => Err(Unreachable::NoConsent),
            (Some(_), Some(_), None) => Err(Unreachable::NoTimeZone),
            (Some(_), Some(number), Some(_)) => Ok(number.clone()),
        };
        Self {
            first_name: patient.responsible_party().0.clone(),
            email: email.and_then(|email| stops(&standings.email).map_or(Ok(email), Err)),
            phone: phone.and_then(|phone| stops(&standings.phone).map_or(Ok(phone), Err)),
            language: patient.details.language.or(practice.pay_page.language).unwrap_or_default(),
            zone: patient.details.time_zone.unwrap_or(practice.time_zone),
            practice_zone: practice.time_zone,
            calendar: practice.calendar.clone(),
            deceased: patient.details.deceased,
        }
    }

    /// Where a message by this channel goes.
    ///
    /// # Errors
    /// Why none can.
    pub fn by(&self, channel: Channel) -> Result<Reach<'_>, Unreachable> {
        match channel {
            Channel::Email => self.email.as_ref().map(Reach::Email).map_err(|why| *why),
            Channel::Sms => self.phone.as_ref().map(Reach::Sms).map_err(|why| *why),
        }
    }

    /// Where a message goes that somebody asks for now: staff, at any hour by mail, but no text in the quiet hours.
    ///
    /// # Errors
    /// None can go by this channel; it is a quiet hour; the patient has died.
    pub fn now_by(&self, channel: Channel, now: DateTime<Utc>) -> Result<Reach<'_>, Refusal> {
        if self.deceased {
            return Err(Refusal::state("patient-deceased", "the patient has died; messages are on hold"));
        }
        let reach = self.by(channel)?;
        if channel == Channel::Sms {
            self.require_waking(now)?;
        }
        Ok(reach)
    }

    /// Whether it is no quiet hour.
    ///
    /// # Errors
    /// It is one.
    pub(crate) fn require_waking(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if !self.is_quiet(now) {
            return Ok(());
        }
        let there = now.with_timezone(&self.zone).format("%H:%M");
        let detail =
            format!("it is {there} where the reader lives, and may be sent from 08:00 to 21:00 there");
        Err(Refusal::state("quiet-hours", detail))
    }

    /// Where a message goes whose channel nobody has chosen: to the mail address, else by text. None where neither can be, or
    /// the patient has died.
    pub(crate) fn reach(&self) -> Option<Reach<'_>> {
        let reach = self.by(Channel::Email).or_else(|_| self.by(Channel::Sms)).ok();
        reach.filter(|_| !self.deceased)
    }

    /// Where a message goes that its reader waits for: to the mail address, at any hour, else by text outside the quiet hours.
    pub fn preferred(&self, now: DateTime<Utc>) -> Option<Reach<'_>> {
        self.now_by(Channel::Email, now).or_else(|_| self.now_by(Channel::Sms, now)).ok()
    }

    /// The next time at which messages are planned (UTC): 10:00 where the recipient lives.
    pub(crate) fn next_send_time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.next_start(Window::default(), now)
    }

    /// When a window begins next (UTC), where the recipient lives.
    pub(crate) fn next_start(&self, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = now.with_timezone(&self.zone);
        let today = local.date_naive();
        let date = if local.time() < window.start() { today } else { today + Days::new(1) };
        instant(date, window.start(), self.zone)
    }

    /// Whether it is an hour in which the recipient is not written to.
    pub(crate) fn is_quiet(&self, now: DateTime<Utc>) -> bool {
        self.is_outside(Window::LEGAL, now)
    }

    /// Whether it is outside a window, where the recipient lives.
    pub(crate) fn is_outside(&self, window: Window, now: DateTime<Utc>) -> bool {
        !window.contains(now.with_timezone(&self.zone).time())
    }

    /// For how many seconds from now a text is worth delivering: until the quiet hours begin, so that none wakes anybody.
    pub fn seconds_until_quiet(&self, now: DateTime<Utc>) -> u32 {
        let left = Window::LEGAL.end() - now.with_timezone(&self.zone).time();
        u32::try_from(left.num_seconds()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Los_Angeles;
    use uuid::Uuid;

    use super::*;
    use crate::{
        PatientId, fixtures, on_file::ConsentGiven, patient::Contact, portal::ContactPoint,
        standing::Suppression,
    };

    fn patient() -> Patient {
        let contact = Contact {
            email: Some("ada@example.com".to_owned().try_into().unwrap()),
            phone: Some("+16175550123".to_owned().try_into().unwrap()),
        };
        let id = PatientId::new(Uuid::nil());
        let mut patient = Patient::create(id, fixtures::details(contact), fixtures::today()).unwrap().state;
        patient.details.time_zone = Some(Los_Angeles);
        patient
    }

    fn agreed() -> Patient {
        let consent = ("I agree to texts.".try_into().unwrap(), ConsentGiven::InPerson);
        patient().choose_messages(true, Some(consent), None, fixtures::NOW).state
    }

    fn recipient(patient: &Patient) -> Recipient {
        Recipient::of(patient, &fixtures::practice(), &Standings::default())
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn people_are_written_to_in_what_they_or_their_practice_chose() {
        let (mut practice, mut patient) = (fixtures::practice(), patient());
        let language = |patient: &Patient, practice: &Practice| {
            Recipient::of(patient, practice, &Standings::default()).language
        };
        assert_eq!(language(&patient, &practice), Language::En);
        practice.pay_page.language = Some(Language::Es);
        assert_eq!(language(&patient, &practice), Language::Es);
        patient.details.language = Some(Language::En);
        assert_eq!(language(&patient, &practice), Language::En);
    }

    #[test]
    fn a_text_wants_a_number_a_consent_and_a_zone() {
        assert!(recipient(&agreed()).by(Channel::Sms).is_ok());
        assert_eq!(recipient(&patient()).by(Channel::Sms), Err(Unreachable::NoConsent));
        let mut nowhere = agreed();
        nowhere.details.time_zone = None;
        assert_eq!(recipient(&nowhere).by(Channel::Sms), Err(Unreachable::NoTimeZone));
        assert!(recipient(&nowhere).by(Channel::Email).is_ok(), "mail keeps the practice's hours");
        let mut unnumbered = agreed();
        unnumbered.details.contact.phone = None;
        assert_eq!(recipient(&unnumbered).by(Channel::Sms), Err(Unreachable::NoNumber));
    }

    #[test]
    fn what_a_contact_s_reader_or_provider_said_ends_messages_to_it_alone() {
        let of = |contact: ContactPoint| ContactStanding::new(contact);
        let email = of(ContactPoint::typed("ada@example.com").unwrap()).suppress(Suppression::Bounced).state;
        let phone = of(ContactPoint::typed("+16175550123").unwrap()).heard("stop", fixtures::NOW).0.state;
        let to = |standings: Standings| Recipient::of(&agreed(), &fixtures::practice(), &standings);
        let stopped = to(Standings { phone: Some(phone.clone()), email: None });
        assert_eq!(stopped.by(Channel::Sms), Err(Unreachable::OptedOut));
        assert!(stopped.by(Channel::Email).is_ok());
        let bounced =
            to(Standings { email: Some(email), phone: Some(phone.heard("start", fixtures::NOW).0.state) });
        assert_eq!(bounced.by(Channel::Email), Err(Unreachable::Bounced));
        assert!(bounced.by(Channel::Sms).is_ok());
    }

    #[test]
    fn mail_wants_an_address_that_wants_it() {
        assert!(recipient(&patient()).by(Channel::Email).is_ok());
        let unwanted = patient().choose_messages(false, None, None, fixtures::NOW).state;
        assert_eq!(recipient(&unwanted).by(Channel::Email), Err(Unreachable::MailNotWanted));
        let mut nowhere = patient();
        nowhere.details.contact.email = None;
        assert_eq!(recipient(&nowhere).by(Channel::Email), Err(Unreachable::NoAddress));
    }

    /// 08:00 and 21:00 in Los Angeles, in summer and in winter.
    #[test]
    fn nobody_is_woken_by_a_text() {
        let ada = recipient(&agreed());
        for (quiet, awake) in [
            ("2026-06-02T14:59:59Z", "2026-06-02T15:00:00Z"),
            ("2026-06-02T04:00:00Z", "2026-06-02T03:59:59Z"),
            ("2026-12-02T15:59:59Z", "2026-12-02T16:00:00Z"),
            ("2026-12-02T05:00:00Z", "2026-12-02T04:59:59Z"),
        ] {
            let refused = ada.now_by(Channel::Sms, at(quiet)).unwrap_err();
            assert!(matches!(refused, Refusal::State { rule: "quiet-hours", .. }), "{quiet}: {refused}");
            assert!(ada.now_by(Channel::Sms, at(awake)).is_ok(), "{awake}");
            assert!(ada.now_by(Channel::Email, at(quiet)).is_ok(), "whoever looks for mail is awake");
        }
        assert_eq!(ada.seconds_until_quiet(at("2026-06-02T03:59:00Z")), 60);
        assert_eq!(ada.seconds_until_quiet(at("2026-06-02T04:00:01Z")), 0);
    }

    #[test]
    fn what_is_waited_for_goes_by_mail_else_by_text_by_day() {
        let (day, night) = (at("2026-06-02T18:00:00Z"), at("2026-06-02T08:00:00Z"));
        let both = recipient(&agreed());
        assert!(matches!(both.preferred(night), Some(Reach::Email(_))));
        let by_text = Recipient { email: Err(Unreachable::MailNotWanted), ..both.clone() };
        assert!(matches!(by_text.preferred(day), Some(Reach::Sms(_))));
        assert_eq!(by_text.preferred(night), None);
        let dead = Recipient { deceased: true, ..both };
        assert_eq!(dead.preferred(day), None);
    }
}
