//! A patient's cards and bank accounts on file: the processor holds them, we know how people recognise them and that the
//! patient agreed. A number never reaches us.

mod autopay;
mod news;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decision, EventKind, PatientId, Refusal, SetupId, text::Line};

/// The most methods of one patient.
pub const MAX_METHODS: usize = 20;
/// How many pages that nothing came of yet are remembered: the earlier ones have long ended.
const MAX_SETUPS: usize = 10;
/// How many removed methods are remembered: the processor's news of earlier ones have long come.
const MAX_REMOVED: usize = 100;

/// What a method on file is, as people recognise it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MethodKind {
    /// A card.
    Card {
        /// Such as `visa`.
        brand: String,
        /// The last four digits.
        last4: String,
        /// The month it expires in, 1 to 12.
        exp_month: u32,
        /// The year it expires in.
        exp_year: i32,
    },
    /// A bank account, debited by ACH.
    BankAccount {
        /// The bank's name.
        bank: String,
        /// The last four digits.
        last4: String,
    },
}

impl MethodKind {
    /// Whether it is past its date on a day; a card is good to the end of its month.
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        match self {
            Self::Card { exp_month, exp_year, .. } => (*exp_year, *exp_month) < (today.year(), today.month()),
            Self::BankAccount { .. } => false,
        }
    }

    /// Whether it is still good on a day, and expires by the end of the next month.
    pub fn expires_soon(&self, today: NaiveDate) -> bool {
        !self.is_expired(today) && self.is_expired(today + Months::new(2))
    }

    /// As people read it, such as `Visa ending in 4242`.
    pub fn for_people(&self) -> String {
        match self {
            Self::Card { brand, last4, .. } => {
                let mut letters = brand.chars();
                let first = letters.next().map(|letter| letter.to_uppercase().to_string());
                format!("{}{} ending in {last4}", first.unwrap_or_default(), letters.as_str())
            }
            Self::BankAccount { bank, last4 } => format!("{bank} account ending in {last4}"),
        }
    }
}

/// How the patient agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentGiven {
    /// On the page where the method was entered.
    Online,
    /// In the practice.
    InPerson,
    /// On the telephone.
    ByPhone,
}

/// That the patient agreed to be charged without being there (Nacha's and the card networks' rules for stored
/// credentials, <https://docs.stripe.com/payments/save-and-reuse#compliance>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What was agreed to, word for word.
    pub wording: Line<500>,
    /// How.
    pub given: ConsentGiven,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// A hosted page on which the patient puts a method on file, until the method is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Its id.
    pub id: SetupId,
    /// What the patient agreed to for the method.
    pub consent: Consent,
    /// The method that was entered, where this is known before the method itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// A method on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodOnFile {
    /// The processor's name for it, such as `pm_…`.
    pub id: String,
    /// What it is.
    pub kind: MethodKind,
    /// When it was so at the processor (UTC).
    pub as_of: DateTime<Utc>,
    /// What the patient agreed to; without it the method is not charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The setup by which it came, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<SetupId>,
    /// Why it cannot be charged any more, such as a bank debit that was returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
    /// When it came on file (UTC).
    pub added_at: DateTime<Utc>,
}

