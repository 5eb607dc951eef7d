//! What happens between runs, and while they run: an entry of the log, and how staff, patients and providers make it so.

use chrono::NaiveDate;
use chrono_tz::Tz;
use paywell_app::standings::Texted;
use paywell_domain::{patient::Phone, standing::Suppression};
use paywell_tests::support::{Clinic, Request, bounce, of_mail, of_text};
use serde_json::{Value, json};

use super::{
    chase::Letter,
    rules,
    town::{Contact, Paid, Person, Town, Way},
};
use crate::suites::commands::dollars;

/// An entry of the log. People and rules are named by their place.
#[derive(Clone)]
pub(super) enum Happening {
    Charge { person: usize, invoice: String, cents: i64, term: u64 },
    Pay { person: usize, invoice: String, cents: i64 },
    Pause { person: usize, until: Option<NaiveDate> },
    Resume { person: usize },
    Cancel { person: usize },
    WriteOff { person: usize },
    Place { person: usize },
    Reverse { person: usize, placed: bool },
    ChaseAgain { person: usize },
    Refund { person: usize, paid: Paid },
    Told { person: usize, letter: Letter, news: News },
    Holidays { dates: Vec<NaiveDate>, quiet: bool },
    ChangeRules { person: usize, rules: usize },
    Correct { person: usize, edit: Edit },
    Choose { person: usize, mail: bool, texts: bool },
    Texted { number: String, said: Said, words: &'static str, id: String },
    Read { person: usize, number: String, reply: u32, ends: bool },
    Spoken { person: usize, number: String },
    Bounce { contact: String },
    Lift { person: usize, contact: String },
    Follow { rules: usize },
    Revise { rules: usize },
}

#[derive(Clone)]
pub(super) enum Edit {
    Mail(Option<String>),
    Phone(Option<String>),
    Zone(Option<Tz>),
    Guarantor(Option<Contact>),
    Died,
}

/// What a provider tells of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum News {
    Arrived,
    /// It came back, and another one may arrive.
    Back,
    BackForGood,
    Complaint,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Stop,
    Start,
    Help,
    Other,
}

