//! The patient's side of a link: look, say who you are, pay, see the receipt.

mod checkout;
mod held;
mod identity;
mod keep;
mod renewal;

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Amount, Cents, Currency, Language, LinkId, MethodsOnFile, Patient, Payment, PaymentStatus, Practice,
    link::Token,
    number::Series,
    payment::{Attempt, AttemptStatus, Decline, DisputeStatus},
    practice::{BrandColour, IdentityCheck, Logo},
};
use paywell_store::{Key, Pointer, Stored};

use crate::{App, AppError};

pub use checkout::{Checkout, Choice};
pub(crate) use held::{Held, keys};
pub use identity::{Claim, Identity};
pub use keep::{KeepRefused, keep_wording};
pub use paywell_domain::practice::PartRefused;
pub use renewal::Renewal;

/// How a practice shows itself to patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeCard {
    /// Its name.
    pub name: String,
    /// Where patients call, as people read it.
    pub phone: String,
    /// The colour of what is pressed, where it chose one.
    pub colour: Option<BrandColour>,
    /// Its logo, where it has one.
    pub logo: Option<Logo>,
    /// What patients read of whom nothing else is known, where it chose that.
    pub language: Option<Language>,
}

/// Why a link that was good is not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Past its date.
    Expired,
    /// Replaced by a newer one, which is good.
    Replaced,
    /// Withdrawn, or there is nothing to pay by it any more.
    Withdrawn,
    /// What it was for is paid, by this link or otherwise.
    Paid,
    /// What it was for is on its way: there is nothing more to do.
    Processing,
}

/// A service billed, as the patient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// What it was.
    pub description: String,
    /// What it comes to.
    pub amount: Cents,
}

/// An invoice or payment, as the patient sees it after the identity check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// By when it is to be paid.
    pub due: Option<NaiveDate>,
    /// Where the service was.
    pub location: Option<String>,
    /// What is billed.
    pub lines: Vec<BillLine>,
    /// What was corrected or given up, together: below zero it lowers what is owed.
    pub adjusted: Option<Cents>,
    /// What was paid before.
    pub paid: Option<Cents>,
    /// What is left.
    pub balance: Cents,
}

/// The pay page of a good link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayPage {
    /// The practice.
    pub practice: PracticeCard,
    /// What the reader reads, where it is known.
    pub language: Option<Language>,
    /// How the reader is greeted.
    pub first_name: String,
    /// What is owed in all.
    pub amount: Cents,
    /// Its currency.
    pub currency: Currency,
    /// The least that may be paid of it; none where the whole is paid alone.
    pub part_from: Option<Amount>,
    /// Until when the link is good, in the practice's zone.
    pub good_until: NaiveDate,
    /// What is asked before the details are shown.
    pub asks: IdentityCheck,
    /// What it is for: after the identity check alone.
    pub bills: Option<Vec<Bill>>,
}

/// What a token leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Nothing that was ever given out.
    Unknown,
    /// A link that was good, and what its reader reads, where it is known.
    Ended(PracticeCard, Option<Language>, Ended),
    /// A good link.
    Page(Box<PayPage>),
}

/// The receipt page of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// The practice.
    pub practice: PracticeCard,
    /// What the payer reads, where it is known.
    pub language: Option<Language>,
    /// The payment's number.
    pub number: String,
    /// How much.
    pub amount: Cents,
    /// Its currency.
    pub currency: Currency,
    /// Where the payment stands.
    pub status: PaymentStatus,
    /// Whether the processor's page can still be used.
    pub can_continue: bool,
    /// Whether a bank debit is on its way.
    pub debit: bool,
    /// On which day it was received, in the practice's zone.
    pub paid_on: Option<NaiveDate>,
    /// Why the bank refused the last try, or took the money back, where that is known.
    pub decline: Option<Decline>,
    /// Whether the bank took back what it had paid.
    pub returned: bool,
    /// What is the patient's credit of it.
    pub credit: Option<Cents>,
    /// Where in the portal the method is shown that was paid with, while it is kept.
    pub kept: Option<String>,
}

/// What the token of a receipt leads to.
pub(crate) struct Receipt {
    pub(crate) practice: Practice,
    pub(crate) logo: Option<Logo>,
    /// Whose it is, where the token says.
    pub(crate) patient: Option<Patient>,
    pub(crate) payment: Stored<Payment>,
    /// The patient's methods on file, where there were any.
    pub(crate) methods: Option<MethodsOnFile>,
}

