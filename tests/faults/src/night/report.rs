//! All of it, as a table for people and a line per figure for machines.

use std::{fs, path::Path, time::Duration};

use paywell_tests::{
    support::engine,
    template::{self, TEMPLATE, Template},
};
use rust_decimal::Decimal;
use serde_json::json;

use super::{
    Figure,
    counted::{self, Counted, Latencies},
    ours, seconds, shipped,
    simulated::{self, Schedule, Waits},
};

/// How many sets there are, one night after the other.
const SIZES: [u32; 3] = [100, 1_000, 10_000];

/// How many sets the program that ships has, as fast as the table here takes them, for its processor time.
const SHIPPED: u32 = 10_000;

/// How many it has for its wall time, and at how many mails a second: thirty seconds, at a rate at which the table here has
/// time left, for it shares this machine's processors with the program.
const PACED: u32 = 3_000;
const PACE: u32 = 100;

/// How many sets the simulated night has, and at how many mails a second.
const SIMULATED: u32 = 1_000_000;
const MAILS_PER_SECOND: u32 = 250;

/// At so many megabytes a function has one processor
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const MEMORY_OF_A_PROCESSOR: u64 = 1_769;

/// The longest that messages may go out on a day: from eight in the morning to nine in the evening.
const HOURS: u32 = 13;

/// Dollars in us-east-1 for a million units that are read and written on demand
/// (<https://aws.amazon.com/dynamodb/pricing/on-demand/>), for a thousand mails (<https://aws.amazon.com/ses/pricing/>), and for a
/// million gigabyte-seconds of a function on Arm (<https://aws.amazon.com/lambda/pricing/>).
const MILLION_READ: Decimal = Decimal::from_parts(125, 0, 0, false, 3);
const MILLION_WRITTEN: Decimal = Decimal::from_parts(625, 0, 0, false, 3);
const THOUSAND_MAILS: Decimal = Decimal::from_parts(10, 0, 0, false, 2);
const MILLION_GIGABYTE_SECONDS: Decimal = Decimal::from_parts(133_334, 0, 0, false, 4);

/// Measures everything, prints it, and writes it to `target/measure/outreach.jsonl`; with a night of 100,000 sets where that is
/// asked for.
///
/// # Errors
/// The file cannot be written.
pub async fn night(hundred_thousand: bool) -> std::io::Result<()> {
    println!("table: {}", if engine().is_external { "DynamoDB Local" } else { "embedded" });
    let mut figures = Vec::new();
    let mut last = None;
    for sets in SIZES.into_iter().chain(hundred_thousand.then_some(100_000)) {
        let counted = counted::count(sets).await;
        let of_it = counted.figures();
        if last.is_none() {
            print_heads(&of_it);
        }
        print_row(sets, &of_it);
        figures.extend(of_it);
        last = Some(counted);
    }
    let (latencies, ours) = (counted::latencies().await, ours::of_a_message().await);
    let shipped = shipped::night(SHIPPED, u32::MAX).await;
    let mut of_it = of_processor(&shipped, ours);
    let processor = shipped.processor / SHIPPED;
    of_it.extend(of_wall(&shipped::night(PACED, PACE).await, &waits(&latencies, processor)));
    if let Some(counted) = last {
        of_it.extend(of_simulated(&counted, &waits(&latencies, processor)));
    }
    println!();
    for Figure { name, value, unit, n } in &of_it {
        println!("{name:<34} {:>14} {unit:<32} (n = {n})", value.to_string());
    }
    figures.extend(of_it);
    save(&figures)
}

fn print_heads(figures: &[Figure]) {
    print!("{:>7}", "sets");
    figures.iter().for_each(|figure| print!(" {:>21}", figure.name));
    println!();
}

fn print_row(sets: u32, figures: &[Figure]) {
    print!("{sets:>7}");
    figures.iter().for_each(|figure| print!(" {:>21}", figure.value.to_string()));
    println!();
}

/// The program's processor time for a set: calls of the table and of the provider over plain HTTP are in it, and all that
/// the SDK does for them; beside it what is our own.
fn of_processor(shipped: &shipped::Shipped, ours: Duration) -> Vec<Figure> {
    let ms = |time| seconds(time) * Decimal::from(1_000);
    vec![
        Figure::new("outreach_cpu_ms", ms(shipped.processor / SHIPPED), "ms a set, calls included", SHIPPED),
        Figure::new(
            "outreach_cpu_system_ms",
            ms(shipped.system / SHIPPED),
            "ms of it in the system",
            SHIPPED,
        ),
        Figure::new("outreach_cpu_ours_ms", ms(ours), "ms a set, without any call", SHIPPED),
    ]
}

