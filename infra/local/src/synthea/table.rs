//! CSV files as they are: rows of text under named columns.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use csv::StringRecord;
use paywell_domain::Cents;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::refusals::{Origin, Refusals};

/// The largest amount of a row in whole dollars: so many rows of it as a file can have still add up.
const MAX_DOLLARS: i64 = 1_000_000_000;

/// A kind of file: its name, and the columns without which nothing can be made of it.
pub(super) struct Format {
    pub(super) file: &'static str,
    pub(super) columns: &'static [&'static str],
}

/// A row, which remembers where it stands.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) origin: Origin,
    columns: Rc<HashMap<String, usize>>,
    record: StringRecord,
}

/// Reads a file of a folder; none where there is no such file. Rows that are no CSV, and rows whose `ID` an earlier
/// row has, are refused.
pub(super) fn read(folder: &Path, format: &Format, refusals: &mut Refusals) -> Result<Option<Vec<Row>>> {
    let path = folder.join(format.file);
    match File::open(&path) {
        Ok(file) => parse(file, format, refusals).with_context(|| path.display().to_string()).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn parse(text: impl Read, format: &Format, refusals: &mut Refusals) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text);
    let names = reader.headers()?.iter().enumerate().map(|(at, name)| (name.to_uppercase(), at));
    let columns: Rc<HashMap<String, usize>> = Rc::new(names.collect());
    let missing: Vec<&str> =
        format.columns.iter().copied().filter(|name| !columns.contains_key(*name)).collect();
    ensure!(missing.is_empty(), "there is no column {}", missing.join(", "));
    let (mut rows, mut ids) = (Vec::new(), HashSet::new());
    for (index, record) in reader.records().enumerate() {
        let origin = |line: u64| Origin { file: format.file, line };
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let row = Row { origin: origin(line), columns: Rc::clone(&columns), record };
                refusals.read(format.file);
                let id = row.text("ID");
                if !id.is_empty() && !ids.insert(id.to_owned()) {
                    refusals.add(row.origin, "an earlier row has the same id");
                    continue;
                }
                rows.push(row);
            }
            Err(error) => {
                refusals.read(format.file);
                let line = error.position().map_or(u64::try_from(index)?, csv::Position::line);
                refusals.add(origin(line), "it cannot be read as text");
            }
        }
    }
    Ok(rows)
}

impl Row {
    /// The text of a column; empty where the file has no such column.
    pub(super) fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default()
    }

    /// The text of a column that may not be empty.
    pub(super) fn required(&self, column: &str) -> Result<String, String> {
        match self.text(column) {
            "" => Err(format!("{column} is empty")),
            text => Ok(text.to_owned()),
        }
    }

    /// Nothing, where the row has as many fields as the header; otherwise columns cannot be told apart.
    pub(super) fn whole(&self) -> Result<(), String> {
        if self.record.len() == self.columns.len() {
            return Ok(());
        }
        Err(format!("it has {} fields, the header {}", self.record.len(), self.columns.len()))
    }

    /// An amount from the first of these columns that has one: dollars with at most two decimals.
    pub(super) fn money(&self, columns: &[&str]) -> Result<Cents, String> {
        let given = columns.iter().find(|column| !self.text(column).is_empty());
        let column = given.ok_or_else(|| format!("there is no amount in {}", columns.join(" or ")))?;
        money(self.text(column)).ok_or_else(|| format!("{column} is no amount"))
    }

    /// An instant, as in `2000-01-18T13:01:59Z`.
    pub(super) fn time(&self, column: &str) -> Result<DateTime<Utc>, String> {
        let time = DateTime::parse_from_rfc3339(self.text(column));
        time.map(|time| time.to_utc()).map_err(|_| format!("{column} is no time"))
    }

    /// A date, as in `2000-01-18`.
    pub(super) fn date(&self, column: &str) -> Result<NaiveDate, String> {
        self.text(column).parse().map_err(|_| format!("{column} is no date"))
    }
}

fn money(text: &str) -> Option<Cents> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let dollars: Decimal = text.parse().ok().filter(|dollars| *dollars < Decimal::from(MAX_DOLLARS))?;
    let cents = dollars * Decimal::ONE_HUNDRED;
    cents.is_integer().then(|| cents.to_i64()).flatten().map(Cents::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format { file: "things.csv", columns: &["ID", "AMOUNT"] };

    #[test]
    fn amounts_are_whole_cents() {
        for (text, cents) in [("0", 0), ("0.00", 0), ("77.49", 7_749), ("77.4", 7_740), ("77.490", 7_749)] {
            assert_eq!(money(text), Some(Cents::new(cents)), "{text}");
        }
        for text in ["", ".", "77.495", "-1", "1e3", "1_000", "$5", "NaN", "1000000000", "1.2.3"] {
            assert_eq!(money(text), None, "{text:?}");
        }
    }

    #[test]
    fn columns_are_found_by_name_and_a_missing_one_is_named() {
        let mut refusals = Refusals::default();
        let text = "Extra,amount,Id\nx,1.00,a\ny,2.00,a\nz,3.00\n";
        let rows = parse(text.as_bytes(), &FORMAT, &mut refusals).unwrap();
        let amounts: Vec<&str> = rows.iter().map(|row| row.text("AMOUNT")).collect();
        assert_eq!(amounts, ["1.00", "3.00"], "the second row of an id is refused");
        assert!(rows[0].whole().is_ok() && rows[1].whole().is_err());
        let error = parse("Id,Cost\n".as_bytes(), &FORMAT, &mut refusals).unwrap_err();
        assert_eq!(error.to_string(), "there is no column AMOUNT");
    }
}
