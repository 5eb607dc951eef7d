//! The tracker's lists: a page is one query, in either direction, from a position that stays good while rows change.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use paywell_domain::PracticeId;
use serde::de::DeserializeOwned;

use crate::{InvoiceRow, PaymentRow, SetRow, Store, StoreError, keys, row::Item};

/// How many rows a query may read for a page whose rows are picked among others.
const READ_LIMIT: usize = 500;

/// Which rows of a practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of the kind.
    All,
    /// Those in a stored status, by its name.
    Status(&'static str),
    /// Those of a patient.
    Patient(paywell_domain::PatientId),
}

/// By what rows are sorted. Ids sort by the time they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By creation.
    Created,
    /// By due date, then creation; rows without one come last.
    Due,
}

/// Which way a page goes from its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the rows that come after.
    Next,
    /// To the rows that came before.
    Previous,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which rows.
    pub scope: Scope,
    /// By what they are sorted.
    pub order: Order,
    /// Whether the latest comes first.
    pub descending: bool,
    /// Only rows due on or after this day; needs [`Order::Due`].
    pub due_from: Option<NaiveDate>,
    /// Only rows due before this day; needs [`Order::Due`].
    pub due_before: Option<NaiveDate>,
    /// Whether rows are picked among others, so that more are read than are shown.
    pub picks: bool,
    /// Where to go on, as an earlier page gave it.
    pub from: Option<(String, Direction)>,
    /// At most how many rows.
    pub limit: usize,
}

/// A page, in the order asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Where the rows after these begin, if there may be any.
    pub next: Option<String>,
    /// Where the rows before these begin, if there may be any.
    pub previous: Option<String>,
    /// How many items were read for it.
    pub read: usize,
}

impl Store {
    /// A page of a practice's invoices: one query. Rows that `keep` refuses are passed over; such a page may come back
    /// short with a position to go on from.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn invoices(
        &self,
        practice: &PracticeId,
        query: &ListQuery,
        keep: impl Fn(&InvoiceRow) -> bool,
    ) -> Result<Page<InvoiceRow>, StoreError> {
        self.page("INVOICES", practice, query, keep).await
    }

    /// A page of a practice's payments: one query. Rows that `keep` refuses are passed over.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn payments(
        &self,
        practice: &PracticeId,
        query: &ListQuery,
        keep: impl Fn(&PaymentRow) -> bool,
    ) -> Result<Page<PaymentRow>, StoreError> {
        self.page("PAYMENTS", practice, query, keep).await
    }

    /// A page of a practice's invoice sets: one query.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn invoice_sets(
        &self,
        practice: &PracticeId,
        query: &ListQuery,
    ) -> Result<Page<SetRow>, StoreError> {
        self.page("SETS", practice, query, |_| true).await
    }

    async fn page<R: DeserializeOwned>(
        &self,
        kind: &str,
        practice: &PracticeId,
        query: &ListQuery,
        keep: impl Fn(&R) -> bool,
    ) -> Result<Page<R>, StoreError> {
        let plan = Plan::of(kind, practice, query);
        let backwards = query.from.as_ref().is_some_and(|(_, direction)| *direction == Direction::Previous);
        // One row more than a page tells whether the list goes on.
        let read_limit = if query.picks { READ_LIMIT } else { query.limit.saturating_add(1) };
        let ascending = query.descending == backwards;
        let start = match plan.start(ascending) {
            Start::Edge => None,
            Start::After(key) => Some(key),
            Start::Nowhere => return Ok(plan.nothing_left(backwards)),
        };
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(plan.index.map(str::to_owned))
            .key_condition_expression(plan.condition())
            .set_expression_attribute_names(Some(plan.names()))
            .set_expression_attribute_values(Some(plan.values()))
            .scan_index_forward(ascending)
            .set_exclusive_start_key(start)
            .limit(i32::try_from(read_limit).unwrap_or(i32::MAX))
            .send()
            .await?;
        let items = answer.items.unwrap_or_default();
        let mut found: Vec<(String, R)> = Vec::new();
        let mut last_read = None;
        for item in &items {
            if found.len() > query.limit {
                break;
            }
            let position = plan.position(item)?;
            last_read = Some(position.clone());
            let row: R = serde_dynamo::from_item(item.clone())?;
            if keep(&row) {
                found.push((position, row));
            }
        }
        let beyond = if found.len() > query.limit {
            found.truncate(query.limit);
            found.last().map(|(position, _)| position.clone())
        } else {
            last_read.filter(|_| answer.last_evaluated_key.is_some())
        };
        if backwards {
            found.reverse();
        }
        let came_from = query.from.as_ref().map(|(position, _)| position.clone());
        let edge = |end: Option<&(String, R)>| end.map(|(position, _)| position.clone());
        let (next, previous) = if backwards {
            (edge(found.last()).or(came_from), beyond)
        } else {
            (beyond, came_from.clone().and_then(|_| edge(found.first()).or(came_from)))
        };
        Ok(Page { rows: found.into_iter().map(|(_, row)| row).collect(), next, previous, read: items.len() })
    }
}

