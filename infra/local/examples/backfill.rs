//! `cargo backfill`: makes tracker rows and counters anew from the aggregates, while the practices work.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use paywell_domain::PracticeId;
use paywell_local::{Stack, backfilling};

/// Makes every tracker row and counter anew from what it is derived from, and removes rows of nothing. Practices may work
/// meanwhile.
#[derive(Parser)]
#[command(bin_name = "cargo backfill")]
struct Arguments {
    /// One practice alone
    #[arg(long, value_name = "ID")]
    practice: Option<PracticeId>,
    /// Where the running stack has its data [default: target/dev]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A table of AWS instead, by the region and credentials of the environment: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    table: Option<String>,
}

fn main() -> ExitCode {
    match backfill(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn backfill(arguments: Arguments) -> Result<bool> {
    let place = match arguments.table {
        Some(table) => backfilling::Place::Table(table),
        None => backfilling::Place::Stack(arguments.data.unwrap_or_else(Stack::default_folder)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut clean = true;
        for (practice, done) in backfilling::backfill(&place, arguments.practice).await? {
            print!("{}", backfilling::report(&practice, &done));
            clean &= done.left.is_empty();
        }
        Ok(clean)
    })
}
