//! Cursor pages and the `created` filter of list endpoints.
//! Sources: <https://docs.stripe.com/api/pagination>, <https://docs.stripe.com/api/payment_intents/list>.

use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::state::Table;
use serde_json::{Value, json};

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

/// All rows of a table, newest first: by the counting part of their ids, whatever the prefix.
pub(crate) fn newest<T>(table: &Table<T>) -> Vec<(&str, &T)> {
    // Nearly in order already, which the sort makes use of: only prefixes stand in the way.
    let mut rows: Vec<(&str, &T)> = table.iter().rev().map(|(id, row)| (id.as_str(), row)).collect();
    rows.sort_by(|(a, _), (b, _)| order(b).cmp(order(a)));
    rows
}

fn order(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

/// `created=…` or `created[gte]=…` and its kin, in seconds since 1970.
pub(crate) struct Created {
    from: i64,
    to: i64,
}

impl Created {
    /// Reads the filter; absent, everything passes.
    pub(crate) fn read(reader: &mut Reader) -> Self {
        if !reader.is_hash("created") {
            return match reader.integer("created") {
                Some(at) => Self { from: at, to: at },
                None => Self { from: i64::MIN, to: i64::MAX },
            };
        }
        let bounds = reader.hash("created", |range| {
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
