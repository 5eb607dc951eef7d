//! Cursor pages and the `created` filter of list endpoints.
//! Sources: <https://docs.stripe.com/api/pagination>, <https://docs.stripe.com/api/payment_intents/list>.

use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::rows::Row;
use crate::state::{State, Table};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

/// The page asked for.
pub(crate) struct Page {
    limit: i64,
    starting_after: Option<String>,
    ending_before: Option<String>,
}

impl Page {
    /// Reads `limit` (1 to 100, 10 by default), `starting_after` and `ending_before`.
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let limit = reader.integer("limit").unwrap_or(10);
        if !(1..=100).contains(&limit) {
            let message = if limit < 1 {
                "This value must be greater than or equal to 1."
            } else {
                "This value must be less than or equal to 100."
            };
            reader.fail(StripeError::invalid(message).code("parameter_invalid_integer").param("limit"));
        }
        let starting_after = reader.string("starting_after");
        let ending_before = reader.string("ending_before");
        if starting_after.is_some() && ending_before.is_some() {
            let message = "You cannot parse in both ending_before and starting_after, please pass in one and try again.";
            reader.fail(StripeError::invalid(message).param("ending_before"));
        }
        Self { limit, starting_after, ending_before }
    }

    /// The list object of `rows`, which come newest first.
    pub(crate) fn of<T>(
        &self,
        url: &str,
        object: &str,
        rows: &[(&str, &T)],
        render: impl Fn(&T) -> Value,
    ) -> Result<Value> {
        let limit = usize::try_from(self.limit).unwrap_or(10);
        let (window, has_more) = if let Some(id) = &self.ending_before {
            let end = position(rows, id, object, "ending_before")?;
            let start = end.saturating_sub(limit);
            (rows.get(start..end), start > 0)
        } else {
            let start = match &self.starting_after {
                Some(id) => position(rows, id, object, "starting_after")? + 1,
                None => 0,
            };
            let end = rows.len().min(start + limit);
            (rows.get(start..end), end < rows.len())
        };
        let data: Vec<Value> = window.unwrap_or_default().iter().map(|(_, row)| render(row)).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }
}

fn position<T>(rows: &[(&str, &T)], id: &str, object: &str, param: &str) -> Result<usize> {
    rows.iter()
        .position(|(row, _)| *row == id)
        .ok_or_else(|| StripeError::missing(object, id, param).status(400))
}

/// All rows of a table, newest first: by the counting part of their ids.
pub(crate) fn newest<T>(table: &Table<T>) -> Vec<(&str, &T)> {
    table.iter().rev().map(|(id, row)| (id.as_str(), row)).collect()
}

/// Where a row stands in a list: by its time, then by the counting part of its id, whatever the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    created: i64,
    id: String,
}

impl Place {
    fn at(created: i64) -> Self {
        Self { created, id: String::new() }
    }
}

/// The part of an id that counts up over all kinds of objects.
fn counting(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = self.created.cmp(&other.created);
        by_time.then_with(|| counting(&self.id).cmp(counting(&other.id)))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Every table's rows in the order of lists, as a whole and by what they belong to, so that a page costs its length.
#[derive(Debug, Default)]
pub(crate) struct Lists(HashMap<String, BTreeSet<Place>>);

impl Lists {
    pub(crate) fn add<T: Row>(&mut self, row: &T) {
        let whole = [Some("")].into_iter();
        for owner in whole.chain(row.owners()).flatten() {
            let place = Place { created: row.created(), id: row.id().to_owned() };
            self.0.entry(format!("{} {owner}", T::TABLE)).or_default().insert(place);
        }
    }

    /// The rows that were once listed under `owner`, oldest first.
    pub(crate) fn under<'a, T: Row>(&self, state: &'a State, owner: &str) -> Vec<&'a T> {
        let places = self.0.get(&format!("{} {owner}", T::TABLE));
        places.into_iter().flatten().filter_map(|place| T::table(state).get(&place.id)).collect()
    }
}

/// A list as it is asked for.
pub(crate) struct Listing<'a> {
    pub(crate) page: Page,
    pub(crate) created: Created,
    /// What all wanted rows are listed under: an id that a filter names, if one does.
    pub(crate) owner: Option<&'a str>,
}