/// How long it lasted, as a share of what the rate allows; the simulation of the same night says whether it can be believed.
fn of_wall(shipped: &shipped::Shipped, waits: &Waits) -> Vec<Figure> {
    let allowed = Duration::from_secs(PACED.into()) / PACE;
    let simulated = simulated::night(PACED.into(), PACE, waits, None);
    let share = |wall| seconds(wall) / seconds(allowed);
    vec![
        Figure::new("outreach_wall", share(shipped.wall), "of what the rate allows", PACED),
        Figure::new("outreach_wall_simulated", share(simulated.took), "of what the rate allows", PACED),
    ]
}

/// A night of a million sets with the template's schedule, and from which rate on one run at a time is not enough.
fn of_simulated(counted: &Counted, whole: &Waits) -> Vec<Figure> {
    let template = template::parse(TEMPLATE);
    let memory = template.functions["outreach"].memory;
    let parts = [MEMORY_OF_A_PROCESSOR, memory].map(|megabytes| u32::try_from(megabytes).unwrap());
    let share = Waits { processor: whole.processor * parts[0] / parts[1], ..*whole };
    let schedule = schedule(&template);
    let night = simulated::night(SIMULATED.into(), MAILS_PER_SECOND, &share, Some(schedule));
    assert_eq!(night.sent, u64::from(SIMULATED));
    let sets = Decimal::from(SIMULATED);
    let (rcu, wcu) = (counted.rcu() * sets, counted.wcu() * sets);
    let million = Decimal::from(1_000_000);
    let gigabytes = Decimal::from(memory) / Decimal::from(1_024);
    let table = rcu / million * MILLION_READ + wcu / million * MILLION_WRITTEN;
    let function = seconds(night.at_work) * gigabytes / million * MILLION_GIGABYTE_SECONDS;
    let mails = sets / Decimal::from(1_000) * THOUSAND_MAILS;
    let highest = simulated::highest_rate(&share);
    let slow = |ms| Duration::from_millis(ms);
    let slow_table = Waits { query: slow(10), batch: slow(10), commit: slow(20), count: slow(10), ..share };
    let a_day = Decimal::from(highest) * Decimal::from(HOURS * 3_600) * worked(&schedule);
    let figure = |name, value: Decimal, unit| Figure::new(name, value, unit, SIMULATED);
    vec![
        figure("night_invocations", night.invocations.into(), "invocations"),
        figure("night_minutes", (seconds(night.took) / Decimal::from(60)).round_dp(1), "minutes"),
        figure("night_messages_per_second", (sets / seconds(night.took)).round_dp(1), "messages a second"),
        figure("night_calls", night.calls().into(), "calls of the table"),
        figure("night_rcu", rcu.round(), "RCU"),
        figure("night_wcu", wcu.round(), "WCU"),
        figure("night_table_dollars", table.round_dp(2), "dollars"),
        figure("night_function_dollars", function.round_dp(2), "dollars"),
        figure("night_mail_dollars", mails.round_dp(2), "dollars"),
        figure("one_run_keeps_up_to", highest.into(), "mails a second, at its memory"),
        figure(
            "one_run_keeps_up_to_slow_table",
            simulated::highest_rate(&slow_table).into(),
            "the same, reads 10 and commits 20 ms",
        ),
        figure("one_run_sends_a_day", a_day.round(), "messages from 08:00 to 21:00"),
    ]
}

fn waits(latencies: &Latencies, processor: Duration) -> Waits {
    let Latencies { query, batch, commit, count } = *latencies;
    Waits { query, batch, commit, count, mail: shipped::MAIL, processor }
}

/// When the template starts runs, and how long it lets them last.
fn schedule(template: &Template) -> Schedule {
    let rate = template.schedules["OutreachSchedule"].trim_start_matches("rate(");
    let minutes: u64 = rate.trim_end_matches(" minutes)").parse().unwrap();
    let time_limit = Duration::from_secs(template.functions["outreach"].time_limit);
    Schedule { every: Duration::from_secs(60 * minutes), time_limit }
}

/// For how much of the time a run is at work while more is due than runs can send.
fn worked(schedule: &Schedule) -> Decimal {
    seconds(schedule.time_limit) / seconds(schedule.every)
}

fn save(figures: &[Figure]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measure");
    fs::create_dir_all(&folder)?;
    let line = |Figure { name, value, unit, n }: &Figure| {
        let value: serde_json::Number = value.to_string().parse().unwrap();
        json!({ "name": name, "value": value, "unit": unit, "n": n }).to_string() + "\n"
    };
    fs::write(folder.join("outreach.jsonl"), figures.iter().map(line).collect::<String>())
}
