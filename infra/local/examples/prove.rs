//! `cargo prove`: proves the books of the running stack's practices, prints what differs, and fails where something does.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use paywell_domain::PracticeId;
use paywell_local::{Stack, proving};

/// Adds every balance, credit, row and counter up again from the journal, holds the ledger against the processor, and
/// verifies every history.
#[derive(Parser)]
#[command(bin_name = "cargo prove")]
struct Arguments {
    /// One practice alone
    #[arg(long, value_name = "ID")]
    practice: Option<PracticeId>,
    /// Where the running stack has its data [default: target/dev]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Leaves the processor out
    #[arg(long)]
    ledger_only: bool,
    /// How long a message of the processor may be on its way, in hours
    #[arg(long, value_name = "HOURS", default_value_t = 26)]
    grace: u16,
}

fn main() -> ExitCode {
    match prove(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn prove(arguments: Arguments) -> Result<bool> {
    let data = arguments.data.unwrap_or_else(Stack::default_folder);
    let options = paywell_app::proof::Options {
        processor: !arguments.ledger_only,
        grace: chrono::Duration::hours(arguments.grace.into()),
        ..paywell_app::proof::Options::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut clean = true;
        for (practice, proof) in proving::prove(&data, arguments.practice, &options).await? {
            print!("{}", proving::report(&practice, &proof));
            clean &= proof.differences.is_empty();
        }
        Ok(clean)
    })
}
