//! Which index answers which question: the one place where it is decided.

use std::fmt;

use chrono::NaiveDate;
use paywell_domain::{PatientId, PracticeId};

use super::{
    ListQuery, Sort, Span, StatusPart,
    listing::{CODE_SLOTS, MANY_CODES, NAME_SLOTS},
};
use crate::keys::{self, narrowed};

/// How a page is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is read one after the other, in ascending order.
    pub segments: Vec<Segment>,
    /// The filters that no range answers: rows are read, and passed over.
    pub picked: Vec<&'static str>,
    /// Whether the ranges have another order than is asked for: all is read, then sorted.
    pub sorted: bool,
}

/// Ranges that are read side by side and merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What the positions in it begin with.
    pub prefix: String,
    /// What is read.
    pub ranges: Vec<Range>,
}

/// A range of a partition of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The index.
    pub index: &'static str,
    /// The attribute of its partition key.
    pub hash: &'static str,
    /// The partition.
    pub partition: String,
    /// The attribute of its sort key.
    pub range: &'static str,
    /// From which sort key on, and before which.
    pub span: Span<String>,
}

/// The index over a partition attribute in an order, and the attribute of the order; none where there is none.
const fn index(hash: &'static str, sort: Sort) -> Option<(&'static str, &'static str)> {
    use Sort::{Amount, Created, Due, Name, Paid, Status};
    match (hash.as_bytes(), sort) {
        (b"pk", Created) => Some(("by_created", "created")),
        (b"pk", Due) => Some(("by_due", "due")),
        (b"pk", Amount) => Some(("by_amount", "amount")),
        (b"pk", Name) => Some(("by_name", "name")),
        (b"pk", Paid) => Some(("by_paid", "paid")),
        (b"status", Created) => Some(("by_status", "created")),
        (b"status", Due | Status) => Some(("by_status_due", "due")),
        (b"status", Amount) => Some(("by_status_amount", "amount")),
        (b"status", Name) => Some(("by_status_name", "name")),
        (b"patient", Created) => Some(("by_patient", "created")),
        (b"facet", Created) => Some(("by_facet", "created")),
        (b"code1", Created) => Some(("by_code1", "created")),
        (b"code2", Created) => Some(("by_code2", "created")),
        (b"code3", Created) => Some(("by_code3", "created")),
        _ => None,
    }
}

/// A partition that may be read: the attribute, its value, the filter that it answers, and what is to be due of it.
struct Partition {
    hash: &'static str,
    value: String,
    due: Span<NaiveDate>,
}

impl Plan {
    /// The plan of a page. What has a number is one row, and a patient's rows are few, as are those that a name finds: where
    /// they are to be in another order than they are stored in, they are read whole and sorted. All else is read in the order
    /// that is asked for, from the narrowest partitions that are stored in it.
    pub(crate) fn of(kind: &str, practice: &PracticeId, query: &ListQuery) -> Self {
        if let Some(number) = &query.filters.number {
            // `!` sorts before everything that a number can go on with.
            let span = Span { from: Some(number.clone()), before: Some(format!("{number}!")) };
            let partition = keys::list(kind, practice);
            let range = Range { index: "by_number", hash: "pk", partition, range: "number", span };
            return Self::whole(vec![range], picked(query, &["number"]));
        }
        if !query.filters.patients.is_empty() {
            let of = |patient: &PatientId| Partition {
                hash: "patient",
                value: narrowed(kind, practice, &patient.to_string()),
                due: Span::default(),
            };
            let ranges = query.filters.patients.iter().filter_map(|id| of(id).range(query, Sort::Created));
            let whole = Self::whole(ranges.collect(), picked(query, &["patient", "created"]));
            return Self { sorted: query.sort != Sort::Created, ..whole };
        }
        if let Some(name) = &query.filters.name {
            let ranges = named(kind, practice, name);
            return Self {
                sorted: query.sort != Sort::Match,
                ..Self::whole(ranges, picked(query, &["name"]))
            };
        }
        Self::streamed(kind, practice, query)
    }

    fn whole(ranges: Vec<Range>, picked: Vec<&'static str>) -> Self {
        Self { segments: vec![Segment { prefix: String::new(), ranges }], picked, sorted: true }
    }

