//! `cargo run -p paywell-local --example synthea-check -- DIR`: loads a Synthea run into a table in memory, prints what
//! was loaded, and fails where rows, balances, invoices and journal disagree.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use paywell_local::{scratch, synthea};

/// Loads a Synthea run into a table in memory and checks it to the cent.
#[derive(Parser)]
#[command(name = "synthea-check")]
struct Arguments {
    /// The folder with the CSV files
    folder: PathBuf,
    /// How much of the patients' payments never arrived, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    withhold: Option<u8>,
    /// Withholds other payments
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    match check(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check(arguments: Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let app = scratch::app().await?;
        let options = synthea::Options {
            practice: "prac_synthea".parse()?,
            withhold_percent: arguments.withhold,
            seed: arguments.seed,
        };
        let began = Instant::now();
        let report = synthea::load(&app, &arguments.folder, options, paywell_app::clock::now()).await?;
        println!("{report}");
        println!("in {} s", began.elapsed().as_secs());
        Ok(report.agrees())
    })
}