impl Listing<'_> {
    /// The list object of the rows that are `wanted`, newest first.
    pub(crate) fn of<T: Row>(
        &self,
        state: &State,
        url: &str,
        wanted: impl Fn(&T) -> bool,
        render: impl Fn(&T) -> Value,
    ) -> Result<Value> {
        let limit = usize::try_from(self.page.limit).unwrap_or(10);
        let cursor = |id: &Option<String>, param: &str| match id {
            None => Ok(None),
            Some(id) => match T::table(state).get(id) {
                None => Err(StripeError::missing(T::OBJECT, id, param).status(400)),
                Some(row) => Ok(Some(Place { created: row.created(), id: id.clone() })),
            },
        };
        let after = cursor(&self.page.starting_after, "starting_after")?;
        let before = cursor(&self.page.ending_before, "ending_before")?;
        let from = Bound::Included(Place::at(self.created.from));
        let to = self.created.to.checked_add(1).map_or(Bound::Unbounded, |to| Bound::Excluded(Place::at(to)));
        let places = state.lists.0.get(&format!("{} {}", T::TABLE, self.owner.unwrap_or_default()));
        let rows = |from: Bound<Place>, to: Bound<Place>| {
            // A range whose end comes before its start is nothing, and not for `range`.
            let places = places.filter(|_| ordered(&from, &to));
            let range = places.map(|places| places.range((from, to)));
            let rows = range.into_iter().flatten().filter_map(|place| T::table(state).get(&place.id));
            rows.filter(|row| wanted(row))
        };
        let (mut found, has_more): (Vec<&T>, bool);
        if let Some(cursor) = before {
            let from = later(from, cursor);
            found = rows(from, to).take(limit + 1).collect();
            has_more = found.len() > limit;
            found.truncate(limit);
            found.reverse();
        } else {
            let to = after.map_or(to.clone(), |cursor| earlier(to, cursor));
            found = rows(from, to).rev().take(limit + 1).collect();
            has_more = found.len() > limit;
            found.truncate(limit);
        }
        let data: Vec<Value> = found.into_iter().map(render).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }
}

fn ordered(from: &Bound<Place>, to: &Bound<Place>) -> bool {
    match (from, to) {
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => {
            from < to
        }
        _ => true,
    }
}

/// The later of two beginnings, of which the second excludes its row.
fn later(from: Bound<Place>, cursor: Place) -> Bound<Place> {
    match from {
        Bound::Included(place) if place > cursor => Bound::Included(place),
        _ => Bound::Excluded(cursor),
    }
}

/// The earlier of two ends, of which the second excludes its row.
fn earlier(to: Bound<Place>, cursor: Place) -> Bound<Place> {
    match to {
        Bound::Excluded(place) if place < cursor => Bound::Excluded(place),
        _ => Bound::Excluded(cursor),
    }
}

/// `created=…` or `created[gte]=…` and its kin, in seconds since 1970.
pub(crate) struct Created {
    from: i64,
    to: i64,
}

impl Created {
    /// No bounds.
    pub(crate) fn ever() -> Self {
        Self { from: i64::MIN, to: i64::MAX }
    }

    /// Reads the filter; absent, everything passes.
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self::named(reader, "created")
    }

    /// Reads the same filter of another time, such as `arrival_date`.
    pub(crate) fn named(reader: &mut Reader, field: &str) -> Self {
        if !reader.is_hash(field) {
            return match reader.integer(field) {
                Some(at) => Self { from: at, to: at },
                None => Self::ever(),
            };
        }
        let bounds = reader.hash(field, |range| {
            let lower = [range.integer("gte"), range.integer("gt").map(|at| at.saturating_add(1))];
            let upper = [range.integer("lte"), range.integer("lt").map(|at| at.saturating_sub(1))];
            (lower.into_iter().flatten().max(), upper.into_iter().flatten().min())
        });
        let (from, to) = bounds.unwrap_or_default();
        Self { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) }
    }

    pub(crate) fn holds(&self, created: i64) -> bool {
        (self.from..=self.to).contains(&created)
    }
}