    /// The plan that reads in the order that is asked for, whatever it has to pass over.
    pub(crate) fn streamed(kind: &str, practice: &PracticeId, query: &ListQuery) -> Self {
        let mut answered = vec![query.sort.filter()];
        let (prefix, groups): (fn(usize) -> String, Vec<Vec<Partition>>) = if query.sort == Sort::Status {
            answered.push("status");
            let parts = |parts: &Vec<StatusPart>| of_statuses(kind, practice, parts);
            (|rank| format!("{rank:02}|"), query.statuses.iter().map(parts).collect())
        } else {
            let (partitions, by) = narrowest(kind, practice, query);
            answered.extend(by);
            (|_| String::new(), vec![partitions])
        };
        let segment = |(rank, partitions): (usize, Vec<Partition>)| Segment {
            prefix: prefix(rank),
            ranges: partitions.iter().filter_map(|partition| partition.range(query, query.sort)).collect(),
        };
        let segments = groups.into_iter().enumerate().map(segment).collect();
        Self { segments, picked: picked(query, &answered), sorted: false }
    }
}

impl fmt::Display for Plan {
    /// Such as `by_status_due INVOICES#prac_x#open before 2026-06-01, then …; picked: amount`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.segments.iter().filter(|segment| !segment.ranges.is_empty()).enumerate()
        {
            f.write_str(if place == 0 { "" } else { ", then " })?;
            for (place, range) in segment.ranges.iter().enumerate() {
                let name = range.partition.splitn(3, '#').nth(2).unwrap_or("all");
                write!(f, "{}{} {name}", if place == 0 { "" } else { " + " }, range.index)?;
                for (word, bound) in [("from", &range.span.from), ("before", &range.span.before)] {
                    if let Some(bound) = bound {
                        write!(f, " {word} {bound}")?;
                    }
                }
            }
        }
        if !self.picked.is_empty() {
            write!(f, "; picked by {}", self.picked.join(", "))?;
        }
        if self.sorted {
            f.write_str("; sorted")?;
        }
        Ok(())
    }
}

/// Where names are that go on so from a word's beginning: in the order of what they are found by.
fn named(kind: &str, practice: &PracticeId, name: &str) -> Vec<Range> {
    const INDEXES: [&str; NAME_SLOTS.len()] = ["by_name", "by_word2", "by_word3", "by_word4"];
    // DEL comes after every character that a folded name has.
    let span = Span { from: Some(name.to_owned()), before: Some(format!("{name}\u{7f}")) };
    let range = |(index, range)| Range {
        index,
        hash: "pk",
        partition: keys::list(kind, practice),
        range,
        span: span.clone(),
    };
    INDEXES.into_iter().zip(NAME_SLOTS).map(range).collect()
}

/// The partitions with the fewest rows that are stored in the order asked for, and the filter that they answer.
fn narrowest(kind: &str, practice: &PracticeId, query: &ListQuery) -> (Vec<Partition>, Option<&'static str>) {
    let partition = |hash: &'static str, by: &str| Partition {
        hash,
        value: narrowed(kind, practice, by),
        due: Span::default(),
    };
    if !query.filters.codes.is_empty() && query.sort == Sort::Created {
        let [.., last] = CODE_SLOTS;
        let of = |code: &'_ String| CODE_SLOTS.map(|slot| partition(slot, code));
        let slots = query.filters.codes.iter().flat_map(of);
        return (slots.chain([partition(last, MANY_CODES)]).collect(), Some("code"));
    }
    if !query.filters.facets.is_empty() && query.sort == Sort::Created {
        let facets = query.filters.facets.iter().map(|facet| partition("facet", facet));
        return (facets.collect(), Some("facet"));
    }
    if query.statuses.is_empty() || query.sort == Sort::Paid {
        let all = Partition { hash: "pk", value: keys::list(kind, practice), due: Span::default() };
        return (vec![all], None);
    }
    let mut parts = united(query.statuses.iter().flatten());
    let exact = query.sort == Sort::Due || parts.iter().all(|part| part.due.is_open());
    if !exact {
        parts.dedup_by_key(|part| part.name);
        parts.iter_mut().for_each(|part| part.due = Span::default());
    }
    (of_statuses(kind, practice, &parts), exact.then_some("status"))
}

fn of_statuses(kind: &str, practice: &PracticeId, parts: &[StatusPart]) -> Vec<Partition> {
    let partition = |part: &StatusPart| Partition {
        hash: "status",
        value: narrowed(kind, practice, part.name),
        due: part.due,
    };
    parts.iter().map(partition).collect()
}

