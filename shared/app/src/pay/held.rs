//! A link that somebody holds: what it is for, what is owed by it now, and whether it is still good.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Amount, Cents, Invoice, InvoiceStatus, Link, LinkId, Patient, PatientId, Payment, PaymentId,
    PaymentStatus, Practice, PracticeId,
    link::{LinkFor, LinkStatus, Token},
    number::Series,
    payment::{Allocation, NewPayment},
    practice::Logo,
    text::Line,
};
use paywell_store::{Key, Loaded, Pointer, Stored};

use super::{Bill, BillLine, Ended, PartRefused};
use crate::{App, AppError, invoices::full_name};

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

/// The keys of everything that a link's page shows.
pub(crate) fn keys(practice: &PracticeId, link: LinkId, patient: PatientId, pays: &LinkFor) -> Vec<Key> {
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
    pub(super) fn part_from(&self) -> Option<Amount> {
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

    pub(super) fn bills(&self) -> Vec<Bill> {
        let location = |id: &Option<Line<16>>| {
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

    /// What is to be paid of what is owed, when this part of it is wanted.
    pub(super) fn payable(&self, part: Option<Amount>) -> Result<Result<Amount, PartRefused>, AppError> {
        let due = Amount::try_from(self.due()).map_err(AppError::internal)?;
        Ok(match &self.link.state.pays {
            LinkFor::Invoices(_) => self.practice.payable(due, part),
            LinkFor::Payment(_) if part.is_none_or(|part| part == due) => Ok(due),
            LinkFor::Payment(_) => Err(PartRefused::WholeAlone),
        })
    }

    pub(super) fn allocations(&self, amount: Amount) -> Vec<Allocation> {
        let invoices = self.invoices.iter().map(|stored| &stored.state);
        Allocation::by_due_date(amount, invoices.filter(|invoice| invoice.status == InvoiceStatus::Open))
    }

    pub(super) fn new_payment(
        &self,
        (id, number): (PaymentId, paywell_domain::Number),
        amount: Amount,
    ) -> Result<NewPayment, AppError> {
        Ok(NewPayment {
            id,
            number,
            patient: self.patient.id,
            patient_name: full_name(&self.patient)?,
            amount,
            currency: self.practice.currency,
            payment_type: None,
            treatment: None,
            appointment: None,
            due_date: None,
            memo: None,
            link: Some(self.link.state.id),
            allocations: self.allocations(amount),
        })
    }
}