/// Where a query begins.
enum Start {
    /// At the edge of the list.
    Edge,
    /// After a row, which may be gone.
    After(Item),
    /// There is nothing that way.
    Nowhere,
}

/// Which index answers a list, and between which keys.
struct Plan<'a> {
    index: Option<&'static str>,
    hash: &'static str,
    range: &'static str,
    partition: String,
    bounds: (Option<String>, Option<String>),
    list: String,
    query: &'a ListQuery,
    kind: &'a str,
    practice: &'a PracticeId,
}

impl<'a> Plan<'a> {
    fn of(kind: &'a str, practice: &'a PracticeId, query: &'a ListQuery) -> Self {
        let list = keys::list(kind, practice);
        let (index, hash, range) = match (&query.scope, query.order) {
            (Scope::All, Order::Created) => (None, "pk", "sk"),
            (Scope::All, Order::Due) => (Some("by_due"), "pk", "due"),
            (Scope::Status(_), Order::Created) => (Some("by_status"), "status", "sk"),
            (Scope::Status(_), Order::Due) => (Some("by_status_due"), "status", "due"),
            (Scope::Patient(_), Order::Created) => (Some("by_patient"), "patient", "sk"),
            (Scope::Patient(_), Order::Due) => (Some("by_patient_due"), "patient", "due"),
        };
        let partition = match &query.scope {
            Scope::All => list.clone(),
            Scope::Status(status) => keys::narrowed(kind, practice, status),
            Scope::Patient(patient) => keys::narrowed(kind, practice, &patient.to_string()),
        };
        let bounds = match query.order {
            Order::Due => {
                (query.due_from.map(|day| day.to_string()), query.due_before.map(|day| day.to_string()))
            }
            Order::Created => (None, None),
        };
        Self { index, hash, range, partition, bounds, list, query, kind, practice }
    }

    fn condition(&self) -> String {
        match self.bounds {
            (None, None) => "#hash = :partition",
            (Some(_), None) => "#hash = :partition AND #range >= :from",
            (None, Some(_)) => "#hash = :partition AND #range < :before",
            (Some(_), Some(_)) => "#hash = :partition AND #range BETWEEN :from AND :before",
        }
        .to_owned()
    }

    fn names(&self) -> std::collections::HashMap<String, String> {
        let mut names = std::collections::HashMap::from([("#hash".to_owned(), self.hash.to_owned())]);
        if self.bounds != (None, None) {
            names.insert("#range".to_owned(), self.range.to_owned());
        }
        names
    }

    fn values(&self) -> Item {
        let (from, before) = &self.bounds;
        let text = |text: &String| AttributeValue::S(text.clone());
        let mut values = Item::from([(":partition".to_owned(), text(&self.partition))]);
        values.extend(from.iter().map(|day| (":from".to_owned(), text(day))));
        values.extend(before.iter().map(|day| (":before".to_owned(), text(day))));
        values
    }

    /// A row's place in the order: the value of its sort key, which ends in its id.
    fn position(&self, item: &Item) -> Result<String, StoreError> {
        let value = item.get(self.range).and_then(|value| value.as_s().ok()).cloned();
        value.ok_or_else(|| StoreError::internal("a row without its sort key"))
    }

    /// Where a page begins.
    fn start(&self, ascending: bool) -> Start {
        let Some((position, _)) = &self.query.from else { return Start::Edge };
        let (from, before) = &self.bounds;
        // Days have begun since the page was shown, and the bounds have moved past its position.
        let below = from.as_ref().is_some_and(|from| position < from);
        let above = before.as_ref().is_some_and(|before| position >= before);
        match (below, above, ascending) {
            (false, false, _) => Start::After(self.key_at(position)),
            (true, _, true) | (_, true, false) => Start::Edge,
            (true, _, false) | (_, true, true) => Start::Nowhere,
        }
    }

    /// A page with no rows, and the way back.
    fn nothing_left<R>(&self, backwards: bool) -> Page<R> {
        let back = self.query.from.as_ref().map(|(position, _)| position.clone());
        let (next, previous) = if backwards { (back, None) } else { (None, back) };
        Page { rows: Vec::new(), next, previous, read: 0 }
    }

    /// The whole key of a row at a position: of the index, and of the table.
    fn key_at(&self, position: &str) -> Item {
        let id = match self.query.order {
            Order::Created => position,
            Order::Due => position.split_once('#').map_or(position, |(_, id)| id),
        };
        let mut key = crate::row::key(self.kind, self.practice, id).attributes();
        key.insert("pk".to_owned(), AttributeValue::S(self.list.clone()));
        key.insert(self.hash.to_owned(), AttributeValue::S(self.partition.clone()));
        key.insert(self.range.to_owned(), AttributeValue::S(position.to_owned()));
        key
    }
}
