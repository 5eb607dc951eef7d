//! The tracker: lists, previews, cards. Reads only.

use std::{collections::HashMap, sync::Mutex};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use paywell_domain::{
    Appointment, Cents, Event, EventKind, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Link, Patient,
    PatientId, Payment, PaymentId, PaymentStatus, Practice, PracticeId, SetStatus, Treatment,
    invoice::ShownStatus,
    number::Series,
    payment::{TransactionId, TransactionStatus},
};
use paywell_store::{
    Filters, InvoiceRow, Key, LinkSummary, ListQuery, Listed, PARTLY_PAID, Page, PaymentRow, SetRow, Sort,
    Span, StatusPart, TransactionRow,
};

use crate::{
    App, AppError, Context,
    search::{self, SearchText},
    views::{
        appointments::AppointmentView,
        invoices::{AppliedPayment, InvoicePreview, InvoiceView, TakenOff},
        links::LinkView,
        patients::PatientView,
        payments::{PaymentDetail, PaymentView},
        refunds::{DisputeView, RefundView},
        sets::{InvoiceSetDetail, InvoiceSetView, UpcomingStep},
        timeline::TimelineEntry,
        transactions::TransactionDetail,
    },
};

/// How long a practice's settings are good enough for what is shown. Decisions always read them.
const SETTINGS_MINUTES: i64 = 5;

/// A page of a list, as it is asked for.
#[derive(Debug, Clone)]
pub struct List<S> {
    /// Only with one of these statuses; whatever it is where there is none.
    pub statuses: Vec<S>,
    /// Only these.
    pub filters: Filters,
    /// Only what is found by this.
    pub search: Option<SearchText>,
    /// By what.
    pub sort: Sort,
    /// Whether the last comes first.
    pub descending: bool,
    /// At most how many.
    pub limit: usize,
    /// Where to go on.
    pub from: Option<(String, paywell_store::Direction)>,
}

impl<S: Copy + PartialEq> List<S> {
    /// What the store is asked: the statuses as their parts, in the order in which people see them; all of them where their
    /// order is asked for.
    pub(crate) fn query(
        self,
        all: &[S],
        parts: impl Fn(S) -> Vec<StatusPart>,
    ) -> (ListQuery, Option<SearchText>) {
        let mut shown = self.statuses;
        if shown.is_empty() && self.sort == Sort::Status {
            shown = all.to_vec();
        }
        shown.sort_by_key(|status| all.iter().position(|other| other == status));
        shown.dedup();
        let query = ListQuery {
            statuses: shown.into_iter().map(parts).collect(),
            filters: self.filters,
            sort: self.sort,
            descending: self.descending,
            from: self.from,
            limit: self.limit,
        };
        (query, self.search)
    }
}

/// A shown status as it is stored: of open invoices by what is paid of them and when they are due.
pub(crate) fn parts_of(status: ShownStatus, today: NaiveDate) -> Vec<StatusPart> {
    let due = |name, from, before| StatusPart { name, due: Span { from, before } };
    let open = InvoiceStatus::Open.name();
    match status {
        ShownStatus::Overdue => vec![due(open, None, Some(today)), due(PARTLY_PAID, None, Some(today))],
        ShownStatus::PartiallyPaid => vec![due(PARTLY_PAID, Some(today), None)],
        ShownStatus::Unpaid => vec![due(open, Some(today), None)],
        other => vec![StatusPart::all_of(other.stored().name())],
    }
}

#[derive(Default)]
pub(crate) struct Settings(Mutex<HashMap<PracticeId, (Practice, DateTime<Utc>)>>);

impl App {
    /// The practice's settings, good enough to show things by.
    ///
    /// # Errors
    /// The practice is not set up, or the table cannot be read.
    pub async fn settings(&self, cx: &Context) -> Result<Practice, AppError> {
        let known = self.settings.0.lock().ok().and_then(|known| known.get(cx.practice()).cloned());
        if let Some((practice, _)) = known.filter(|(_, until)| cx.now() < *until) {
            return Ok(practice);
        }
        let loaded = self.store.load([Key::practice(cx.practice())]).await?;
        let stored = loaded.get::<Practice>(cx.practice(), ())?;
        let practice = stored.ok_or_else(|| AppError::internal("the practice is not set up"))?.state;
        if let Ok(mut known) = self.settings.0.lock() {
            known.insert(
                cx.practice().clone(),
                (practice.clone(), cx.now() + Duration::minutes(SETTINGS_MINUTES)),
            );
        }
        Ok(practice)
    }

