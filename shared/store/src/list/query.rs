//! What a list can be asked: which rows, in which order, from where.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{Cents, PatientId};

use super::Listing;

/// By what rows are sorted; rows that are equal in it follow each other by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// When they were made.
    Created,
    /// Due date, or when the next message is due; rows without one come last.
    Due,
    /// Amount.
    Amount,
    /// The patient's name, its accents and case apart.
    Name,
    /// Status, in the order of [`ListQuery::statuses`], then due date.
    Status,
    /// When they were paid; rows that are not paid are not shown.
    Paid,
    /// The first word of the patient's name that [`Filters::name`] begins with, and the words after it.
    Match,
}

impl Sort {
    /// Every order of a whole list.
    pub const ALL: [Self; 6] = [Self::Created, Self::Due, Self::Amount, Self::Name, Self::Status, Self::Paid];
}

/// Which way a page goes from its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the rows that come after.
    Next,
    /// To the rows that came before.
    Previous,
}

/// From a value on, and before one; either may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<T> {
    /// The first that is in it.
    pub from: Option<T>,
    /// The first that is not in it any more.
    pub before: Option<T>,
}

impl<T> Default for Span<T> {
    fn default() -> Self {
        Self { from: None, before: None }
    }
}

impl<T: PartialOrd> Span<T> {
    /// Whether it is all there is.
    pub const fn is_open(&self) -> bool {
        self.from.is_none() && self.before.is_none()
    }

    /// The same span of what each value becomes.
    pub fn map<U>(self, to: impl Fn(T) -> U) -> Span<U>
    where
        T: Copy,
    {
        Span { from: self.from.map(&to), before: self.before.map(to) }
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self
    where
        T: Ord,
    {
        let before = match (self.before, other.before) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { from: self.from.max(other.from), before }
    }

    /// Whether nothing can be in it.
    pub(super) fn is_empty(&self) -> bool {
        self.from.as_ref().zip(self.before.as_ref()).is_some_and(|(from, before)| from >= before)
    }

    /// Whether a value is in it.
    pub fn holds(&self, value: &T) -> bool {
        self.from.as_ref().is_none_or(|from| value >= from)
            && self.before.as_ref().is_none_or(|before| value < before)
    }
}

/// A stored status, or of what has it only what is due in a span of days. "Overdue" is nothing but this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPart {
    /// The partition's name, as [`Listing`] has it.
    pub name: &'static str,
    /// Due on these days; a row without a due date is only in an open span.
    pub due: Span<NaiveDate>,
}

impl StatusPart {
    /// All that has a status.
    pub fn all_of(name: &'static str) -> Self {
        Self { name, due: Span::default() }
    }

    pub(super) fn holds(&self, row: &Listing) -> bool {
        row.status == Some(self.name)
            && (self.due.is_open() || row.due.is_some_and(|due| self.due.holds(&due)))
    }
}

/// Which rows a list shows: those that every filter admits. An empty filter admits all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Of this number, such as `INV-12`.
    pub number: Option<String>,
    /// Of one of these patients.
    pub patients: Vec<PatientId>,
    /// Of a patient whose name goes on so from the beginning of a word, folded: `lovel`, `maria gar`.
    pub name: Option<String>,
    /// At one of these locations (invoices), by one of these methods (payments), or after one of these rule sets (sets).
    pub facets: Vec<String>,
    /// With a line of one of these codes (invoices); of patients, with one of these telephone numbers.
    pub codes: Vec<String>,
    /// Made in this span (UTC).
    pub created: Span<DateTime<Utc>>,
    /// Due in these days.
    pub due: Span<NaiveDate>,
    /// Paid in this span (UTC).
    pub paid: Span<DateTime<Utc>>,
    /// Of these cents.
    pub amount: Span<Cents>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which rows.
    pub filters: Filters,
    /// Every status that is shown, each as its parts, in the order of [`Sort::Status`]; empty: whatever their status, which
    /// [`Sort::Status`] cannot order.
    pub statuses: Vec<Vec<StatusPart>>,
    /// By what they are sorted.
    pub sort: Sort,
    /// Whether the last comes first.
    pub descending: bool,
    /// Where to go on, as an earlier page gave it.
    pub from: Option<(String, Direction)>,
    /// At most how many rows.
    pub limit: usize,
}

impl ListQuery {
    /// Whether the page is one before a position.
    pub(super) fn is_backwards(&self) -> bool {
        self.from.as_ref().is_some_and(|(_, direction)| *direction == Direction::Previous)
    }

    /// Whether a row is to be shown.
    pub(super) fn admits(&self, row: &Listing) -> bool {
        let Filters { number, patients, name, facets, codes, created, due, paid, amount } = &self.filters;
        fn holds<T: PartialOrd>(span: &Span<T>, value: Option<T>) -> bool {
            span.is_open() || value.is_some_and(|value| span.holds(&value))
        }
        (number.is_none() || row.number == *number)
            && (patients.is_empty() || patients.contains(&row.patient))
            && name.as_ref().is_none_or(|name| row.matching(name).is_some())
            && (facets.is_empty() || row.facet.as_ref().is_some_and(|facet| facets.contains(facet)))
            && (codes.is_empty() || row.codes.iter().any(|code| codes.contains(code)))
            && created.holds(&row.created_at)
            && holds(due, row.due)
            && holds(paid, row.paid)
            && (self.sort != Sort::Paid || row.paid.is_some())
            && amount.holds(&row.amount)
            && (self.statuses.is_empty() || self.rank(row).is_some())
    }

    /// The place of a row's status among those that are shown.
    pub(super) fn rank(&self, row: &Listing) -> Option<usize> {
        self.statuses.iter().position(|parts| parts.iter().any(|part| part.holds(row)))
    }

    /// A row's place in the order. It ends in the row's id.
    pub fn position(&self, row: &Listing) -> Option<String> {
        match self.sort {
            Sort::Status => Some(format!("{:02}|{}", self.rank(row)?, row.position(Sort::Due)?)),
            Sort::Match => Some(format!("{}#{}", row.matching(self.filters.name.as_ref()?)?, row.id)),
            sort => row.position(sort),
        }
    }
}
