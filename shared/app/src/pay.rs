//! The patient's side of a link: look, say who you are, pay, see the receipt.

mod checkout;
mod identity;
mod renewal;

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Amount, Cents, Currency, Invoice, InvoiceStatus, Language, Link, LinkId, Patient, Payment, PaymentId,
    PaymentStatus, Practice, PracticeId,
    link::{LinkFor, LinkStatus, Token},
    number::Series,
    payment::AttemptStatus,
    practice::{BrandColour, IdentityCheck, Logo},
};
use paywell_store::{Key, Loaded, Pointer, Stored};

use crate::{App, AppError};

pub use checkout::Checkout;
pub use identity::{Claim, Identity};
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
    /// What is the patient's credit of it.
    pub credit: Option<Cents>,
}

/// A link that its holder has opened, with all it needs.
pub(crate) struct Held {
    pub(crate) practice_id: PracticeId,
    pub(crate) practice: Practice,
    pub(crate) link: Stored<Link>,
    pub(crate) patient: Patient,
    pub(crate) invoices: Vec<Stored<Invoice>>,
    pub(crate) payment: Option<Stored<Payment>>,
    /// Whether what is owed by it is about to come without the patient: by bank debit, or from a method on file.
    pub(crate) coming: bool,
    /// Whether the token is of the link's present generation.
    pub(crate) current: bool,
    /// The practice's logo.
    pub(crate) logo: Option<Logo>,
    /// All that was read for it: what pressing Pay decides on first.
    pub(crate) read: Loaded,
}

/// What the token of a receipt leads to.
pub(crate) struct Receipt {
    pub(crate) practice: Practice,
    pub(crate) logo: Option<Logo>,
    /// Whose it is, where the token says.
    pub(crate) patient: Option<Patient>,
    pub(crate) payment: Stored<Payment>,
}

/// The keys of everything that a link's page shows.
pub(crate) fn keys(
    practice: &PracticeId,
    link: LinkId,
    patient: paywell_domain::PatientId,
    pays: &LinkFor,
) -> Vec<Key> {
    let mut keys = vec![
        Key::practice(practice),
        Key::logo(practice),
        Key::link(practice, link),
        Key::patient(practice, patient),
        Key::patient_balance(practice, patient),
    ];
    match pays {
        LinkFor::Invoices(invoices) => keys.extend(invoices.iter().map(|id| Key::invoice(practice, *id))),
        LinkFor::Payment(id) => keys.push(Key::payment(practice, *id)),
    }
    keys
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
        let card = PracticeCard { logo: held.logo.clone(), ..PracticeCard::of(&held.practice) };
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

    /// The link behind a token: the pointer, then everything in one load.
    pub(crate) async fn hold(&self, token: &Token) -> Result<Option<Held>, AppError> {
        let Some(Pointer::Link { practice, link, generation, patient, pays }) =
            self.store.pointer(&token.hash()).await?
        else {
            return Ok(None);
        };
        let mut loaded = self.store.load(keys(&practice, link, patient, &pays)).await?;
        let Some(mut held) = Held::of(&loaded, practice, link, generation)? else { return Ok(None) };
        let under_way = loaded.account(&held.practice_id, patient).under_way;
        let payments = held.link.state.payment.into_iter().chain(under_way);
        let more: Vec<Key> = payments.map(|id| Key::payment(&held.practice_id, id)).collect();
        if !more.iter().all(|key| loaded.knows(key)) {
            loaded.extend(self.store.load(more).await?);
            let again = Held::of(&loaded, held.practice_id.clone(), link, generation)?;
            held = again.unwrap_or(held);
        }
        held.read = loaded;
        Ok(Some(held))
    }

    /// The receipt page behind a token that the processor's page returned to.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn receipt(&self, token: &Token, now: DateTime<Utc>) -> Result<Option<ReceiptPage>, AppError> {
        let Some(Receipt { practice, logo, patient, payment }) = self.receipt_of(token).await? else {
            return Ok(None);
        };
        let state = &payment.state;
        let attempt = state.open_attempt();
        Ok(Some(ReceiptPage {
            practice: PracticeCard { logo, ..PracticeCard::of(&practice) },
            language: patient.and_then(|patient| patient.details.language),
            number: Series::Payment.show(state.number),
            amount: state.amount.cents(),
            currency: state.currency,
            status: state.status,
            can_continue: attempt.is_some_and(|attempt| attempt.is_payable(now)),
            debit: attempt.is_some_and(|attempt| attempt.status == AttemptStatus::Processing),
            paid_on: state.paid_at.map(|at| practice.today(at)),
            credit: state.unapplied.is_positive().then_some(state.unapplied),
        }))
    }

    pub(crate) async fn receipt_of(&self, token: &Token) -> Result<Option<Receipt>, AppError> {
        let pointer = self.store.pointer(&token.hash()).await?;
        let Some(Pointer::Receipt { practice, payment, patient }) = pointer else { return Ok(None) };
        let keys = [Key::practice(&practice), Key::logo(&practice), Key::payment(&practice, payment)];
        let payer = patient.map(|id| Key::patient(&practice, id));
        let loaded = self.store.load(keys.into_iter().chain(payer)).await?;
        let settings = loaded.get::<Practice>(&practice, ())?;
        let found = loaded.get::<Payment>(&practice, payment)?;
        let patient = match patient {
            Some(id) => loaded.get::<Patient>(&practice, id)?.map(|stored| stored.state),
            None => None,
        };
        let (both, logo) = (settings.zip(found), loaded.logo(&practice));
        Ok(both.map(|(settings, payment)| Receipt { practice: settings.state, logo, patient, payment }))
    }
}

