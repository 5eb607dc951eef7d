//! What is to be loaded: Synthea's rows, put together by patient. No I/O.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use paywell_domain::{Cents, Practice, practice::instant};
use serde_json::{Value, json};

use super::bodies;
use super::files::Files;
use super::ledger::{self, ChargeLine, Paid};
use super::refusals::{Origin, Refusals};
use super::table::Row;

/// A patient with everything that belongs to them.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) origin: Origin,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) birth_date: NaiveDate,
    /// When they became a patient.
    pub(super) at: DateTime<Utc>,
    pub(super) body: Value,
    pub(super) visits: Vec<Visit>,
    pub(super) bills: Vec<Bill>,
}

/// An encounter.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) origin: Origin,
    pub(super) id: String,
    pub(super) at: DateTime<Utc>,
    /// Where, if that is one of the practice's locations.
    pub(super) location: Option<String>,
    pub(super) body: Value,
}

/// A claim of which a patient owes, or has paid, a part.
#[derive(Debug, Clone)]
pub(super) struct Bill {
    pub(super) claim: String,
    pub(super) visit: String,
    pub(super) lines: Vec<ChargeLine>,
}

impl Bill {
    /// When the first line was charged.
    pub(super) fn at(&self) -> Option<DateTime<Utc>> {
        self.lines.iter().map(|line| line.at).min()
    }

    /// The lines of which the patient owes a part.
    pub(super) fn owed_lines(&self) -> Vec<&ChargeLine> {
        self.lines.iter().filter(|line| line.owed.is_positive()).collect()
    }

    /// The payments with what their line takes of each: the rest is credit.
    pub(super) fn payments(&self) -> Vec<(&Paid, Cents)> {
        let mut payments = Vec::new();
        for line in &self.lines {
            let mut left = line.owed;
            for paid in &line.paid {
                let applied = paid.amount.min(left);
                left = left.checked_sub(applied).unwrap_or(Cents::ZERO);
                payments.push((paid, applied));
            }
        }
        payments
    }

    /// All its rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Origin> {
        self.lines.iter().flat_map(|line| line.rows.iter().copied())
    }
}

/// Puts the rows together. What refers to nothing is refused.
pub(super) fn people(
    files: &Files,
    practice: &Practice,
    now: DateTime<Utc>,
    refusals: &mut Refusals,
) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for row in &files.patients {
        match person(row) {
            Ok(person) => people.push(person),
            Err(reason) => refusals.add(row.origin, reason),
        }
    }
    let index: HashMap<String, usize> =
        people.iter().enumerate().map(|(at, person)| (person.id.clone(), at)).collect();
    let visits = Visits::new(files, practice, refusals);
    for row in &files.encounters {
        let owner = index.get(row.text("PATIENT")).and_then(|at| people.get_mut(*at));
        match (owner, visits.visit(row)) {
            (None, _) => refusals.add(row.origin, "its patient is not loaded"),
            (_, Err(reason)) => refusals.add(row.origin, reason),
            (Some(person), Ok(visit)) => person.visits.push(visit),
        }
    }
    bills(files, &index, &mut people, refusals);
    for person in &mut people {
        person.bills.sort_by_key(Bill::at);
        person.at = person.registered(practice).unwrap_or(now);
    }
    people
}

impl Person {
    /// With their first row, but not before noon of the day on which they were born; none where they have no rows.
    fn registered(&self, practice: &Practice) -> Option<DateTime<Utc>> {
        let visits = self.visits.iter().map(|visit| visit.at);
        let first = visits.chain(self.bills.iter().filter_map(Bill::at)).min()?;
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        Some(first.max(instant(self.birth_date, noon, practice.time_zone)))
    }
}

fn person(row: &Row) -> Result<Person, String> {
    row.whole()?;
    let birth_date = row.date("BIRTHDATE")?;
    Ok(Person {
        origin: row.origin,
        id: row.required("ID")?,
        name: format!("{} {}", row.text("FIRST"), row.text("LAST")),
        birth_date,
        at: DateTime::UNIX_EPOCH,
        body: bodies::patient(row, birth_date),
        visits: Vec::new(),
        bills: Vec::new(),
    })
}

fn bills(files: &Files, index: &HashMap<String, usize>, people: &mut [Person], refusals: &mut Refusals) {
    let mut by_claim: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in &files.transactions {
        by_claim.entry(row.text("CLAIMID")).or_default().push(row);
    }
    for row in &files.claims {
        let rows = by_claim.remove(row.text("ID")).unwrap_or_default();
        let owner = index.get(row.text("PATIENTID")).and_then(|at| people.get_mut(*at));
        let (Some(person), Ok(())) = (owner, row.whole()) else {
            refusals.add(row.origin, row.whole().err().unwrap_or("its patient is not loaded".to_owned()));
            rows.iter().for_each(|row| refusals.add(row.origin, "its claim is not loaded"));
            continue;
        };
        let mut lines = ledger::lines(&rows, refusals);
        lines.retain(|line| line.owed.is_positive() || !line.paid.is_empty());
        if !lines.is_empty() {
            let (claim, visit) = (row.text("ID").to_owned(), row.text("APPOINTMENTID").to_owned());
            person.bills.push(Bill { claim, visit, lines });
        }
    }
    for row in by_claim.into_values().flatten() {
        refusals.add(row.origin, "there is no such claim");
    }
}

/// What is known of encounters from other files.
struct Visits<'a> {
    providers: HashMap<&'a str, &'a str>,
    locations: HashMap<&'a str, String>,
    codes: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Visits<'a> {
    fn new(files: &'a Files, practice: &Practice, refusals: &mut Refusals) -> Self {
        let named = |rows: &'a [Row]| rows.iter().map(|row| (row.text("ID"), row.text("NAME")));
        let locations = named(&files.organizations).filter_map(|(id, name)| {
            let name = bodies::name(name)?;
            let found = practice.locations.iter().find(|location| location.name.as_str() == name)?;
            Some((id, found.id.to_string()))
        });
        let mut codes: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in &files.procedures {
            match bodies::code(row.text("CODE")) {
                Some(code) => codes.entry(row.text("ENCOUNTER")).or_default().push(code),
                None => refusals.add(row.origin, bodies::CODE_EXPECTED),
            }
        }
        Self { providers: named(&files.providers).collect(), locations: locations.collect(), codes }
    }

    /// An encounter as a treatment: its own code and those of its procedures, each once.
    fn visit(&self, row: &Row) -> Result<Visit, String> {
        row.whole()?;
        let (id, at) = (row.required("ID")?, row.time("START")?);
        let procedures = self.codes.get(id.as_str()).into_iter().flatten().copied();
        let mut codes: Vec<&str> = Vec::new();
        for code in bodies::code(row.text("CODE")).into_iter().chain(procedures) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let mut body = json!({ "external_id": id, "service_at": at, "codes": codes });
        let physician = self.providers.get(row.text("PROVIDER")).and_then(|name| bodies::name(name));
        bodies::set(&mut body, "physician", physician);
        let location = self.locations.get(row.text("ORGANIZATION")).cloned();
        bodies::set(&mut body, "location", location.clone());
        Ok(Visit { origin: row.origin, id, at, location, body })
    }
}
