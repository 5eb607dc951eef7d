//! The fault suites: `cargo faults crash_points`, `fault_points`, `race`, `rate`, `speed`, `model`, `wire`, `malformed`,
//! `cross_practice`, `outreach` or `nights`; all of them with one table at the end, by `fast` (what `cargo verify` runs), `ci` (`cargo measure
//! faults`) or `release_total`.
//!
//! `--release` runs the functions as they are deployed; `--seed N` sets the first seed, `--seeds N` how many,
//! `--rounds N`, `--instances N`, `--commands N`, `--sites N` and `--cases N` and `--times N` how much;
//! `night` is no suite, but measures a night of outreach (`cargo measure outreach`); `--hundred-thousand` for as many sets.
//! `--patients N` and `--days N` how long nights take; `--only TEXT` chooses the commands of points by their name. Figures go to `target/measure/`; the exit status says
//! whether all is well.

use std::process::ExitCode;

use paywell_faults::{
    Profile, model,
    suites::{self, Calls, Figure},
    tier,
};

const USAGE: &str = "usage: faults crash_points|fault_points|race|rate|speed|model|wire|malformed|cross_practice|outreach|nights|night|fast|ci|release_total [--release] [--seed N] [--seeds N] [--rounds N] [--instances N] [--commands N] [--sites N] [--cases N] [--only TEXT] [--times N] [--sets N] [--patients N] [--days N] [--hundred-thousand]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().position(|argument| argument == name);
    let number = |name: &str, otherwise: u64| match given(name).and_then(|place| arguments.get(place + 1)) {
        Some(text) => text.parse::<u64>(),
        None => Ok(otherwise),
    };
    let profile = if given("--release").is_some() { Profile::Release } else { Profile::Debug };
    let seed = number("--seed", 0)?;
    let rounds = number("--rounds", 20)?;
    let instances = usize::try_from(number("--instances", 2)?)?;
    let only = given("--only").and_then(|place| arguments.get(place + 1)).map_or("", String::as_str);
    let suite = arguments.first().map(String::as_str).unwrap_or_default();
    let tier = match suite {
        "fast" => Some(tier::FAST),
        "ci" => Some(tier::CI),
        "release_total" => Some(tier::RELEASE),
        _ => None,
    };
    if suite == "night" {
        paywell_faults::night(given("--hundred-thousand").is_some()).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(tier) = tier {
        let is_good = tier::run(&tier, profile, seed).await?;
        return Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let figures = match suite {
        "crash_points" => {
            suites::crash_points(profile, seed, number("--seeds", 1)?, (only, Calls::Every)).await
        }
        "fault_points" => suites::fault_points(profile, seed, number("--seeds", 1)?, only).await,
        "race" => suites::race(profile, seed, rounds, instances).await,
        "model" => model::model(seed, number("--seeds", 20_000)?, number("--commands", 2_000_000)?),
        "wire" => suites::wire(profile, seed, number("--commands", 20_000)?, number("--sites", 4)?),
        "malformed" => suites::malformed(seed, number("--cases", 50_000)?).await,
        "nights" => {
            let patients = usize::try_from(number("--patients", 60)?)?;
            suites::nights(seed, patients, u32::try_from(number("--days", 400)?)?).await
        }
        "outreach" => suites::outreach(profile, seed, number("--sets", 20_000)?).await,
        "cross_practice" => suites::cross_practice().await,
        "speed" => suites::speed(profile, usize::try_from(number("--times", 1_000)?)?).await,
        "rate" => suites::rate(profile, usize::try_from(rounds)?, instances).await,
        _ => return Err(USAGE.into()),
    };
    for figure in &figures {
        println!("{:<32} {:>8} {} (n = {})", figure.name, figure.value, figure.unit, figure.n);
    }
    suites::save(suite, &figures)?;
    let is_good = figures.iter().all(Figure::is_good);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