impl App {
    /// What a token shows. Changes nothing, however often it is asked.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn open(
        &self,
        token: &Token,
        identified: impl Fn(LinkId, u32) -> bool,
        now: DateTime<Utc>,
    ) -> Result<Opened, AppError> {
        let Some(held) = self.hold(token).await? else { return Ok(Opened::Unknown) };
        let card = PracticeCard::of(&held.practice, held.logo.clone());
        let language = held.patient.details.language;
        if let Some(ended) = held.ended(now) {
            return Ok(Opened::Ended(card, language, ended));
        }
        let known = identified(held.link.state.id, held.link.state.generation);
        let (first_name, _) = held.patient.responsible_party();
        Ok(Opened::Page(Box::new(PayPage {
            practice: card,
            language,
            first_name: first_name.to_string(),
            amount: held.due(),
            currency: held.practice.currency,
            part_from: held.part_from(),
            good_until: held.practice.today(held.link.state.expires_at),
            asks: held.practice.identity_check,
            bills: known.then(|| held.bills()),
        })))
    }

    /// The receipt page behind a token that the processor's page returned to.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn receipt(&self, token: &Token, now: DateTime<Utc>) -> Result<Option<ReceiptPage>, AppError> {
        let Some(Receipt { practice, logo, patient, payment, methods }) = self.receipt_of(token).await?
        else {
            return Ok(None);
        };
        let state = &payment.state;
        let attempt = state.open_attempt();
        let setup = attempt.or_else(|| state.charged()).and_then(Attempt::keep);
        let kept = setup.zip(methods).is_some_and(|(setup, methods)| methods.method_of(setup).is_some());
        let returned = state.disputes.iter().rev().find(|d| d.status == DisputeStatus::Returned);
        let decline = match returned {
            Some(returned) => Decline::of(&returned.reason),
            None => state.attempts.last().and_then(|attempt| attempt.decline),
        };
        Ok(Some(ReceiptPage {
            decline,
            returned: returned.is_some(),
            kept: kept.then(|| format!("/portal/{}/methods", practice.id)),
            practice: PracticeCard::of(&practice, logo),
            language: patient.and_then(|patient| patient.details.language),
            number: Series::Payment.show(state.number),
            amount: state.amount.cents(),
            currency: state.currency,
            status: state.status,
            can_continue: attempt.is_some_and(|attempt| attempt.can_be_continued(now)),
            debit: attempt.is_some_and(|attempt| attempt.status == AttemptStatus::Processing),
            paid_on: state.paid_at.map(|at| practice.today(at)),
            credit: state.unapplied.is_positive().then_some(state.unapplied),
        }))
    }

    pub(crate) async fn receipt_of(&self, token: &Token) -> Result<Option<Receipt>, AppError> {
        let pointer = self.store.pointer(&token.hash()).await?;
        let Some(Pointer::Receipt { practice, payment, patient }) = pointer else { return Ok(None) };
        let keys = [Key::practice(&practice), Key::logo(&practice), Key::payment(&practice, payment)];
        let payer = patient.into_iter();
        let payer = payer.flat_map(|id| [Key::patient(&practice, id), Key::methods_on_file(&practice, id)]);
        let loaded = self.store.load(keys.into_iter().chain(payer)).await?;
        let settings = loaded.get::<Practice>(&practice, ())?;
        let found = loaded.get::<Payment>(&practice, payment)?;
        let (patient, methods) = match patient {
            Some(id) => (loaded.get::<Patient>(&practice, id)?, loaded.get::<MethodsOnFile>(&practice, id)?),
            None => (None, None),
        };
        let (patient, methods) = (patient.map(|stored| stored.state), methods.map(|stored| stored.state));
        let (both, logo) = (settings.zip(found), loaded.logo(&practice));
        Ok(both.map(|(settings, payment)| Receipt {
            practice: settings.state,
            logo,
            patient,
            payment,
            methods,
        }))
    }
}

impl PracticeCard {
    /// A practice, with its logo, which is loaded by itself.
    pub fn of(practice: &Practice, logo: Option<Logo>) -> Self {
        Self {
            name: practice.name.to_string(),
            phone: practice.phone.for_people(),
            colour: practice.pay_page.colour,
            logo,
            language: practice.pay_page.language,
        }
    }
}
