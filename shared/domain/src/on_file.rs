//! A patient's cards and bank accounts on file: the processor holds them, we know how people recognise them and that the
//! patient agreed. A number never reaches us.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decision, EventKind, PatientId, Refusal, text::Line};

/// The most methods of one patient.
pub const MAX_METHODS: usize = 20;

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

/// A method on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodOnFile {
    /// The processor's name for it, such as `pm_…`.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: MethodKind,
    /// What the patient agreed to.
    pub consent: Consent,
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
    /// What the patient last agreed to: for the method that is being added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The methods, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodOnFile>,
    /// The one that is charged where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

impl MethodsOnFile {
    /// None on file.
    pub fn none(patient: PatientId) -> Self {
        Self { patient, customer: None, consent: None, methods: Vec::new(), default: None }
    }

    /// The patient agreed to have a method kept; the hosted page may be opened once this is committed.
    ///
    /// # Errors
    /// There are too many already.
    pub fn start_setup(&self, consent: Consent) -> Result<Decision<Self>, Refusal> {
        if self.methods.len() >= MAX_METHODS {
            let detail = format!("a patient has at most {MAX_METHODS} methods on file; remove one first");
            return Err(Refusal::state("too-many-methods", detail));
        }
        let event = EventKind::MethodSetupStarted { consent: consent.wording.to_string() };
        Ok(Decision::of(Self { consent: Some(consent), ..self.clone() }, event))
    }

    /// The processor's name for the patient.
    ///
    /// # Errors
    /// It has another.
    pub fn note_customer(&self, customer: &str) -> Result<Decision<Self>, Refusal> {
        if self.customer.as_deref().is_some_and(|known| known != customer) {
            return Err(Refusal::state("customer-known", "the patient has another name at the processor"));
        }
        let noted = Self { customer: Some(customer.to_owned()), ..self.clone() };
        Ok(Decision::of(noted, EventKind::CustomerCreated { customer: customer.to_owned() }))
    }

    /// The processor holds a method now, or knows it better; the same again changes nothing. The first becomes the default.
    /// Without the patient's consent nothing is kept.
    pub fn added(&self, id: &str, kind: MethodKind, now: DateTime<Utc>) -> Option<Decision<Self>> {
        let mut added = self.clone();
        if let Some(known) = added.methods.iter_mut().find(|method| method.id == id) {
            if known.kind == kind {
                return None;
            }
            known.kind = kind;
            return Some(Decision::of(added, EventKind::MethodChanged { method: id.to_owned() }));
        }
        let consent = self.consent.clone()?;
        added.methods.push(MethodOnFile { id: id.to_owned(), kind, consent, unusable: None, added_at: now });
        added.default.get_or_insert_with(|| id.to_owned());
        Some(Decision::of(added, EventKind::MethodAdded { method: id.to_owned() }))
    }

    /// Makes a method the one that is charged where none is named.
    ///
    /// # Errors
    /// There is no such method, or it cannot be charged.
    pub fn make_default(&self, id: &str) -> Result<Decision<Self>, Refusal> {
        self.usable(id)?;
        if self.default.as_deref() == Some(id) {
            return Ok(Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() });
        }
        let made = Self { default: Some(id.to_owned()), ..self.clone() };
        Ok(Decision::of(made, EventKind::MethodMadeDefault { method: id.to_owned() }))
    }

    /// Takes a method off file. Another becomes the default only when somebody says so.
    ///
    /// # Errors
    /// There is no such method.
    pub fn remove(&self, id: &str) -> Result<Decision<Self>, Refusal> {
        self.method(id)?;
        let mut removed = self.clone();
        removed.methods.retain(|method| method.id != id);
        removed.default = removed.default.filter(|default| default != id);
        Ok(Decision::of(removed, EventKind::MethodRemoved { method: id.to_owned() }))
    }

    /// A method cannot be charged any more; none where that is known.
    pub fn unusable(&self, id: &str, why: &str) -> Option<Decision<Self>> {
        let mut changed = self.clone();
        let method =
            changed.methods.iter_mut().find(|method| method.id == id && method.unusable.is_none())?;
        method.unusable = Some(why.to_owned());
        Some(Decision::of(changed, EventKind::MethodChanged { method: id.to_owned() }))
    }

    /// The method to charge: the one named, or the default.
    ///
    /// # Errors
    /// There is none, it cannot be charged any more, or it has expired on the practice's day `today`.
    pub fn chargeable(&self, id: Option<&str>, today: NaiveDate) -> Result<&MethodOnFile, Refusal> {
        let id = id.or(self.default.as_deref()).ok_or_else(|| {
            Refusal::field(
                "/method_on_file/id",
                "expected a method: the patient has no default method on file",
            )
        })?;
        let method = self.usable(id)?;
        if method.kind.is_expired(today) {
            return Err(Refusal::field("/method_on_file/id", "expected a method that has not expired"));
        }
        Ok(method)
    }

    fn usable(&self, id: &str) -> Result<&MethodOnFile, Refusal> {
        let method = self.method(id)?;
        match &method.unusable {
            None => Ok(method),
            Some(why) => Err(Refusal::field("/method_on_file/id", format!("expected another method: {why}"))),
        }
    }

    fn method(&self, id: &str) -> Result<&MethodOnFile, Refusal> {
        let found = self.methods.iter().find(|method| method.id == id);
        found.ok_or_else(|| {
            Refusal::field("/method_on_file/id", "expected a method that the patient has on file")
        })
    }
}