/// The parts of each status, side by side, those that meet as one.
fn united<'a>(parts: impl Iterator<Item = &'a StatusPart>) -> Vec<StatusPart> {
    let mut sorted: Vec<StatusPart> = parts.cloned().collect();
    sorted.sort_by_key(|part| (part.name, part.due.from));
    sorted.dedup_by(|next, part| {
        let meet = part.name == next.name && part.due.before.is_some() && part.due.before == next.due.from;
        if meet {
            part.due.before = next.due.before;
        }
        meet || part == next
    });
    sorted
}

impl Partition {
    /// What of it is to be read in an order; none where nothing can be in it.
    fn range(&self, query: &ListQuery, sort: Sort) -> Option<Range> {
        let (index, range) = index(self.hash, sort)?;
        let mut span = bounds(query, sort);
        if range == "due" {
            span = span.and(days(&self.due));
        }
        let partition = self.value.clone();
        (!span.is_empty()).then_some(Range { index, hash: self.hash, partition, range, span })
    }
}

impl Sort {
    /// The filter that this order answers by where it begins and ends.
    const fn filter(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Due | Self::Status => "due",
            Self::Amount => "amount",
            Self::Name => "",
            Self::Match => "name",
            Self::Paid => "paid",
        }
    }
}

/// Between which sort keys the rows of an order's own filter are.
fn bounds(query: &ListQuery, sort: Sort) -> Span<String> {
    let filters = &query.filters;
    match sort {
        Sort::Created => filters.created.map(keys::instant),
        Sort::Due | Sort::Status => days(&filters.due),
        Sort::Amount => filters.amount.map(keys::cents),
        Sort::Name | Sort::Match => Span::default(),
        Sort::Paid => filters.paid.map(keys::instant),
    }
}

/// A row without a day comes last, and is in no span of days that has an end or a beginning.
fn days(span: &Span<NaiveDate>) -> Span<String> {
    let mut days = span.map(|day| day.to_string());
    if days.from.is_some() && days.before.is_none() {
        days.before = Some(keys::NO_DAY.to_owned());
    }
    days
}

fn picked(query: &ListQuery, answered: &[&str]) -> Vec<&'static str> {
    let filters = &query.filters;
    [
        ("number", filters.number.is_some()),
        ("patient", !filters.patients.is_empty()),
        ("name", filters.name.is_some()),
        ("status", !query.statuses.is_empty()),
        ("facet", !filters.facets.is_empty()),
        ("code", !filters.codes.is_empty()),
        ("created", !filters.created.is_open()),
        ("due", !filters.due.is_open()),
        ("amount", !filters.amount.is_open()),
        ("paid", !filters.paid.is_open() || query.sort == Sort::Paid),
    ]
    .into_iter()
    .filter_map(|(name, asked)| (asked && !answered.contains(&name)).then_some(name))
    .collect()
}

#[cfg(test)]
mod tests {
    use paywell_domain::Cents;
    use uuid::Uuid;

    use super::super::Filters;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn before_today(name: &'static str) -> StatusPart {
        StatusPart { name, due: Span { from: None, before: Some(day("2026-06-01")) } }
    }

    fn from_today(name: &'static str) -> StatusPart {
        StatusPart { name, due: Span { from: Some(day("2026-06-01")), before: None } }
    }

    fn overdue() -> Vec<StatusPart> {
        vec![before_today("open"), before_today("partly")]
    }

    fn asked(sort: Sort, statuses: &[Vec<StatusPart>], filters: Filters) -> ListQuery {
        let statuses = statuses.to_vec();
        ListQuery { filters, statuses, sort, descending: false, from: None, limit: 50 }
    }

    fn none() -> Filters {
        Filters::default()
    }

    fn named_so() -> Filters {
        Filters { name: Some("love".into()), ..none() }
    }

