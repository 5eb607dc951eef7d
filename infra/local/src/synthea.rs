//! The billing history of a Synthea run (<https://github.com/synthetichealth/synthea/wiki/CSV-File-Data-Dictionary>),
//! loaded through the same application code as HTTP.
//!
//! | Synthea | Paywell |
//! |---|---|
//! | patient | patient, registered with their first row |
//! | encounter | treatment: start, provider, its own and its procedures' codes; its organization is the location where the practice has one of that name |
//! | claim | invoice of the lines of which the patient owes a part, each with that part, dated as the first of them |
//! | what the patient paid | payment received at the desk on that day, applied to its own line's part; the rest is credit |
//!
//! Who owes what is the [`ledger`]'s. A COPAY is recorded as cash, since it is taken at the visit and Synthea does not
//! say how, with "Copay" as its memo; a patient's ECHECK as a check with "Electronic check". Synthea prints no number
//! on a check: it is the number of the ledger's row; the reference of a card is that row's id.
//!
//! A text that is too long is cut with an ellipsis, a code that is too long is left out. What the application refuses
//! is reported, a line with a row that cannot be read is refused whole, and nothing is made to fit. Afterwards every
//! patient's rows, balance, invoices and journal are compared to the cent.

mod bodies;
mod files;
mod ledger;
mod perform;
mod plan;
mod refusals;
mod report;
mod table;
#[cfg(test)]
mod tests;
mod verify;
mod withhold;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_app::App;
use paywell_domain::{
    Currency, PatientId, Practice, PracticeId, RuleSetId,
    practice::{IdentityCheck, Location},
};

pub use refusals::{Group, Origin, Refusals};
pub use report::{PersonReport, Report};
pub use withhold::Withheld;

use crate::import::{self, Importer};
use files::Files;
use perform::Outcome;
use plan::Person;

/// How many patients are loaded at a time.
const AT_A_TIME: usize = 8;

/// What to load, and into which books.
#[derive(Debug, Clone)]
pub struct Options {
    /// Set up if it is not there, with the run's organizations as its locations.
    pub practice: PracticeId,
    /// The share of the patients' payments that never arrived, in percent.
    pub withhold_percent: Option<u8>,
    /// Decides which those are.
    pub seed: u64,
}

/// Loads the files of a folder. Loaded again, nothing changes.
///
/// # Errors
/// A file or a column is missing, or the table cannot be reached. What is wrong with rows is in the report.
pub async fn load(app: &App, folder: &Path, options: Options, now: DateTime<Utc>) -> Result<Report> {
    let mut report = Report::default();
    let files = Files::read(folder, &mut report.refusals)?;
    let (practice, _) = import::practice(app, practice(&files, &options, now)?, now).await?;
    let mut people = plan::people(&files, &practice, now, &mut report.refusals);
    if let Some(percent) = options.withhold_percent {
        report.withheld = withhold::withhold(&mut people, percent, options.seed);
    }
    let importer = Importer { app, practice: practice.id.clone() };
    let outcomes: Vec<Outcome> = stream::iter(&people)
        .map(|person| perform::person(&importer, &practice, person))
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    compare(&importer, people.iter().zip(outcomes), now, &mut report).await?;
    Ok(report)
}

/// The practice of a run: its locations are the organizations that patients went to.
fn practice(files: &Files, options: &Options, now: DateTime<Utc>) -> Result<Practice> {
    let line = |text: &str| text.to_owned().try_into().map_err(anyhow::Error::msg);
    let visited: HashSet<&str> = files.encounters.iter().map(|row| row.text("ORGANIZATION")).collect();
    let organizations = files.organizations.iter().filter(|row| visited.contains(row.text("ID")));
    let mut locations: Vec<Location> = Vec::new();
    for name in organizations.filter_map(|row| bodies::name(row.text("NAME"))) {
        if locations.iter().all(|known| known.name.as_str() != name) {
            let id = format!("site-{}", locations.len() + 1).try_into().map_err(anyhow::Error::msg)?;
            locations.push(Location { id, name: name.try_into().map_err(anyhow::Error::msg)? });
        }
    }
    Ok(Practice {
        id: options.practice.clone(),
        name: line("Synthea Sample Practice")?,
        phone: "+16175550100".to_owned().try_into().map_err(anyhow::Error::msg)?,
        email: "billing@synthea.example".to_owned().try_into().map_err(anyhow::Error::msg)?,
        time_zone: chrono_tz::America::New_York,
        currency: Currency::Usd,
        identity_check: IdentityCheck::DateOfBirth,
        pay_page: paywell_domain::practice::PayPageSettings::default(),
        locations,
        text_number: None,
        outreach: paywell_domain::practice::OutreachSettings::default(),
        link_days: 14,
        chase_after_days: 3,
        rule_set: RuleSetId::new(paywell_app::ids::new(now)),
        rule_set_version: 1,
        copays: paywell_domain::appointment::CopayRule::Off,
        calendar: paywell_domain::practice::Calendar::default(),
    })
}

/// Reads back what was loaded and adds it to the report.
async fn compare(
    importer: &Importer<'_>,
    loaded: impl Iterator<Item = (&Person, Outcome)>,
    now: DateTime<Utc>,
    report: &mut Report,
) -> Result<()> {
    let loaded: Vec<(PatientId, &Person, Outcome)> = loaded
        .filter_map(|(person, outcome)| {
            report.refusals.extend(outcome.refusals.clone());
            Some((outcome.patient?, person, outcome))
        })
        .collect();
    let months: BTreeSet<(i32, u32)> =
        loaded.iter().flat_map(|(_, _, outcome)| outcome.months.iter().copied()).collect();
    let books = verify::books(&importer.app.store, &importer.practice, &months).await?;
    for (patient, person, outcome) in loaded {
        let held = verify::held(importer, patient, now).await?;
        let books = books.get(&patient).copied().unwrap_or_default();
        let wrong = verify::disagreements(&outcome, &held, books);
        report.disagreements.extend(wrong.into_iter().map(|what| format!("{}: {what}", person.name)));
        for (status, count) in held.statuses {
            *report.statuses.entry(status).or_default() += count;
        }
        report.people.push(PersonReport {
            name: person.name.clone(),
            visits: outcome.visits,
            invoices: outcome.invoices,
            lines: outcome.lines,
            payments: outcome.payments,
            owed: outcome.owed,
            paid: outcome.paid,
            credit: held.credit,
            outstanding: held.balance,
        });
    }
    Ok(())
}
