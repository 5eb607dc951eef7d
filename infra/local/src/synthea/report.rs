//! What a load did, for people.

use std::collections::BTreeMap;
use std::fmt;

use paywell_domain::Cents;

use super::perform::sum;
use super::refusals::Refusals;
use super::withhold::Withheld;

/// What was loaded, what was not, and whether the table agrees with the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The rows read and those not loaded.
    pub refusals: Refusals,
    /// What was withheld on purpose.
    pub withheld: Withheld,
    /// Each patient, in the order of the file.
    pub people: Vec<PersonReport>,
    /// How many invoices there are of each status that people see.
    pub statuses: BTreeMap<String, usize>,
    /// Where rows and table disagree.
    pub disagreements: Vec<String>,
}

/// What was loaded of a patient, or of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonReport {
    /// The name.
    pub name: String,
    /// Encounters, as treatments.
    pub visits: usize,
    /// Claims of which the patient owes a part, as invoices.
    pub invoices: usize,
    /// Their lines.
    pub lines: usize,
    /// Payments.
    pub payments: usize,
    /// What became the patient's, by the rows.
    pub owed: Cents,
    /// What the patient paid, by the rows.
    pub paid: Cents,
    /// Money not applied, in the table.
    pub credit: Cents,
    /// What is left to pay, in the table.
    pub outstanding: Cents,
}

impl Report {
    /// All patients together.
    pub fn total(&self) -> PersonReport {
        let zero = PersonReport { name: "all".to_owned(), ..PersonReport::default() };
        self.people.iter().fold(zero, |all, one| PersonReport {
            name: all.name,
            visits: all.visits + one.visits,
            invoices: all.invoices + one.invoices,
            lines: all.lines + one.lines,
            payments: all.payments + one.payments,
            owed: sum(all.owed, one.owed),
            paid: sum(all.paid, one.paid),
            credit: sum(all.credit, one.credit),
            outstanding: sum(all.outstanding, one.outstanding),
        })
    }

    /// Whether every figure of every patient agrees to the cent.
    pub fn agrees(&self) -> bool {
        self.disagreements.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, rows) in self.refusals.rows() {
            writeln!(f, "{file:<24}{rows:>7} rows, {} not loaded", self.refusals.of(file))?;
        }
        for ((_, reason), group) in self.refusals.groups() {
            writeln!(f, "  not loaded: {} (first {}): {reason}", group.rows, group.first)?;
        }
        writeln!(f)?;
        let heads = ["visits", "invoices", "lines", "payments", "owed", "paid", "credit", "outstanding"];
        row(f, "patient", &heads.map(str::to_owned))?;
        for person in self.people.iter().chain([&self.total()]) {
            let counts = [person.visits, person.invoices, person.lines, person.payments];
            let amounts = [person.owed, person.paid, person.credit, person.outstanding];
            let cells: Vec<String> = counts
                .iter()
                .map(ToString::to_string)
                .chain(amounts.iter().map(ToString::to_string))
                .collect();
            row(f, &person.name, &cells)?;
        }
        writeln!(f, "\n{} patients", self.people.len())?;
        if self.withheld.payments > 0 {
            writeln!(f, "withheld: {} payments of {}", self.withheld.payments, self.withheld.cents)?;
        }
        let statuses: Vec<String> =
            self.statuses.iter().map(|(status, count)| format!("{count} {status}")).collect();
        writeln!(f, "invoices: {}", statuses.join("; "))?;
        for disagreement in &self.disagreements {
            writeln!(f, "DISAGREES: {disagreement}")?;
        }
        let verdict = if self.agrees() { "agree to the cent" } else { "disagree" };
        write!(f, "rows, balances, invoices and journal {verdict}")
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, cells: &[String]) -> fmt::Result {
    write!(f, "{name:<28}")?;
    for cell in cells {
        write!(f, "{cell:>12}")?;
    }
    writeln!(f)
}