    /// A page of invoices, and the practice's day by which their status is shown.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list_invoices(
        &self,
        cx: &Context,
        list: List<ShownStatus>,
    ) -> Result<(Page<InvoiceRow>, NaiveDate), AppError> {
        let today = self.settings(cx).await?.today(cx.now());
        let query = list.query(&ShownStatus::ALL, |status| parts_of(status, today));
        Ok((self.found(cx, query, Some(Series::Invoice)).await?, today))
    }

    /// A page of payments.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list_payments(
        &self,
        cx: &Context,
        list: List<PaymentStatus>,
    ) -> Result<Page<PaymentRow>, AppError> {
        let query = list.query(&PaymentStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.found(cx, query, Some(Series::Payment)).await
    }

    /// A page of transactions.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list_transactions(
        &self,
        cx: &Context,
        list: List<TransactionStatus>,
    ) -> Result<Page<TransactionRow>, AppError> {
        let query = list.query(&TransactionStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.found(cx, query, Some(Series::Payment)).await
    }

    /// A transaction with everything that happened to it: one query.
    ///
    /// # Errors
    /// There is no such transaction.
    pub async fn transaction(&self, cx: &Context, id: TransactionId) -> Result<TransactionDetail, AppError> {
        let history = self.store.history::<Payment>(cx.practice(), id.payment).await?;
        let history = history.ok_or(AppError::NotFound("transaction"))?;
        let payment = &history.stored.state;
        let found = payment.transactions().into_iter().find(|transaction| transaction.id == id);
        let found = found.ok_or(AppError::NotFound("transaction"))?;
        Ok(TransactionDetail::of(payment, found, &history.events, history.broken_at.is_none()))
    }

    /// A page of invoice sets.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list_sets(&self, cx: &Context, list: List<SetStatus>) -> Result<Page<SetRow>, AppError> {
        let query = list.query(&SetStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.found(cx, query, None).await
    }

    /// A page of a list, of what its search finds. Found by name, rows come in the order in which they match, where no other
    /// was asked for; found otherwise, the latest first.
    async fn found<R: Listed>(
        &self,
        cx: &Context,
        asked: (ListQuery, Option<SearchText>),
        series: Option<Series>,
    ) -> Result<Page<R>, AppError> {
        match self.narrowed(cx, asked, series).await? {
            Some(query) => Ok(self.store.list(cx.practice(), &query).await?),
            None => Ok(Page::default()),
        }
    }

    /// A question narrowed to what its search finds; none where there can be nothing.
    pub(crate) async fn narrowed(
        &self,
        cx: &Context,
        (mut query, search): (ListQuery, Option<SearchText>),
        series: Option<Series>,
    ) -> Result<Option<ListQuery>, AppError> {
        if let Some(text) = search
            && !search::narrow(&self.store, cx, &text, series, &mut query.filters).await?
        {
            return Ok(None);
        }
        if query.sort == Sort::Match && query.filters.name.is_none() {
            (query.sort, query.descending) = (Sort::Created, true);
        }
        Ok(Some(query))
    }

    /// An invoice with everything about it: one query.
    ///
    /// # Errors
    /// There is no such invoice.
    pub async fn preview(&self, cx: &Context, id: InvoiceId) -> Result<InvoicePreview, AppError> {
        let today = self.settings(cx).await?.today(cx.now());
        let history = self.store.history::<Invoice>(cx.practice(), id).await?;
        let history = history.ok_or(AppError::NotFound("invoice"))?;
        let money = Money::of(&history.events);
        // That a link's payment paid this invoice is told by the payment, not by the link beside it.
        let link = |summary: &LinkSummary| {
            let used =
                summary.link.used || summary.link.payment.is_some_and(|id| money.paid_by.contains(&id));
            LinkView::of(&Link { used, ..summary.link.clone() }, cx.now())
        };
        Ok(InvoicePreview {
            invoice: InvoiceView::of(&history.stored, today),
            payments: money.applied,
            taken_off: money.taken_off,
            links: history.links.iter().map(link).collect(),
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
            history_intact: history.broken_at.is_none(),
        })
    }

    /// A payment with everything about it: one query, and one load of its patient, treatment and appointment.
    ///
    /// # Errors
    /// There is no such payment.
    pub async fn payment_detail(&self, cx: &Context, id: PaymentId) -> Result<PaymentDetail, AppError> {
        let history = self.store.history::<Payment>(cx.practice(), id).await?;
        let history = history.ok_or(AppError::NotFound("payment"))?;
        let payment = &history.stored.state;
        let practice = cx.practice();
        let mut keys =
            vec![Key::patient(practice, payment.patient), Key::patient_balance(practice, payment.patient)];
        keys.extend(payment.treatment.map(|id| Key::treatment(practice, id)));
        keys.extend(payment.appointment.map(|id| Key::appointment(practice, id)));
        let loaded = self.store.load(keys).await?;
        let treatment = match payment.treatment {
            Some(id) => loaded.get::<Treatment>(practice, id)?,
            None => None,
        };
        let appointment =
            payment.appointment.map(|id| loaded.get::<Appointment>(practice, id)).transpose()?;
        let patient = loaded.get::<Patient>(practice, payment.patient)?;
        let balance = loaded.account(practice, payment.patient);
        Ok(PaymentDetail {
            payment: PaymentView::of(&history.stored),
            refunds: payment
                .refunds
                .iter()
                .map(|refund| RefundView::told(payment, refund, &history.events))
                .collect(),
            disputes: payment.disputes.iter().map(DisputeView::of).collect(),
            patient_details: patient.map(|stored| PatientView::of(&stored, &balance, payment.currency)),
            treatment: PaymentDetail::visit(treatment.as_ref()),
            appointment: appointment.flatten().map(|stored| AppointmentView::of(&stored, payment.currency)),
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
            history_intact: history.broken_at.is_none(),
        })
    }

    /// A patient's current invoice set with everything that happened: one query; of one that is chased what comes next as
    /// well, in two loads.
    ///
    /// # Errors
    /// The patient was never chased.
    pub async fn invoice_set(&self, cx: &Context, patient: PatientId) -> Result<InvoiceSetDetail, AppError> {
        let currency = self.settings(cx).await?.currency;
        let history = self.store.history::<InvoiceSet>(cx.practice(), patient).await?;
        let history = history.ok_or(AppError::NotFound("invoice set"))?;
        let set = &history.stored.state;
        let keys = [
            Key::patient(cx.practice(), patient),
            Key::rule_set(cx.practice(), set.rule_set, set.rule_set_version),
        ];
        let ahead = match set.status.is_chasing() {
            true => self.look(cx, keys, async |work| work.foresee(set).await).await?,
            false => Vec::new(),
        };
        Ok(InvoiceSetDetail {
            set: InvoiceSetView::of(&history.stored, currency),
            upcoming: ahead.into_iter().map(UpcomingStep::from).collect(),
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
        })
    }
}