impl Happening {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Charge { .. } => "charge",
            Self::Pay { .. } => "payment",
            Self::Pause { until: None, .. } => "pause",
            Self::Pause { .. } => "pause with an end",
            Self::Resume { .. } => "resume",
            Self::Cancel { .. } => "cancel",
            Self::WriteOff { .. } => "write-off",
            Self::Place { .. } => "collections",
            Self::Reverse { placed: true, .. } => "collections taken back",
            Self::Reverse { .. } => "write-off taken back",
            Self::ChaseAgain { .. } => "chased again",
            Self::Refund { .. } => "refund",
            Self::Told { news: News::Arrived, .. } => "arrived",
            Self::Told { news: News::Back, .. } => "came back",
            Self::Told { news: News::BackForGood, .. } => "came back for good",
            Self::Told { .. } => "complaint",
            Self::Holidays { .. } => "other holidays",
            Self::ChangeRules { .. } => "change of rules",
            Self::Correct { edit: Edit::Mail(_), .. } => "mail corrected",
            Self::Correct { edit: Edit::Phone(_), .. } => "number corrected",
            Self::Correct { edit: Edit::Zone(_), .. } => "zone corrected",
            Self::Correct { edit: Edit::Guarantor(_), .. } => "guarantor corrected",
            Self::Correct { edit: Edit::Died, .. } => "death",
            Self::Choose { texts: true, .. } => "consent given",
            Self::Choose { .. } => "consent withdrawn",
            Self::Texted { said: Said::Stop, .. } => "STOP",
            Self::Texted { said: Said::Start, .. } => "START",
            Self::Texted { said: Said::Help, .. } => "HELP",
            Self::Texted { .. } => "other reply",
            Self::Read { ends: true, .. } => "reply read as a stop",
            Self::Read { .. } => "reply read",
            Self::Spoken { .. } => "spoken stop",
            Self::Bounce { .. } => "bounce",
            Self::Lift { .. } => "bounce lifted",
            Self::Follow { .. } => "other rules followed",
            Self::Revise { .. } => "rules revised",
        }
    }

    /// Makes it so. Gives the id of the chase that it began, or none; nothing where it is refused.
    pub(super) async fn perform(&mut self, clinic: &Clinic, town: &Town) -> Option<String> {
        match self {
            Self::Charge { person, invoice, cents, term } => {
                let patient = &town.people[*person].id;
                let details = json!({ "term_days": *term });
                *invoice = clinic.open_invoice_with(patient, &dollars(*cents), &details).await;
                let set = clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await;
                return Some(set.field("id"));
            }
            Self::Pay { .. } => {
                let answer = self.request(clinic, town).await;
                return (answer.status == 201).then(|| answer.field("id"));
            }
            Self::ChaseAgain { .. } => {
                let answer = self.request(clinic, town).await;
                return (answer.status == 200).then(|| answer.field("id"));
            }
            Self::Refund { person, .. } => {
                let person = *person;
                accepted(self.request(clinic, town)).await?;
                let set = format!("/v1/patients/{}/invoice-set", town.people[person].id);
                return Some(clinic.get(&set).await.field("id"));
            }
            Self::Told { letter, news, .. } => {
                assert_eq!(clinic.world.notify(&[news.of(letter)]).await, Ok(()));
            }
            Self::Texted { number, words, id, .. } => {
                let (from, to) = (phone(number), phone("+18005550199"));
                let told_at = Some(clinic.world.now());
                let texted = Texted { id, from: &from, to: &to, text: words, told_at };
                clinic.world.app.hear_text(texted, "req-nights", clinic.world.now()).await.unwrap();
            }
            Self::Bounce { contact } => {
                let is_mail = contact.contains('@');
                let why = if is_mail { Suppression::Bounced } else { Suppression::TakesNoTexts };
                clinic.suppress(contact, why).await;
            }
            Self::Correct { person, .. } | Self::Choose { person, .. } => {
                let path = format!("/v1/patients/{}", town.people[*person].id);
                let version = clinic.get(&path).await.version();
                return accepted(self.request(clinic, town).on_version(version)).await;
            }
            Self::Follow { .. } | Self::Holidays { .. } => {
                let version = clinic.get("/v1/practice").as_owner().await.version();
                return accepted(self.request(clinic, town).as_owner().on_version(version)).await;
            }
            Self::Revise { rules } => {
                let path = format!("/v1/rule-sets/{}", town.rules[*rules].id);
                let version = clinic.get(&path).as_owner().await.version();
                return accepted(self.request(clinic, town).as_owner().on_version(version)).await;
            }
            _ => return accepted(self.request(clinic, town)).await,
        }
        Some(String::new())
    }

    /// What staff ask for.
    fn request(&self, clinic: &Clinic, town: &Town) -> Request {
        let of = |person: &usize| &town.people[*person];
        match self {
            Self::Pay { person, invoice, cents } => {
                let amount = dollars(*cents);
                clinic.cash(&of(person).id, &amount, &[(invoice, &amount)])
            }
            Self::Pause { person, until } => {
                let body = json!({ "action": "pause", "reason": "hardship", "until": until });
                act(clinic, of(person), &body)
            }
            Self::Resume { person } => act(clinic, of(person), &json!({ "action": "resume" })),
            Self::Cancel { person } => act(clinic, of(person), &json!({ "action": "cancel" })),
            Self::WriteOff { person } => {
                act(clinic, of(person), &json!({ "action": "write_off", "reason": "bad_debt" }))
            }
            Self::Place { person } => act(clinic, of(person), &json!({ "action": "send_to_collections" })),
            Self::ChaseAgain { person } => act(clinic, of(person), &json!({ "action": "chase_again" })),
            Self::Refund { paid, .. } => {
                let body =
                    json!({ "currency": "USD", "reason": "patient_request", "tender": { "type": "cash" } });
                clinic.post(&format!("/v1/payments/{}/refunds", paid.payment), &body)
            }
            Self::Holidays { dates, quiet } => {
                clinic.patch("/v1/practice", &json!({ "holidays": dates, "quiet_on_holidays": quiet }))
            }
            Self::Reverse { person, .. } => act(clinic, of(person), &json!({ "action": "reverse" })),
            Self::ChangeRules { person, rules } => {
                let body = json!({ "action": "change_rule_set", "rule_set_id": town.rules[*rules].id });
                act(clinic, of(person), &body)
            }
            Self::Correct { person, edit } => {
                clinic.patch(&format!("/v1/patients/{}", of(person).id), &edit.body())
            }
            Self::Choose { person, mail, texts } => {
                let consent = json!({ "wording": "I agree to texts.", "given": "in_person" });
                let body = json!({ "email": mail, "texts": texts.then_some(consent) });
                clinic.put(&format!("/v1/patients/{}/messages", of(person).id), &body)
            }
            Self::Read { person, reply, ends, .. } => {
                let path = format!("/v1/patients/{}/contacts/replies/{reply}/read", of(person).id);
                clinic.post(&path, &json!({ "means": if *ends { "opt_out" } else { "other" } }))
            }
            Self::Spoken { person, .. } => {
                let path = format!("/v1/patients/{}/contacts/stop-texts", of(person).id);
                clinic.post(&path, &json!({ "spoken": "On the telephone: no more of these." }))
            }
            Self::Lift { person, contact } => {
                let path = format!("/v1/patients/{}/contacts/lift", of(person).id);
                let channel = if contact.contains('@') { "email" } else { "sms" };
                clinic.post(&path, &json!({ "channel": channel, "note": "It works again." }))
            }
            Self::Follow { rules } => {
                clinic.patch("/v1/practice", &json!({ "rule_set_id": town.rules[*rules].id }))
            }
            Self::Revise { rules } => {
                let old = &town.rules[*rules];
                let body = rules::body(&rules::next_name(&old.name), &old.steps);
                clinic.put(&format!("/v1/rule-sets/{}", old.id), &body)
            }
            Self::Charge { .. } | Self::Texted { .. } | Self::Bounce { .. } | Self::Told { .. } => {
                unreachable!("these are no requests of staff")
            }
        }
    }
}