    #[test]
    fn every_question_has_its_index() {
        let paid = || vec![StatusPart::all_of("paid")];
        let unpaid = || vec![from_today("open")];
        let partly = || vec![from_today("partly")];
        let ada = PatientId::new(Uuid::nil());
        let june = Span { from: Some(day("2026-06-01")), before: Some(day("2026-07-01")) };
        let instants = june.map(|day| day.and_hms_opt(4, 0, 0).unwrap().and_utc());
        let amount = Span { from: Cents::new(100).into(), before: None };
        for (query, expected) in [
            (asked(Sort::Created, &[], none()), "by_created all"),
            (asked(Sort::Due, &[], none()), "by_due all"),
            (asked(Sort::Amount, &[], none()), "by_amount all"),
            (asked(Sort::Name, &[], none()), "by_name all"),
            (asked(Sort::Paid, &[], none()), "by_paid all"),
            (asked(Sort::Created, &[paid()], none()), "by_status paid"),
            (asked(Sort::Due, &[paid()], none()), "by_status_due paid"),
            (asked(Sort::Amount, &[paid()], none()), "by_status_amount paid"),
            (asked(Sort::Name, &[paid()], none()), "by_status_name paid"),
            (asked(Sort::Paid, &[paid()], none()), "by_paid all; picked by status"),
            (
                asked(Sort::Due, &[overdue()], none()),
                "by_status_due open before 2026-06-01 + by_status_due partly before 2026-06-01",
            ),
            (
                asked(Sort::Created, &[overdue()], none()),
                "by_status open + by_status partly; picked by status",
            ),
            (
                asked(Sort::Created, &[overdue(), partly(), unpaid(), paid()], none()),
                "by_status open + by_status paid + by_status partly",
            ),
            (
                asked(Sort::Status, &[overdue(), partly(), unpaid(), paid()], none()),
                "by_status_due open before 2026-06-01 + by_status_due partly before 2026-06-01, \
                 then by_status_due partly from 2026-06-01 before 9999-12-31, \
                 then by_status_due open from 2026-06-01 before 9999-12-31, then by_status_due paid",
            ),
            (
                asked(Sort::Due, &[], Filters { due: june, ..none() }),
                "by_due all from 2026-06-01 before 2026-07-01",
            ),
            (
                asked(Sort::Due, &[overdue(), paid()], Filters { due: june, ..none() }),
                "by_status_due paid from 2026-06-01 before 2026-07-01",
            ),
            (
                asked(Sort::Created, &[], Filters { created: instants, ..none() }),
                "by_created all from 20260601T040000Z before 20260701T040000Z",
            ),
            (
                asked(Sort::Paid, &[], Filters { paid: instants, ..none() }),
                "by_paid all from 20260601T040000Z before 20260701T040000Z",
            ),
            (asked(Sort::Amount, &[], Filters { amount, ..none() }), "by_amount all from 000000000100"),
            (
                asked(Sort::Name, &[paid()], Filters { amount, due: june, ..none() }),
                "by_status_name paid; picked by due, amount",
            ),
            (
                asked(Sort::Created, &[], Filters { facets: vec!["main".into(), "east".into()], ..none() }),
                "by_facet main + by_facet east",
            ),
            (
                asked(Sort::Amount, &[], Filters { facets: vec!["main".into()], ..none() }),
                "by_amount all; picked by facet",
            ),
            (
                asked(Sort::Created, &[paid()], Filters { codes: vec!["99213".into()], ..none() }),
                "by_code1 99213 + by_code2 99213 + by_code3 99213 + by_code3 *; picked by status",
            ),
            (
                asked(Sort::Created, &[paid()], Filters { number: Some("INV-12".into()), ..none() }),
                "by_number all from INV-12 before INV-12!; picked by status; sorted",
            ),
            (
                asked(Sort::Created, &[], Filters { patients: vec![ada], ..none() }),
                "by_patient pat_00000000000000000000000000",
            ),
            (
                asked(Sort::Due, &[paid()], Filters { patients: vec![ada], ..none() }),
                "by_patient pat_00000000000000000000000000; picked by status; sorted",
            ),
            (
                asked(Sort::Match, &[paid()], named_so()),
                "by_name all from love before love\u{7f} + by_word2 all from love before love\u{7f} \
                 + by_word3 all from love before love\u{7f} + by_word4 all from love before love\u{7f}; \
                 picked by status",
            ),
            (
                asked(Sort::Due, &[], named_so()),
                "by_name all from love before love\u{7f} + by_word2 all from love before love\u{7f} \
                 + by_word3 all from love before love\u{7f} + by_word4 all from love before love\u{7f}; \
                 sorted",
            ),
        ] {
            let plan = Plan::of("INVOICES", &"prac_x".parse().unwrap(), &query);
            assert_eq!(plan.to_string(), expected, "{query:?}");
        }
    }

    #[test]
    fn every_index_is_one_of_the_table() {
        for hash in ["pk", "status", "patient", "facet", "code1", "code2", "code3"] {
            for sort in Sort::ALL {
                let Some((name, range)) = index(hash, sort) else { continue };
                let found = crate::TABLE.indexes.iter().find(|index| index.name == name);
                assert_eq!(found.map(|index| (index.hash, index.range)), Some((hash, range)), "{name}");
            }
        }
    }
}
