//! Who owes what, and who paid it: a claim's rows as lines of its patient.
//!
//! A CHARGE opens a line, and every row up to the next CHARGE belongs to it. TRANSFERTYPE says who owes: `1` and `2`
//! an insurer, `p` the patient; TRANSFERIN moves what is left to whom it says. While an insurer owes, a PAYMENT by
//! COPAY is the patient's and any other the insurer's; once the patient owes, every PAYMENT is the patient's. So the
//! patient owes min(copay, charge) and what became `p`.

use chrono::{DateTime, Utc};
use paywell_domain::Cents;

use super::refusals::{Origin, Refusals};
use super::table::Row;

/// How a patient paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Cash,
    Check,
    Card,
    ElectronicCheck,
    Copay,
}

/// Money of the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) origin: Origin,
    pub(super) id: String,
    /// The row's number in the ledger; empty where there is none.
    pub(super) number: String,
    pub(super) at: DateTime<Utc>,
    pub(super) method: Method,
    pub(super) amount: Cents,
}

/// A charge, as far as it is the patient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChargeLine {
    pub(super) at: DateTime<Utc>,
    pub(super) code: String,
    pub(super) notes: String,
    /// All rows of the line.
    pub(super) rows: Vec<Origin>,
    /// What the patient owes of it.
    pub(super) owed: Cents,
    /// In the order of the file; none of zero.
    pub(super) paid: Vec<Paid>,
}

/// The lines of a claim, from its rows in the order of the file. A line with a row that cannot be read is refused
/// whole: what is left of it cannot be trusted.
pub(super) fn lines(rows: &[&Row], refusals: &mut Refusals) -> Vec<ChargeLine> {
    let mut lines = Vec::new();
    for rows in rows.chunk_by(|_, next| next.text("TYPE") != "CHARGE") {
        match line(rows) {
            Ok(line) => lines.push(line),
            Err((culprit, reason)) => {
                for row in rows {
                    let reason = if row.origin == culprit {
                        reason.clone()
                    } else {
                        "another row of its line cannot be loaded".to_owned()
                    };
                    refusals.add(row.origin, reason);
                }
            }
        }
    }
    lines
}

fn line(rows: &[&Row]) -> Result<ChargeLine, (Origin, String)> {
    let mut account: Option<Account> = None;
    for row in rows {
        let step = row.whole().and_then(|()| match &mut account {
            None => Account::open(row).map(|opened| account = Some(opened)),
            Some(account) => account.follow(row),
        });
        step.map_err(|reason| (row.origin, reason))?;
    }
    let origins: Vec<Origin> = rows.iter().map(|row| row.origin).collect();
    let first = origins.first().copied().unwrap_or(Origin { file: "", line: 0 });
    let account = account.ok_or_else(|| (first, "there is no charge".to_owned()))?;
    account.close(origins).map_err(|reason| (first, reason))
}

/// A line while its rows are read.
struct Account {
    line: ChargeLine,
    patient_owes: bool,
    charge: Cents,
    copays: Cents,
    became: Cents,
}

impl Account {
    fn open(row: &Row) -> Result<Self, String> {
        if row.text("TYPE") != "CHARGE" {
            return Err("it comes before the first charge of its claim".to_owned());
        }
        let charge = row.money(&["AMOUNT"])?;
        let line = ChargeLine {
            at: row.time("FROMDATE")?,
            code: row.text("PROCEDURECODE").to_owned(),
            notes: row.text("NOTES").to_owned(),
            rows: Vec::new(),
            owed: Cents::ZERO,
            paid: Vec::new(),
        };
        let patient_owes = is_patient(row)?;
        let became = if patient_owes { charge } else { Cents::ZERO };
        Ok(Self { line, patient_owes, charge, copays: Cents::ZERO, became })
    }

    fn follow(&mut self, row: &Row) -> Result<(), String> {
        match row.text("TYPE") {
            "PAYMENT" => self.pay(row),
            "TRANSFEROUT" => Ok(()),
            "TRANSFERIN" => {
                let (moved, to_patient) = (row.money(&["AMOUNT", "TRANSFERS"])?, is_patient(row)?);
                match (self.patient_owes, to_patient) {
                    (false, true) => self.became = add(self.became, moved)?,
                    (true, false) => self.became = add(self.became, moved.negated())?,
                    _ => {}
                }
                self.patient_owes = to_patient;
                Ok(())
            }
            "ADJUSTMENT" => {
                let less = row.money(&["ADJUSTMENTS", "AMOUNT"])?;
                if self.patient_owes {
                    self.became = add(self.became, less.negated())?;
                }
                Ok(())
            }
            other => Err(format!("its TYPE {other:?} is unknown")),
        }
    }

    fn pay(&mut self, row: &Row) -> Result<(), String> {
        let amount = row.money(&["PAYMENTS", "AMOUNT"])?;
        let copay = row.text("METHOD") == "COPAY";
        if !self.patient_owes && !copay {
            return Ok(());
        }
        if !self.patient_owes {
            self.copays = add(self.copays, amount)?;
        }
        if amount.is_positive() {
            self.line.paid.push(Paid {
                origin: row.origin,
                id: row.required("ID")?,
                number: row.text("CHARGEID").to_owned(),
                at: row.time("FROMDATE")?,
                method: method(row.text("METHOD"))?,
                amount,
            });
        }
        Ok(())
    }

    fn close(mut self, rows: Vec<Origin>) -> Result<ChargeLine, String> {
        let owed = add(self.copays.min(self.charge), self.became)?;
        self.line.owed = owed.max(Cents::ZERO);
        Ok(ChargeLine { rows, ..self.line })
    }
}

fn is_patient(row: &Row) -> Result<bool, String> {
    match row.text("TRANSFERTYPE") {
        "1" | "2" => Ok(false),
        "p" => Ok(true),
        other => Err(format!("its TRANSFERTYPE {other:?} is unknown")),
    }
}

fn method(text: &str) -> Result<Method, String> {
    match text {
        "CASH" => Ok(Method::Cash),
        "CHECK" => Ok(Method::Check),
        "CC" | "CREDITCARD" => Ok(Method::Card),
        "ECHECK" => Ok(Method::ElectronicCheck),
        "COPAY" => Ok(Method::Copay),
        other => Err(format!("its METHOD {other:?} is unknown")),
    }
}

fn add(a: Cents, b: Cents) -> Result<Cents, String> {
    a.checked_add(b).ok_or_else(|| "the sum is too large".to_owned())
}