impl News {
    /// As a provider tells it.
    fn of(self, letter: &Letter) -> Value {
        let message = &letter.taken;
        match (letter.way, self) {
            (Way::Mail, Self::Arrived) => of_mail(message, "Delivery"),
            (Way::Mail, Self::Back) => bounce(message, "Transient"),
            (Way::Mail, Self::BackForGood) => bounce(message, "Permanent"),
            (Way::Mail, Self::Complaint) => of_mail(message, "Complaint"),
            (_, Self::Arrived) => of_text(message, "TEXT_DELIVERED"),
            (_, Self::BackForGood) => of_text(message, "TEXT_INVALID"),
            _ => of_text(message, "TEXT_UNREACHABLE"),
        }
    }
}

impl Edit {
    fn body(&self) -> Value {
        match self {
            Self::Mail(email) => json!({ "email": email }),
            Self::Phone(phone) => json!({ "phone": phone }),
            Self::Zone(zone) => json!({ "time_zone": zone.map(|zone| zone.name()) }),
            Self::Guarantor(None) => json!({ "guarantor": null }),
            Self::Guarantor(Some(contact)) => json!({ "guarantor": guarantor(contact) }),
            Self::Died => json!({ "deceased": true }),
        }
    }
}

/// Somebody else who answers for a patient's bills.
pub(super) fn guarantor(contact: &Contact) -> Value {
    json!({ "first_name": "Grace", "email": contact.email, "phone": contact.phone })
}

fn act(clinic: &Clinic, person: &Person, body: &Value) -> Request {
    let set = person.chase().map_or("", |chase| &chase.id);
    clinic.post(&format!("/v1/invoice-sets/{set}/actions"), body)
}

/// Whether it was done; a refusal is an answer, too.
async fn accepted(request: Request) -> Option<String> {
    let answer = request.await;
    assert!(answer.status < 300 || answer.status == 409, "{}: {}", answer.status, answer.text());
    (answer.status < 300).then(String::new)
}

fn phone(number: &str) -> Phone {
    number.to_owned().try_into().unwrap()
}
