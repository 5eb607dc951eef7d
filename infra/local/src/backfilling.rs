//! Making rows and counters anew in a running stack or a table of AWS, and what people read of it.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_smithy_types::retry::RetryConfig;
use paywell_app::App;
use paywell_app::backfill::Backfilled;
use paywell_domain::PracticeId;
use paywell_store::{Rebuilt, Store};

use crate::clock::{self, Clock};
use crate::{StackFile, dynamodb};

/// Where the table is.
pub enum Place {
    /// In the stack whose data are in a folder.
    Stack(PathBuf),
    /// At AWS, by name.
    Table(String),
}

/// Makes one practice's rows and counters anew, or every practice's; shows how far it is.
///
/// # Errors
/// The table cannot be reached, there is no such practice, or something of it cannot be read.
pub async fn backfill(place: &Place, practice: Option<PracticeId>) -> Result<Vec<(PracticeId, Backfilled)>> {
    let (store, now) = match place {
        Place::Stack(folder) => {
            let stack = StackFile::read(folder)?;
            (dynamodb::store(&stack.addresses), clock::now() + Clock::of(folder).offset())
        }
        Place::Table(table) => {
            let aws = paywell_app::config::aws()?;
            let client = Client::new(&aws.dynamodb(RetryConfig::standard().with_max_attempts(8)));
            (Store::new(client, table), paywell_app::clock::now())
        }
    };
    let app = App::new(store, String::new());
    let mut practices = app.store.practices().await?;
    if let Some(practice) = practice {
        practices.retain(|known| *known == practice);
        ensure!(!practices.is_empty(), "there is no practice {practice}");
    }
    let mut all = Vec::new();
    for practice in practices {
        let done = app.backfill(&practice, now, |rows| eprintln!("{practice}: {}", so_far(rows))).await?;
        all.push((practice, done));
    }
    Ok(all)
}

fn so_far(rows: &Rebuilt) -> String {
    format!(
        "{} aggregates, {} items written; {} rows looked at, {} of nothing removed",
        rows.aggregates, rows.written, rows.rows, rows.removed
    )
}

/// What was done, for people.
#[must_use]
pub fn report(practice: &PracticeId, done: &Backfilled) -> String {
    let mut text = format!("{practice}: {}\n", so_far(&done.rows));
    for (counter, more) in &done.corrected {
        let _ = writeln!(text, "  {counter} was off: {more:+}");
    }
    for left in &done.left {
        let (name, ids) = (left.name.text(), left.ids.join(" "));
        let _ = writeln!(text, "  left: {name} {ids}, {} instead of {}", left.found, left.expected);
    }
    if done.left.is_empty() {
        text.push_str("  every derived figure is right\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use paywell_domain::proof::{Difference, Name};

    use super::*;

    #[test]
    fn a_report_says_what_was_written_and_what_is_left() {
        let practice: PracticeId = "prac_riverside".parse().unwrap();
        let rows = Rebuilt { aggregates: 12, rows: 9, written: 3, removed: 1 };
        let corrected = vec![("invoice_open_n".to_owned(), -2)];
        let done = Backfilled { rows, corrected, left: Vec::new() };
        let text = report(&practice, &done);
        for part in ["12 aggregates", "3 items written", "1 of nothing removed", "invoice_open_n was off: -2"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.ends_with("every derived figure is right\n"));
        let left = vec![Difference::of(Name::Counter, "set_paid_n", 4, 5)];
        let text = report(&practice, &Backfilled { left, ..done });
        assert!(text.ends_with("left: counter set_paid_n, 4 instead of 5\n"), "{text}");
    }
}
