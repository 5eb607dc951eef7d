//! What the portal shows: two rounds to the table a page, one for the session and one for all else.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::try_join;
use paywell_domain::{
    Cents, Currency, Invoice, InvoiceId, InvoiceStatus, Patient, PatientId, Payment, PaymentId, PaymentPlan,
    PracticeId,
    invoice::ShownStatus,
    link::Token,
    number::Series,
    payment::{PaymentMethod, TransactionKind, TransactionStatus},
};
use paywell_store::{
    Direction, Filters, InvoiceRow, Key, ListQuery, Listed, PARTLY_PAID, PatientAccount, Sort, StatusPart,
    Stored, TransactionRow,
};
use secrecy::ExposeSecret;

use super::SignedIn;
use crate::{App, AppError, documents::Movement};

/// The most payments and refunds that the history shows, the latest.
const LATEST: usize = 200;
/// How many rows are asked for at a time.
const AT_A_TIME: usize = 100;

/// An invoice that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeInvoice {
    /// The id.
    pub id: InvoiceId,
    /// The number.
    pub number: String,
    /// By when it is to be paid.
    pub due: NaiveDate,
    /// Overdue, partially paid or unpaid.
    pub status: ShownStatus,
    /// What is left.
    pub balance: Cents,
    /// Whether a payment of it is on its way: it is not to be paid again.
    pub coming: bool,
}

/// An instalment of a payment plan that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeInstalment {
    /// The day on which it is charged.
    pub on: NaiveDate,
    /// What was taken, or is to be: other payments shorten a plan from its end.
    pub amount: Cents,
    /// Whether it was taken.
    pub taken: bool,
}

/// What is owed for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomePatient {
    /// The id.
    pub id: PatientId,
    /// How the patient is called.
    pub first_name: String,
    /// What is owed, what is due first before the rest.
    pub invoices: Vec<HomeInvoice>,
    /// Money that is not applied to an invoice.
    pub credit: Cents,
    /// The instalments of the payment plan that is kept; none where there is no such plan.
    pub plan: Vec<HomeInstalment>,
}

impl HomeInstalment {
    /// Those of an active plan; `owed` is what is left of its invoices.
    fn of(plan: &PaymentPlan, owed: Cents) -> Vec<Self> {
        let taken = plan.instalments.iter().filter_map(|part| Some((part, part.taken?, true)));
        let to_take = plan.to_take(owed).into_iter().map(|(part, amount)| (part, amount, false));
        let parts = taken.chain(to_take).filter(|(_, amount, _)| amount.is_positive());
        parts.map(|(part, amount, taken)| Self { on: part.on, amount, taken }).collect()
    }
}

/// All that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// How the reader is greeted.
    pub first_name: String,
    /// Of each patient.
    pub patients: Vec<HomePatient>,
    /// Together.
    pub total: Cents,
    /// The currency of all.
    pub currency: Currency,
}

/// An invoice with its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePage {
    /// Whose.
    pub patient: PatientId,
    /// How the patient is called.
    pub first_name: String,
    /// The invoice.
    pub invoice: Invoice,
    /// Where the service was.
    pub location: Option<String>,
    /// What payments put on it and took off again, oldest first.
    pub movements: Vec<Movement>,
    /// What people see of its status today.
    pub status: ShownStatus,
}

/// Money that moved, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastTransaction {
    /// How the patient is called.
    pub first_name: String,
    /// The number of its payment.
    pub number: String,
    /// Which way it moves.
    pub kind: TransactionKind,
    /// Whether it has.
    pub status: TransactionStatus,
    /// How much.
    pub amount: Cents,
    /// Its currency.
    pub currency: Currency,
    /// By which way.
    pub method: PaymentMethod,
    /// On which day, in the practice's zone.
    pub on: NaiveDate,
    /// The path of the receipt page, where there is one.
    pub receipt: Option<String>,
}