/// A patient's methods on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodsOnFile {
    /// Whose.
    pub patient: PatientId,
    /// The processor's name for the patient, such as `cus_…`: opaque, it knows no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The pages whose method is not here yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setups: Vec<Setup>,
    /// The methods, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodOnFile>,
    /// The one that is charged where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// That the patient agreed that the default method is charged on the day on which a bill is due; none where autopay is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autopay: Option<Consent>,
    /// Methods that were removed: the processor's news of them may come later, and do not bring them back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl MethodsOnFile {
    /// None on file.
    pub fn none(patient: PatientId) -> Self {
        Self {
            patient,
            customer: None,
            setups: Vec::new(),
            methods: Vec::new(),
            default: None,
            autopay: None,
            removed: Vec::new(),
        }
    }

    /// The patient agreed to have a method kept; the hosted page may be opened once this is committed.
    ///
    /// # Errors
    /// There are too many already.
    pub fn start_setup(&self, id: SetupId, consent: Consent) -> Result<Decision<Self>, Refusal> {
        if self.methods.len() >= MAX_METHODS {
            let detail = format!("a patient has at most {MAX_METHODS} methods on file; remove one first");
            return Err(Refusal::state("too-many-methods", detail));
        }
        let (wording, given) = (consent.wording.to_string(), consent.given);
        let mut started = self.clone();
        started.setups.push(Setup { id, consent, method: None });
        keep_last(&mut started.setups, MAX_SETUPS);
        Ok(Decision::of(started, EventKind::MethodSetupStarted { setup: id, wording, given }))
    }

    /// The processor's name for the patient; the same again changes nothing. Where it had another, the processor has
    /// lost that, and with it what was kept under it: those methods cannot be charged any more.
    pub fn note_customer(&self, customer: &str) -> Decision<Self> {
        if self.customer.as_deref() == Some(customer) {
            return self.unchanged();
        }
        let mut noted = Self { customer: Some(customer.to_owned()), ..self.clone() };
        if self.customer.is_some() {
            for method in &mut noted.methods {
                method.unusable = Some("the processor no longer has it; put it on file again".to_owned());
            }
            noted.default = None;
        }
        let created = Decision::of(noted, EventKind::CustomerCreated { customer: customer.to_owned() });
        created.ending_autopay()
    }

    /// Makes a method the one that is charged where none is named.
    ///
    /// # Errors
    /// There is no such method, or it cannot be charged on the practice's day `today`.
    pub fn make_default(&self, id: &str, today: NaiveDate) -> Result<Decision<Self>, Refusal> {
        let method = self.method(id).ok_or_else(|| Refusal::state("no-such-method", "it is not on file"))?;
        if let Some(why) = method.why_not(today) {
            return Err(Refusal::state("method-unusable", format!("this method cannot be charged: {why}")));
        }
        if self.default.as_deref() == Some(id) {
            return Ok(self.unchanged());
        }
        let made = Self { default: Some(id.to_owned()), ..self.clone() };
        Ok(Decision::of(made, EventKind::MethodMadeDefault { method: id.to_owned() }))
    }

    /// Takes a method off file, for good. Another becomes the default only when somebody says so. None where it is
    /// gone already, or never was.
    pub fn remove(&self, id: &str) -> Option<Decision<Self>> {
        self.method(id)?;
        let mut removed = self.clone();
        removed.methods.retain(|method| method.id != id);
        removed.default = removed.default.filter(|default| default != id);
        removed.removed.push(id.to_owned());
        keep_last(&mut removed.removed, MAX_REMOVED);
        let event = EventKind::MethodRemoved { method: id.to_owned() };
        Some(Decision::of(removed, event).ending_autopay())
    }

    /// The method to charge: the one named, or the default.
    ///
    /// # Errors
    /// There is none, or it cannot be charged on the practice's day `today`.
    pub fn chargeable(&self, id: Option<&str>, today: NaiveDate) -> Result<&MethodOnFile, Refusal> {
        let refuse = |detail: String| Refusal::field("/method_on_file/id", detail);
        let id = id.or(self.default.as_deref()).ok_or_else(|| {
            refuse("expected a method: the patient has no default method on file".to_owned())
        })?;
        let method = self
            .method(id)
            .ok_or_else(|| refuse("expected a method that the patient has on file".to_owned()))?;
        match method.why_not(today) {
            None => Ok(method),
            Some(why) => Err(refuse(format!("expected another method: {why}"))),
        }
    }

    /// The method to charge without the patient: the one that is named, or the default.
    ///
    /// # Errors
    /// Why nothing can be charged on the practice's day `today`, and what mends it.
    pub fn ready(&self, id: Option<&str>, today: NaiveDate) -> Result<&MethodOnFile, &str> {
        let none = "no method on file is the default; put one on file, or choose one";
        let id = id.or(self.default.as_deref()).ok_or(none)?;
        let method = self.method(id).ok_or("the method is not on file any more")?;
        method.why_not(today).map_or(Ok(method), Err)
    }

    /// The default method, where money can be held on it on the practice's day `today`: a card that can be charged.
    pub fn holdable(&self, today: NaiveDate) -> Option<&MethodOnFile> {
        let default = self.chargeable(None, today).ok()?;
        matches!(default.kind, MethodKind::Card { .. }).then_some(default)
    }

    /// The method of that id, if it is on file.
    pub fn method(&self, id: &str) -> Option<&MethodOnFile> {
        self.methods.iter().find(|method| method.id == id)
    }

    /// The method that came by a setup, if it is on file.
    pub fn method_of(&self, setup: SetupId) -> Option<&MethodOnFile> {
        self.methods.iter().find(|method| method.setup == Some(setup))
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() }
    }
}

impl MethodOnFile {
    /// Why it cannot be charged on the practice's day `today`; none where it can.
    pub fn why_not(&self, today: NaiveDate) -> Option<&str> {
        match (&self.unusable, &self.consent) {
            (Some(why), _) => Some(why),
            (None, None) => Some("the patient's consent to be charged is not recorded"),
            (None, Some(_)) => self.kind.is_expired(today).then_some("the card has expired"),
        }
    }
}

fn keep_last<T>(list: &mut Vec<T>, most: usize) {
    list.drain(..list.len().saturating_sub(most));
}