impl PracticeCard {
    /// Without its logo, which is loaded by itself.
    pub fn of(practice: &Practice) -> Self {
        Self {
            name: practice.name.to_string(),
            phone: practice.phone.for_people(),
            colour: practice.pay_page.colour,
            logo: None,
            language: practice.pay_page.language,
        }
    }
}

impl Held {
    pub(crate) fn of(
        loaded: &Loaded,
        practice_id: PracticeId,
        link: LinkId,
        generation: u32,
    ) -> Result<Option<Self>, AppError> {
        let practice = loaded.get::<Practice>(&practice_id, ())?;
        let link = loaded.get::<Link>(&practice_id, link)?;
        let Some((practice, link)) = practice.zip(link) else { return Ok(None) };
        let Some(patient) = loaded.get::<Patient>(&practice_id, link.state.patient)? else { return Ok(None) };
        let mut invoices = Vec::new();
        let mut payment: Option<PaymentId> = link.state.payment;
        match &link.state.pays {
            LinkFor::Invoices(ids) => {
                for id in ids {
                    invoices.extend(loaded.get::<Invoice>(&practice_id, *id)?);
                }
            }
            LinkFor::Payment(id) => payment = Some(*id),
        }
        let payment = match payment {
            Some(id) => loaded.get::<Payment>(&practice_id, id)?,
            None => None,
        };
        let mut coming = false;
        for id in loaded.account(&practice_id, patient.state.id).under_way {
            if let Some(Stored { state, .. }) = loaded.get::<Payment>(&practice_id, id)? {
                let pays = |invoice: &Stored<Invoice>| {
                    state.allocations.iter().any(|a| a.invoice == invoice.state.id)
                };
                let is_for_it = link.state.payment == Some(id) || invoices.iter().any(pays);
                coming |= is_for_it && state.is_under_way() && !state.is_asked_on_page();
            }
        }
        let current = link.state.generation == generation;
        let logo = loaded.logo(&practice_id);
        Ok(Some(Self {
            practice_id,
            practice: practice.state,
            patient: patient.state,
            link,
            invoices,
            payment,
            coming,
            current,
            logo,
            read: Loaded::default(),
        }))
    }

