//! Walking a list to its end while it changes.
//!
//! A walk goes by creation whatever the order asked for, because when something was made never changes: a row that gets
//! another due date, amount or name meanwhile is neither met twice nor passed by. The place in the order asked for goes with
//! each row, and the rows are put in that order when all are there.

use chrono::NaiveDate;
use paywell_domain::{
    PaymentStatus, SetStatus, invoice::ShownStatus, number::Series, payment::TransactionStatus,
};
use paywell_store::{
    Direction, InvoiceRow, ListQuery, Listed, PaymentRow, SetRow, Sort, StatusPart, TransactionRow,
};

use crate::{
    App, AppError, Context,
    search::SearchText,
    tracker::{List, parts_of},
};

/// The most rows that are asked for at a time.
const PAGE: usize = 1_000;

/// Some of a list's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked<R> {
    /// The rows, each with its place in the order that was asked for, as text that sorts; without one where that is the order
    /// in which they are walked.
    pub rows: Vec<(String, R)>,
    /// Where the walk goes on; none at its end.
    pub next: Option<String>,
}

impl<R> Default for Walked<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), next: None }
    }
}

impl App {
    /// Walks on through invoices, with their status as of a day of the practice; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_invoices(
        &self,
        cx: &Context,
        list: List<ShownStatus>,
        today: NaiveDate,
        from: Option<String>,
    ) -> Result<Walked<InvoiceRow>, AppError> {
        let asked = list.query(&ShownStatus::ALL, |status| parts_of(status, today));
        self.walk(cx, asked, Some(Series::Invoice), from).await
    }

    /// Walks on through payments; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_payments(
        &self,
        cx: &Context,
        list: List<PaymentStatus>,
        from: Option<String>,
    ) -> Result<Walked<PaymentRow>, AppError> {
        let asked = list.query(&PaymentStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.walk(cx, asked, Some(Series::Payment), from).await
    }

    /// Walks on through transactions; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_transactions(
        &self,
        cx: &Context,
        list: List<TransactionStatus>,
        from: Option<String>,
    ) -> Result<Walked<TransactionRow>, AppError> {
        let asked = list.query(&TransactionStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.walk(cx, asked, Some(Series::Payment), from).await
    }

    /// Walks on through invoice sets; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_sets(
        &self,
        cx: &Context,
        list: List<SetStatus>,
        from: Option<String>,
    ) -> Result<Walked<SetRow>, AppError> {
        let asked = list.query(&SetStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.walk(cx, asked, None, from).await
    }

    async fn walk<R: Listed>(
        &self,
        cx: &Context,
        asked: (ListQuery, Option<SearchText>),
        series: Option<Series>,
        from: Option<String>,
    ) -> Result<Walked<R>, AppError> {
        let Some(asked) = self.narrowed(cx, asked, series).await? else { return Ok(Walked::default()) };
        let in_order = asked.sort == Sort::Created;
        let by_creation = ListQuery {
            sort: Sort::Created,
            descending: in_order && asked.descending,
            from: from.map(|position| (position, Direction::Next)),
            limit: asked.limit.min(PAGE),
            ..asked.clone()
        };
        let page = self.store.list::<R>(cx.practice(), &by_creation).await?;
        // What has no place in the order, such as what is not paid in the order of payment, is not in the list.
        let place = |row: &R| if in_order { Some(String::new()) } else { asked.position(&row.listing()) };
        let rows = page.rows.into_iter().filter_map(|row| Some((place(&row)?, row)));
        Ok(Walked { rows: rows.collect(), next: page.next })
    }
}
