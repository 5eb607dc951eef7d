//! The files of a Synthea run.

use std::path::Path;

use anyhow::{Result, ensure};

use super::refusals::Refusals;
use super::table::{self, Format, Row};

const PATIENTS: Format =
    Format { file: "patients.csv", columns: &["ID", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST"] };
const ENCOUNTERS: Format = Format { file: "encounters.csv", columns: &["ID", "START", "PATIENT"] };
const CLAIMS: Format = Format { file: "claims.csv", columns: &["ID", "PATIENTID", "APPOINTMENTID"] };
const TRANSACTIONS: Format = Format {
    file: "claims_transactions.csv",
    columns: &["ID", "CLAIMID", "TYPE", "AMOUNT", "METHOD", "FROMDATE", "TRANSFERTYPE", "PAYMENTS"],
};
const PROCEDURES: Format = Format { file: "procedures.csv", columns: &["ENCOUNTER", "CODE"] };
const PROVIDERS: Format = Format { file: "providers.csv", columns: &["ID", "NAME"] };
const ORGANIZATIONS: Format = Format { file: "organizations.csv", columns: &["ID", "NAME"] };

/// The rows of each file. The last three may be missing.
pub(super) struct Files {
    pub(super) patients: Vec<Row>,
    pub(super) encounters: Vec<Row>,
    pub(super) claims: Vec<Row>,
    pub(super) transactions: Vec<Row>,
    pub(super) procedures: Vec<Row>,
    pub(super) providers: Vec<Row>,
    pub(super) organizations: Vec<Row>,
}

impl Files {
    /// Reads a folder.
    ///
    /// # Errors
    /// It lacks a file that is needed, or a file lacks a column.
    pub(super) fn read(folder: &Path, refusals: &mut Refusals) -> Result<Self> {
        let needed = [PATIENTS, ENCOUNTERS, CLAIMS, TRANSACTIONS].map(|format| format.file);
        let missing: Vec<&str> = needed.into_iter().filter(|file| !folder.join(file).is_file()).collect();
        ensure!(missing.is_empty(), "{} has no {}", folder.display(), missing.join(", "));
        let mut rows = |format| table::read(folder, &format, refusals).map(Option::unwrap_or_default);
        Ok(Self {
            patients: rows(PATIENTS)?,
            encounters: rows(ENCOUNTERS)?,
            claims: rows(CLAIMS)?,
            transactions: rows(TRANSACTIONS)?,
            procedures: rows(PROCEDURES)?,
            providers: rows(PROVIDERS)?,
            organizations: rows(ORGANIZATIONS)?,
        })
    }
}
