//! Walking a list to its end while it changes.
//!
//! A walk goes by creation whatever the order asked for, because when something was made never changes: a row that gets
//! another due date, amount or name meanwhile is neither met twice nor passed by. The place in the order asked for goes with
//! each row, and the rows are put in that order when all are there.

use chrono::NaiveDate;
use paywell_domain::{PaymentStatus, PracticeId, SetStatus, invoice::ShownStatus};
use paywell_store::{Direction, InvoiceRow, ListQuery, Listed, PaymentRow, SetRow, Sort, StatusPart};

use crate::{
    App, AppError,
    tracker::{List, parts_of},
};

/// The most rows that are asked for at a time.
const PAGE: usize = 1_000;

/// Some of a list's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked<R> {
    /// The rows, each with its place in the order that was asked for, as text that sorts.
    pub rows: Vec<(String, R)>,
    /// Where the walk goes on; none at its end.
    pub next: Option<String>,
}

impl App {
    /// Walks on through invoices, with their status as of a day of the practice; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_invoices(
        &self,
        practice: &PracticeId,
        list: List<ShownStatus>,
        today: NaiveDate,
        from: Option<String>,
    ) -> Result<Walked<InvoiceRow>, AppError> {
        let asked = list.query(&ShownStatus::ALL, |status| parts_of(status, today));
        self.walk(practice, &asked, from).await
    }

    /// Walks on through payments; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_payments(
        &self,
        practice: &PracticeId,
        list: List<PaymentStatus>,
        from: Option<String>,
    ) -> Result<Walked<PaymentRow>, AppError> {
        let asked = list.query(&PaymentStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.walk(practice, &asked, from).await
    }

    /// Walks on through invoice sets; `list.limit` is the most rows that are wanted.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn walk_sets(
        &self,
        practice: &PracticeId,
        list: List<SetStatus>,
        from: Option<String>,
    ) -> Result<Walked<SetRow>, AppError> {
        let asked = list.query(&SetStatus::ALL, |status| vec![StatusPart::all_of(status.name())]);
        self.walk(practice, &asked, from).await
    }

    async fn walk<R: Listed>(
        &self,
        practice: &PracticeId,
        asked: &ListQuery,
        from: Option<String>,
    ) -> Result<Walked<R>, AppError> {
        let by_creation = ListQuery {
            sort: Sort::Created,
            descending: asked.sort == Sort::Created && asked.descending,
            from: from.map(|position| (position, Direction::Next)),
            limit: asked.limit.min(PAGE),
            ..asked.clone()
        };
        let page = self.store.list::<R>(practice, &by_creation).await?;
        // What has no place in the order, such as what is not paid in the order of payment, is not in the list.
        let placed = |row: R| Some((asked.position(&row.listing())?, row));
        Ok(Walked { rows: page.rows.into_iter().filter_map(placed).collect(), next: page.next })
    }
}
