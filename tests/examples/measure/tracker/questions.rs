//! What a list can be asked, and what a plain search in memory answers.

use chrono::{Days, NaiveDate};
use paywell_app::tracker::List;
use paywell_domain::{Cents, Invoice, invoice::ShownStatus, number::Series, text::folded};
use paywell_store::{Filters, InvoiceRow, Sort, Span};

use super::{ROWS, today};

/// A question by its name, and what it means.
pub(super) struct Question {
    pub(super) name: String,
    pub(super) filters: Filters,
    statuses: Vec<ShownStatus>,
}

pub(super) fn question(name: &str, statuses: &[ShownStatus], filters: Filters) -> Question {
    Question { name: name.to_owned(), filters, statuses: statuses.to_vec() }
}

/// Every filter by itself, as staff would set it.
pub(super) fn singles(all: &[Invoice]) -> Vec<Question> {
    use ShownStatus::{Draft, Overdue, Paid, PartiallyPaid, Unpaid, WrittenOff};
    let none = Filters::default;
    let days = |from: u64, to: u64| Span {
        from: Some(today() - Days::new(from)),
        before: Some(today() - Days::new(to)),
    };
    let instants = |from, to| {
        days(from, to).map(|day: NaiveDate| day.and_hms_opt(4, 0, 0).unwrap_or_default().and_utc())
    };
    let amount = Span { from: Some(Cents::new(5_000)), before: Some(Cents::new(15_001)) };
    let patients = all.get(all.len() / 2).map(|invoice| invoice.patient).into_iter().collect();
    let number = Series::Invoice.show(all[all.len() / 3].number);
    vec![
        question("status overdue", &[Overdue], none()),
        question("status unpaid", &[Unpaid], none()),
        question("status paid", &[Paid], none()),
        question("status draft", &[Draft], none()),
        question("status unpaid, partially paid, overdue", &[Overdue, PartiallyPaid, Unpaid], none()),
        question("status paid, written off", &[Paid, WrittenOff], none()),
        question("location main", &[], Filters { facets: vec!["main".into()], ..none() }),
        question("location east, lab", &[], Filters { facets: vec!["east".into(), "lab".into()], ..none() }),
        question("code 99213", &[], Filters { codes: vec!["99213".into()], ..none() }),
        question("code J1885", &[], Filters { codes: vec!["J1885".into()], ..none() }),
        question("amount 50 to 150", &[], Filters { amount, ..none() }),
        question("created last month", &[], Filters { created: instants(31, 1), ..none() }),
        question("due last month", &[], Filters { due: days(31, 1), ..none() }),
        question("paid last month", &[], Filters { paid: instants(31, 1), ..none() }),
        question("patient", &[], Filters { patients, ..none() }),
        question("number", &[], Filters { number: Some(number), ..none() }),
        question("search quis", &[], Filters { name: Some("quis".into()), ..none() }),
        question("search maria gar", &[], Filters { name: Some("maria gar".into()), ..none() }),
        question("search smith", &[], Filters { name: Some("smith".into()), ..none() }),
    ]
}

/// Both at once; none where they set the same filter.
pub(super) fn both(one: &Question, other: &Question) -> Option<Question> {
    let kind = |question: &Question| question.name.split(' ').next().unwrap_or_default().to_owned();
    if kind(one) == kind(other) {
        return None;
    }
    let (a, b) = (one.filters.clone(), other.filters.clone());
    let filters = Filters {
        number: a.number.or(b.number),
        patients: if a.patients.is_empty() { b.patients } else { a.patients },
        name: a.name.or(b.name),
        facets: if a.facets.is_empty() { b.facets } else { a.facets },
        codes: if a.codes.is_empty() { b.codes } else { a.codes },
        created: if a.created.is_open() { b.created } else { a.created },
        due: if a.due.is_open() { b.due } else { a.due },
        paid: if a.paid.is_open() { b.paid } else { a.paid },
        amount: if a.amount.is_open() { b.amount } else { a.amount },
    };
    let statuses = if one.statuses.is_empty() { other.statuses.clone() } else { one.statuses.clone() };
    Some(Question { name: format!("{} + {}", one.name, other.name), filters, statuses })
}

