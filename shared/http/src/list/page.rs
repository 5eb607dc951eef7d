//! A page of a list, with its cursors.

use paywell_app::{Context, tracker::List};
use paywell_store::{self as store, Page};
use serde::Serialize;
use utoipa::ToSchema;

use super::Came;
use crate::{
    Problem,
    cursor::{Cursor, CursorKey, Direction},
};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListPage<T> {
    /// The rows.
    items: Vec<T>,
    /// Where the rows after these begin, if there may be any; good for a day.
    next_cursor: Option<String>,
    /// Where the rows before these begin, if there may be any; good for a day.
    prev_cursor: Option<String>,
    /// How it was read, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<ReadingView>,
}

/// How a page was read, and what that took.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingView {
    /// Which ranges of which indexes, and what was picked among their rows.
    plan: String,
    /// How many items were read.
    items: usize,
    /// In how many rounds of queries.
    rounds: usize,
    /// Read units of DynamoDB.
    units: String,
}

impl<S: std::fmt::Debug> Came<S> {
    /// Opens the cursor, which is good for this practice, list, filters and order alone; with what the page will be
    /// answered with.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn open<'a>(
        self,
        kind: &str,
        key: &'a CursorKey,
        cx: &'a Context,
    ) -> Result<(List<S>, Answering<'a>), Problem> {
        let List { statuses, filters, search, sort, descending, .. } = &self.list;
        let bound_to = format!("{kind} {statuses:?} {filters:?} {search:?} {sort:?} {descending}");
        let open = |text: String| Cursor::open(key, &text, cx.practice().as_str(), &bound_to, cx.now());
        let from = self.cursor.map(open).transpose()?;
        let from = from.map(|cursor| (cursor.position, direction(cursor.direction)));
        Ok((List { from, ..self.list }, Answering { bound_to, explain: self.explain, key, cx }))
    }
}

fn direction(direction: Direction) -> store::Direction {
    match direction {
        Direction::Next => store::Direction::Next,
        Direction::Prev => store::Direction::Previous,
    }
}

/// What goes with a page.
pub struct Answering<'a> {
    bound_to: String,
    explain: bool,
    key: &'a CursorKey,
    cx: &'a Context,
}

impl Answering<'_> {
    /// The page with its cursors.
    pub fn page<R, T>(&self, page: &Page<R>, show: impl Fn(&R) -> T) -> ListPage<T> {
        let seal = |position: &Option<String>, direction| {
            let cursor = Cursor { position: position.clone()?, direction };
            Some(cursor.seal(self.key, self.cx.practice().as_str(), &self.bound_to, self.cx.now()))
        };
        let tenths = page.reading.tenths_of_units;
        let reading = || ReadingView {
            plan: page.reading.plan.clone(),
            items: page.reading.items,
            rounds: page.reading.rounds,
            units: format!("{}.{}", tenths / 10, tenths % 10),
        };
        ListPage {
            items: page.rows.iter().map(show).collect(),
            next_cursor: seal(&page.next, Direction::Next),
            prev_cursor: seal(&page.previous, Direction::Prev),
            reading: self.explain.then(reading),
        }
    }
}
