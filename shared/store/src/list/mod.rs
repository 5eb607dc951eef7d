//! The tracker's lists: any question, answered from an index in the order that was asked for, in pages that stay whole
//! while rows change.

mod listing;
mod plan;
mod query;
mod walk;

use paywell_domain::PracticeId;

pub use listing::{Listed, Listing};
pub use plan::{Plan, Range, Segment};
pub use query::{Direction, Filters, ListQuery, Sort, Span, StatusPart};
pub use walk::READ_LIMIT;
use walk::Walk;

use crate::{Store, StoreError};

/// A page, in the order asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Where the rows after these begin, if there may be any.
    pub next: Option<String>,
    /// Where the rows before these begin, if there may be any.
    pub previous: Option<String>,
    /// What it took.
    pub reading: Reading,
}

/// How a page was read, and what that took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The plan.
    pub plan: String,
    /// How many items were read.
    pub items: usize,
    /// In how many rounds; the queries of a round are made side by side.
    pub rounds: usize,
    /// Read units, in tenths.
    pub tenths_of_units: u64,
}

impl<R> Default for Page<R> {
    /// Nothing, for which nothing was read.
    fn default() -> Self {
        Self { rows: Vec::new(), next: None, previous: None, reading: Reading::default() }
    }
}

impl Store {
    /// How a page of a practice's list is read.
    pub fn plan<R: Listed>(practice: &PracticeId, query: &ListQuery) -> Plan {
        Plan::of(R::KIND, practice, query)
    }

    /// A page of a practice's list: invoices, payments or sets. At most [`READ_LIMIT`] items are read for it; where the
    /// rows that are wanted are rarer than that, it is short and has a position to go on from.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn list<R: Listed>(
        &self,
        practice: &PracticeId,
        query: &ListQuery,
    ) -> Result<Page<R>, StoreError> {
        let plan = Plan::of(R::KIND, practice, query);
        let spent = match Walk::new(self, practice, query, &plan, Reading::default()).page().await? {
            Ok(page) => return Ok(page),
            Err(spent) => spent,
        };
        let streamed = Plan::streamed(R::KIND, practice, query);
        let page = Walk::new(self, practice, query, &streamed, spent).page().await?;
        page.map_err(|_| StoreError::internal("a list that is read in its order was sorted"))
    }
}