/// What payments did to an invoice.
struct Money {
    applied: Vec<AppliedPayment>,
    taken_off: Vec<TakenOff>,
    /// Whatever has become of it since.
    paid_by: Vec<PaymentId>,
}

impl Money {
    fn of(events: &[Event]) -> Self {
        let mut standing: Vec<(PaymentId, &str, Cents, DateTime<Utc>)> = Vec::new();
        let mut taken_off = Vec::new();
        for event in events {
            let (payment, number, cents) = match &event.kind {
                EventKind::PaymentApplied { payment, number, cents, .. } => (*payment, number, cents.cents()),
                EventKind::PaymentUnapplied { payment, number, cents, owed_again, .. } => {
                    taken_off.push(TakenOff {
                        payment_id: payment.to_string(),
                        number: number.clone(),
                        amount: cents.to_string(),
                        owed_again: *owed_again,
                        taken_off_at: event.at,
                    });
                    (*payment, number, cents.cents().negated())
                }
                _ => continue,
            };
            match standing.iter_mut().find(|(known, ..)| *known == payment) {
                Some((_, _, sum, at)) => {
                    *sum = sum.checked_add(cents).unwrap_or(*sum);
                    *at = if cents.is_positive() { event.at } else { *at };
                }
                None => standing.push((payment, number, cents, event.at)),
            }
        }
        let paid_by = standing.iter().map(|(payment, ..)| *payment).collect();
        let applied = standing.into_iter().filter(|(_, _, cents, _)| cents.is_positive());
        let applied = applied.map(|(payment, number, cents, applied_at)| AppliedPayment {
            payment_id: payment.to_string(),
            number: number.to_owned(),
            amount: cents.to_string(),
            applied_at,
        });
        Self { applied: applied.collect(), taken_off, paid_by }
    }
}