    /// What is owed now. The page never says how much: it asks here.
    pub(crate) fn due(&self) -> Cents {
        match &self.link.state.pays {
            LinkFor::Invoices(_) => {
                let open = self.invoices.iter().filter(|invoice| invoice.state.status == InvoiceStatus::Open);
                Cents::checked_sum(open.map(|invoice| invoice.state.balance())).unwrap_or(Cents::ZERO)
            }
            LinkFor::Payment(_) => {
                let payable = |payment: &&Stored<Payment>| {
                    matches!(payment.state.status, PaymentStatus::Pending | PaymentStatus::Processing)
                };
                self.payment
                    .as_ref()
                    .filter(payable)
                    .map_or(Cents::ZERO, |payment| payment.state.amount.cents())
            }
        }
    }

    /// The least that may be paid of what is owed: of invoices alone, where the practice takes parts, and where a part
    /// would be less than all.
    fn part_from(&self) -> Option<Amount> {
        let least = self.practice.pay_page.part_from.filter(|least| least.cents() < self.due())?;
        matches!(self.link.state.pays, LinkFor::Invoices(_)).then_some(least)
    }

    /// Why it cannot be paid by any more, if so.
    pub(crate) fn ended(&self, now: DateTime<Utc>) -> Option<Ended> {
        match self.link.state.status(now) {
            LinkStatus::Used => Some(Ended::Paid),
            LinkStatus::Revoked => Some(Ended::Withdrawn),
            _ if !self.current && self.due().is_positive() => Some(Ended::Replaced),
            _ if !self.current => Some(self.settled_otherwise()),
            _ if self.coming => Some(Ended::Processing),
            LinkStatus::Expired => Some(Ended::Expired),
            LinkStatus::Sent | LinkStatus::Opened if self.due().is_positive() => None,
            LinkStatus::Sent | LinkStatus::Opened => Some(self.settled_otherwise()),
        }
    }

    /// Nothing is owed by it: paid some other way, or withdrawn.
    fn settled_otherwise(&self) -> Ended {
        let paid = match &self.link.state.pays {
            LinkFor::Invoices(_) => {
                self.invoices.iter().any(|invoice| invoice.state.status == InvoiceStatus::Paid)
            }
            LinkFor::Payment(_) => {
                self.payment.as_ref().is_some_and(|payment| payment.state.paid_at.is_some())
            }
        };
        if paid { Ended::Paid } else { Ended::Withdrawn }
    }

    fn bills(&self) -> Vec<Bill> {
        let location = |id: &Option<paywell_domain::text::Line<16>>| {
            let found = id.as_ref().and_then(|id| self.practice.location(id.as_str()));
            found.map(|location| location.name.to_string())
        };
        if let (LinkFor::Payment(_), Some(payment)) = (&self.link.state.pays, &self.payment) {
            let payment = &payment.state;
            return vec![Bill {
                number: Series::Payment.show(payment.number),
                date: self.practice.today(payment.created_at),
                due: payment.due_date,
                location: None,
                lines: Vec::new(),
                adjusted: None,
                paid: None,
                balance: payment.amount.cents(),
            }];
        }
        let open = self.invoices.iter().map(|stored| &stored.state);
        let open = open.filter(|invoice| invoice.status == InvoiceStatus::Open);
        open.map(|invoice| Bill {
            number: Series::Invoice.show(invoice.number),
            date: invoice.date,
            due: Some(invoice.due_date()),
            location: location(&invoice.location),
            lines: invoice
                .lines
                .iter()
                .zip(invoice.totals().line_nets)
                .map(|(line, amount)| BillLine { description: line.description.to_string(), amount })
                .collect(),
            adjusted: invoice
                .adjusted()
                .checked_sub(invoice.written_off())
                .filter(|adjusted| !adjusted.is_zero()),
            paid: invoice.applied.is_positive().then_some(invoice.applied),
            balance: invoice.balance(),
        })
        .collect()
    }
}
