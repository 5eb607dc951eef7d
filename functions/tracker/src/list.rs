//! How every list is asked for and answered.

use paywell_app::{Context, tracker::List};
use paywell_domain::PatientId;
use paywell_http::{
    Problem,
    cursor::{Cursor, CursorKey, Direction},
};
use paywell_store::{self as store, Order, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest page.
const MAX_LIMIT: u16 = 100;

/// By what a list is sorted; with `-` the latest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) enum Sort {
    /// The latest made first.
    #[serde(rename = "-created")]
    LatestCreated,
    /// The first made first.
    #[serde(rename = "created")]
    Created,
    /// The latest due first.
    #[serde(rename = "-due")]
    LatestDue,
    /// The first due first.
    #[serde(rename = "due")]
    Due,
}

/// How many rows a page has: 1 to 100.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u16")]
pub(crate) struct Limit(u16);

impl TryFrom<u16> for Limit {
    type Error = String;

    fn try_from(rows: u16) -> Result<Self, String> {
        if (1..=MAX_LIMIT).contains(&rows) {
            Ok(Self(rows))
        } else {
            Err(format!("expected 1 to {MAX_LIMIT}"))
        }
    }
}

/// A list's query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParameters<S> {
    status: Option<S>,
    sort: Option<Sort>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListPage<T> {
    /// The rows.
    items: Vec<T>,
    /// Where the rows after these begin, if there may be any; good for a day.
    next_cursor: Option<String>,
    /// Where the rows before these begin, if there may be any; good for a day.
    prev_cursor: Option<String>,
}

/// A list as it was asked for, and what its cursors are bound to.
pub(crate) struct Asked<S> {
    pub(crate) list: List<S>,
    bound_to: String,
}

impl<S: Copy + std::fmt::Debug> ListParameters<S> {
    /// Opens the cursor, which is good for this practice, list, filters and order alone.
    pub(crate) fn asked(
        self,
        kind: &str,
        patient: Option<PatientId>,
        key: &CursorKey,
        cx: &Context,
    ) -> Result<Asked<S>, Problem> {
        let sort = self.sort.unwrap_or(Sort::LatestCreated);
        let bound_to = format!("{kind} {patient:?} {:?} {sort:?}", self.status);
        let cursor =
            self.cursor.map(|text| Cursor::open(key, &text, cx.practice().as_str(), &bound_to, cx.now()));
        let list = List {
            patient,
            status: self.status,
            order: if matches!(sort, Sort::Due | Sort::LatestDue) { Order::Due } else { Order::Created },
            descending: matches!(sort, Sort::LatestCreated | Sort::LatestDue),
            limit: usize::from(self.limit.map_or(50, |limit| limit.0)),
            from: cursor.transpose()?.map(|cursor| (cursor.position, direction(cursor.direction))),
        };
        Ok(Asked { list, bound_to })
    }
}

fn direction(direction: Direction) -> store::Direction {
    match direction {
        Direction::Next => store::Direction::Next,
        Direction::Prev => store::Direction::Previous,
    }
}

impl<T> ListPage<T> {
    /// The page with its cursors.
    pub(crate) fn of<R>(
        page: &Page<R>,
        bound_to: &str,
        key: &CursorKey,
        cx: &Context,
        show: impl Fn(&R) -> T,
    ) -> Self {
        let seal = |position: &Option<String>, direction| {
            let cursor = Cursor { position: position.clone()?, direction };
            Some(cursor.seal(key, cx.practice().as_str(), bound_to, cx.now()))
        };
        Self {
            items: page.rows.iter().map(show).collect(),
            next_cursor: seal(&page.next, Direction::Next),
            prev_cursor: seal(&page.previous, Direction::Prev),
        }
    }
}

impl<S> Asked<S> {
    pub(crate) fn into_parts(self) -> (List<S>, String) {
        (self.list, self.bound_to)
    }
}