fn of_patients(patients: &[PatientId], statuses: &[&'static str], sort: Sort, descending: bool) -> ListQuery {
    let filters = Filters { patients: patients.to_vec(), ..Filters::default() };
    let statuses = statuses.iter().map(|status| vec![StatusPart::all_of(status)]).collect();
    ListQuery { filters, statuses, sort, descending, from: None, limit: AT_A_TIME }
}

impl App {
    /// The rows of a list, `most` at most; page after page, for a page of a rare combination may be short.
    async fn rows<R: Listed>(
        &self,
        practice: &PracticeId,
        mut query: ListQuery,
        most: usize,
    ) -> Result<Vec<R>, AppError> {
        let mut rows = Vec::new();
        loop {
            let page = self.store.list::<R>(practice, &query).await?;
            rows.extend(page.rows);
            match page.next {
                Some(next) if rows.len() < most => query.from = Some((next, Direction::Next)),
                _ => break,
            }
        }
        rows.truncate(most);
        Ok(rows)
    }

    /// All outstanding invoices; a third round only where a payment is on its way.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_home(&self, signed_in: &SignedIn, now: DateTime<Utc>) -> Result<Home, AppError> {
        let (practice, session) = (signed_in.practice_id(), &signed_in.session.state);
        let balances = session.patients.iter().map(|id| Key::patient_balance(practice, *id));
        let plans = session.patients.iter().map(|id| Key::payment_plan(practice, *id));
        let keys: Vec<Key> = signed_in.patient_keys().into_iter().chain(balances).chain(plans).collect();
        let owed = [InvoiceStatus::Open.name(), PARTLY_PAID];
        let query = of_patients(&session.patients, &owed, Sort::Due, false);
        let load = async { Ok(self.store.load(keys).await?) };
        let list = self.rows::<InvoiceRow>(practice, query, usize::MAX);
        let (loaded, owed) = try_join(load, list).await?;
        let patients = signed_in.patients(&loaded)?;
        let account = |patient: &Stored<Patient>| loaded.account(practice, patient.state.id);
        let accounts: Vec<PatientAccount> = patients.iter().map(account).collect();
        let under_way = accounts.iter().flat_map(|account| account.under_way.iter().copied());
        let coming = self.coming(signed_in, under_way.collect()).await?;
        let today = signed_in.practice.today(now);
        let shown = |row: &InvoiceRow| HomeInvoice {
            id: row.id,
            number: Series::Invoice.show(row.number),
            due: row.due_date(),
            status: row.shown(today),
            balance: row.balance,
            coming: coming.contains(&row.id),
        };
        let plan = |patient: PatientId| {
            let plan = loaded.get::<PaymentPlan>(practice, patient)?.filter(|plan| plan.state.is_active());
            let owed = owed.iter().filter(|row| row.patient == patient);
            Ok::<_, AppError>(plan.map_or_else(Vec::new, |plan| {
                let of_plan = owed.filter(|row| plan.state.invoices.contains(&row.id));
                let left = Cents::checked_sum(of_plan.map(|row| row.balance)).unwrap_or(Cents::ZERO);
                HomeInstalment::of(&plan.state, left)
            }))
        };
        let of = |(patient, account): (&Stored<Patient>, &PatientAccount)| -> Result<HomePatient, AppError> {
            Ok(HomePatient {
                id: patient.state.id,
                first_name: patient.state.details.first_name.to_string(),
                invoices: (owed.iter())
                    .filter(|row| row.patient == patient.state.id && row.balance.is_positive())
                    .map(shown)
                    .collect(),
                credit: account.credit,
                plan: plan(patient.state.id)?,
            })
        };
        let patients_owing: Result<Vec<HomePatient>, AppError> =
            patients.iter().zip(&accounts).map(of).collect();
        let patients_owing = patients_owing?;
        let balances = patients_owing.iter().flat_map(|patient| &patient.invoices).map(|i| i.balance);
        let greeted = patients.first().map(|patient| patient.state.responsible_party().0.to_string());
        Ok(Home {
            first_name: greeted.unwrap_or_default(),
            total: Cents::checked_sum(balances).ok_or_else(|| AppError::internal("a sum overflows"))?,
            patients: patients_owing,
            currency: signed_in.practice.currency,
        })
    }

    /// The invoices that payments under way are about to pay, without the patient doing more.
    async fn coming(
        &self,
        signed_in: &SignedIn,
        under_way: BTreeSet<PaymentId>,
    ) -> Result<BTreeSet<InvoiceId>, AppError> {
        let mut coming = BTreeSet::new();
        if under_way.is_empty() {
            return Ok(coming);
        }
        let practice = signed_in.practice_id();
        let loaded = self.store.load(under_way.iter().map(|id| Key::payment(practice, *id))).await?;
        for id in under_way {
            let payment = loaded.get::<Payment>(practice, id)?.map(|stored| stored.state);
            let payment = payment.filter(|payment| payment.is_under_way() && !payment.is_asked_on_page());
            coming.extend(payment.iter().flat_map(|payment| &payment.allocations).map(|part| part.invoice));
        }
        Ok(coming)
    }

    /// An invoice of one of the patients.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is none of theirs, was never sent, or is deleted or void.
    pub async fn portal_invoice(
        &self,
        signed_in: &SignedIn,
        id: InvoiceId,
        now: DateTime<Utc>,
    ) -> Result<InvoicePage, AppError> {
        let practice = signed_in.practice_id();
        let load = async { Ok(self.store.load(signed_in.patient_keys()).await?) };
        let history = async { Ok::<_, AppError>(self.store.history::<Invoice>(practice, id).await?) };
        let (loaded, history) = try_join(load, history).await?;
        let history = history.ok_or(AppError::NotFound("invoice"))?;
        let invoice = history.stored.state;
        let patient = signed_in.patient(&loaded, invoice.patient);
        let patient = patient.map_err(|_| AppError::NotFound("invoice"))?.state;
        if matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Deleted | InvoiceStatus::Void) {
            return Err(AppError::NotFound("invoice"));
        }
        let location = invoice.location.as_ref().and_then(|id| signed_in.practice.location(id.as_str()));
        Ok(InvoicePage {
            patient: patient.id,
            first_name: patient.details.first_name.to_string(),
            location: location.map(|location| location.name.to_string()),
            movements: history.events.iter().filter_map(Movement::of).collect(),
            status: invoice.shown(signed_in.practice.today(now)),
            invoice,
        })
    }

    /// What was paid and given back, the latest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn portal_history(&self, signed_in: &SignedIn) -> Result<Vec<PastTransaction>, AppError> {
        let (practice, session) = (signed_in.practice_id(), &signed_in.session.state);
        let moved = [TransactionStatus::Pending.name(), TransactionStatus::Succeeded.name()];
        let query = of_patients(&session.patients, &moved, Sort::Created, true);
        let load = async { Ok(self.store.load(signed_in.patient_keys()).await?) };
        let list = self.rows::<TransactionRow>(practice, query, LATEST);
        let (loaded, moved) = try_join(load, list).await?;
        let patients = signed_in.patients(&loaded)?;
        let key = self.link_key()?.expose_secret().as_bytes();
        let shown = |row: &TransactionRow| {
            let patient = patients.iter().find(|patient| patient.state.id == row.patient)?;
            // What was paid on the processor's page has a receipt page from the first; another may have none.
            let has_receipt = row.id.kind == TransactionKind::Charge && row.method == PaymentMethod::Online;
            let token = Token::of_receipt(key, row.id.payment);
            Some(PastTransaction {
                first_name: patient.state.details.first_name.to_string(),
                number: Series::Payment.show(row.number),
                kind: row.id.kind,
                status: row.status,
                amount: row.amount.cents(),
                currency: row.currency,
                method: row.method,
                on: signed_in.practice.today(row.at),
                receipt: has_receipt.then(|| format!("/pay/receipts/{}", token.as_str())),
            })
        };
        Ok(moved.iter().filter_map(shown).collect())
    }
}