impl Question {
    pub(super) fn holds(&self, row: &InvoiceRow) -> bool {
        let Filters { number, patients, name, facets, codes, created, due, paid, amount } = &self.filters;
        (self.statuses.is_empty() || self.statuses.contains(&row.shown(today())))
            && number.as_ref().is_none_or(|number| Series::Invoice.show(row.number) == *number)
            && (patients.is_empty() || patients.contains(&row.patient))
            && name.as_ref().is_none_or(|name| found_by(row, name).is_some())
            && (facets.is_empty()
                || row.location.as_ref().is_some_and(|at| facets.iter().any(|facet| facet == at.as_str())))
            && (codes.is_empty()
                || row.codes.iter().any(|known| codes.iter().any(|code| code == known.as_str())))
            && created.holds(&row.created_at)
            && due.holds(&row.due_date())
            && (paid.is_open() || row.paid_at.is_some_and(|at| paid.holds(&at)))
            && amount.holds(&row.total)
    }

    pub(super) fn list(&self, sort: Sort, descending: bool) -> List<ShownStatus> {
        let (statuses, filters, limit) = (self.statuses.clone(), self.filters.clone(), ROWS);
        List { statuses, filters, search: None, sort, descending, limit, from: None }
    }
}

/// Every row, and its place in each order, so that an answer is a walk through one of them.
pub(super) struct Orders<'a> {
    rows: &'a [InvoiceRow],
    places: [(Sort, Vec<usize>); 5],
}

impl<'a> Orders<'a> {
    pub(super) fn of(rows: &'a [InvoiceRow]) -> Self {
        fn by<K: Ord>(rows: &[InvoiceRow], key: impl Fn(&InvoiceRow) -> K) -> Vec<usize> {
            let mut places: Vec<usize> = (0..rows.len()).collect();
            places.sort_by_cached_key(|place| (key(&rows[*place]), rows[*place].id.to_string()));
            places
        }
        let rank =
            |row: &InvoiceRow| ShownStatus::ALL.iter().position(|status| *status == row.shown(today()));
        let places = [
            (Sort::Created, by(rows, |row| row.created_at.timestamp())),
            (Sort::Due, by(rows, InvoiceRow::due_date)),
            (Sort::Amount, by(rows, |row| row.total)),
            (Sort::Name, by(rows, |row| folded(row.patient_name.as_str()))),
            (Sort::Status, by(rows, |row| (rank(row), row.due_date()))),
        ];
        Self { rows, places }
    }

    /// What a plain search finds, in each order that the question may be asked in.
    pub(super) fn answers(&self, question: &Question) -> Vec<(Sort, Vec<&'a InvoiceRow>)> {
        let held: Vec<bool> = self.rows.iter().map(|row| question.holds(row)).collect();
        let found = |places: &[usize]| -> Vec<&'a InvoiceRow> {
            places.iter().filter(|place| held[**place]).map(|place| &self.rows[*place]).collect()
        };
        let mut answers: Vec<_> = self.places.iter().map(|(sort, places)| (*sort, found(places))).collect();
        if let Some(name) = &question.filters.name {
            let mut by_match = answers[0].1.clone();
            by_match.sort_by_cached_key(|row| (found_by(row, name), row.id.to_string()));
            answers.push((Sort::Match, by_match));
        }
        answers
    }
}

/// The rest of the name, folded, from the word by which it is found.
fn found_by(row: &InvoiceRow, start: &str) -> Option<String> {
    let name = folded(row.patient_name.as_str());
    let words = name.split(' ').count();
    let endings = (0..words).map(|first| name.splitn(first + 1, ' ').last().unwrap_or_default().to_owned());
    endings.filter(|ending| ending.starts_with(start)).min()
}

/// A filter in its own order, and a status (but overdue, which time makes) in every order.
pub(super) fn is_natural(question: &Question, sort: Sort) -> bool {
    let filters = &question.filters;
    let own: [(bool, &[Sort]); 9] = [
        (filters.number.is_some(), &Sort::ALL),
        (filters.name.is_some(), &[Sort::Match]),
        (!filters.patients.is_empty(), &[Sort::Created]),
        (!filters.facets.is_empty(), &[Sort::Created]),
        (!filters.codes.is_empty(), &[Sort::Created]),
        (!filters.created.is_open(), &[Sort::Created]),
        (!filters.due.is_open(), &[Sort::Due]),
        (!filters.paid.is_open(), &[]),
        (!filters.amount.is_open(), &[Sort::Amount]),
    ];
    let set: Vec<&[Sort]> = own.into_iter().filter_map(|(set, sorts)| set.then_some(sorts)).collect();
    let timeless = [ShownStatus::Overdue, ShownStatus::Unpaid, ShownStatus::PartiallyPaid];
    let by_status =
        question.statuses.len() <= 1 && !question.statuses.iter().any(|status| timeless.contains(status));
    match set.as_slice() {
        [] => by_status || (question.statuses.len() == 1 && sort == Sort::Due),
        [sorts] => question.statuses.is_empty() && sorts.contains(&sort),
        _ => false,
    }
}
