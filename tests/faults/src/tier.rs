//! All suites in one run, each with so much work, and one table of what they found.

use std::time::{Duration, Instant};

use crate::{
    Profile, model,
    suites::{self, Calls, Figure},
};

/// How much work each suite gets.
#[derive(Debug, Clone, Copy)]
pub struct Tier {
    /// Seeds of the model, and commands over all of them.
    model: (u64, u64),
    /// Commands through the functions as they ship.
    wire: u64,
    /// Seeds of the crash points, and at which calls.
    crash_points: (u64, Calls),
    /// Seeds of the other faults at the same points.
    fault_points: u64,
    /// Rounds of each race.
    rounds: u64,
    /// Malformed requests.
    malformed: u64,
    /// Steps of sets that outreach sends while it is killed and started twice.
    outreach: u64,
    /// Patients whom outreach writes to for four hundred days.
    nights: usize,
}

/// As much as fits between two changes.
pub const FAST: Tier = Tier {
    model: (2_000, 200_000),
    wire: 400,
    crash_points: (1, Calls::Writes),
    fault_points: 0,
    rounds: 2,
    malformed: 2_000,
    outreach: 100,
    nights: 150,
};

/// As much as every merged change gets.
pub const CI: Tier = Tier {
    model: (20_000, 2_000_000),
    wire: 20_000,
    crash_points: (1, Calls::Every),
    fault_points: 1,
    rounds: 92,
    malformed: 50_000,
    outreach: 20_000,
    nights: 150,
};

/// As much as a release has seen in all.
pub const RELEASE: Tier = Tier {
    model: (500_000, 50_000_000),
    wire: 500_000,
    crash_points: (20, Calls::Every),
    fault_points: 1,
    rounds: 1_840,
    malformed: 1_000_000,
    outreach: 200_000,
    nights: 1_000,
};

/// How many requests of a race meet.
const RACERS: usize = 16;

/// How many sites the wire suite has at work.
const SITES: u64 = 4;

/// How many days of outreach there are: every date, both nights on which clocks change, and a month more.
const NIGHTS: u32 = 400;

/// A figure with what it took.
struct Row {
    figure: Figure,
    /// How many of the commands were accepted, in percent, where they are random.
    accepted: Option<u64>,
    took: Duration,
}

/// Runs every suite, prints the table, writes the figures to `target/measure/faults.jsonl`; says whether all is well.
///
/// # Errors
/// The file cannot be written.
pub async fn run(tier: &Tier, profile: Profile, seed: u64) -> std::io::Result<bool> {
    let mut rows = Vec::new();
    let mut note = |started: Instant, figures: Vec<Figure>| {
        let accepted = figures.iter().find(|figure| figure.name.ends_with("_accepted_pct"));
        let accepted = accepted.map(|figure| figure.value);
        let took = started.elapsed();
        rows.extend(figures.into_iter().map(|figure| Row { figure, accepted, took }));
    };
    let started = Instant::now();
    note(started, model::model(seed, tier.model.0, tier.model.1));
    let started = Instant::now();
    note(started, suites::wire(profile, seed, tier.wire, SITES));
    let started = Instant::now();
    note(started, suites::crash_points(profile, seed, tier.crash_points.0, ("", tier.crash_points.1)).await);
    if tier.fault_points > 0 {
        let started = Instant::now();
        note(started, suites::fault_points(profile, seed, tier.fault_points, "").await);
    }
    let started = Instant::now();
    note(started, suites::race(profile, seed, tier.rounds, RACERS).await);
    let started = Instant::now();
    note(started, suites::malformed(seed, tier.malformed).await);
    let started = Instant::now();
    note(started, suites::cross_practice().await);
    let started = Instant::now();
    note(started, suites::outreach(profile, seed, tier.outreach).await);
    let started = Instant::now();
    note(started, suites::nights(seed, tier.nights, NIGHTS).await);
    print(&rows, seed);
    let figures: Vec<Figure> = rows.into_iter().map(|row| row.figure).collect();
    suites::save("faults", &figures)?;
    Ok(figures.iter().all(Figure::is_good))
}

fn print(rows: &[Row], seed: u64) {
    println!();
    println!(
        "{:<26} {:>7} {:<10} {:>6} {:>11} {:>10} {:>5} {:>8}",
        "name", "value", "unit", "goal", "n", "accepted %", "seed", "seconds"
    );
    for Row { figure, accepted, took } in rows {
        let Some(goal) = figure.goal() else { continue };
        let accepted = accepted.map_or_else(|| "-".to_owned(), |percent| percent.to_string());
        let off = if figure.is_good() { "" } else { "  OFF" };
        println!(
            "{:<26} {:>7} {:<10} {:>6} {:>11} {accepted:>10} {seed:>5} {:>8.1}{off}",
            figure.name,
            figure.value,
            figure.unit,
            goal.to_string(),
            figure.n,
            took.as_secs_f64(),
        );
    }
}
