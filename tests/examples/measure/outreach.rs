//! `cargo measure outreach`: what a night of outreach costs the table, with nothing due and with everything due, in a
//! practice of more and more sets.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};
use paywell_app::outreach::Run;
use paywell_tests::support::{Calls, Clinic, engine};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Outcome;

/// How many sets there are; with `--ten-thousand`, so many too.
const SIZES: [u32; 2] = [100, 1_000];

/// Before anything is due, and when everything is: ten in the morning in New York.
const IDLE: &str = "2026-06-02T14:00:00Z";
const DUE: &str = "2026-06-06T14:00:00Z";

/// A night of so many sets.
struct Night {
    sets: u32,
    idle: Calls,
    due: Calls,
}

pub(crate) async fn outreach(ten_thousand: bool) -> Outcome<()> {
    let sizes = SIZES.into_iter().chain(ten_thousand.then_some(10_000));
    println!("engine: {}", if engine().is_external { "DynamoDB Local" } else { "embedded" });
    println!(
        "{:>7} {:>11} {:>9} {:>14} {:>12} {:>10} {:>15} {:>18}",
        "sets",
        "idle calls",
        "idle RCU",
        "discovery_rcu",
        "read RCU",
        "send_cost",
        "of it, indexes",
        "send_round_trips"
    );
    let mut lines = String::new();
    for sets in sizes {
        lines.push_str(&night(sets).await?.report());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measure");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("outreach.jsonl"), lines)?)
}

async fn night(sets: u32) -> Outcome<Night> {
    let (clinic, idle_at, due_at): (_, DateTime<Utc>, DateTime<Utc>) =
        (Clinic::open().await, IDLE.parse()?, DUE.parse()?);
    for place in 0..sets {
        let details = json!({ "email": format!("ada{place}@example.com") });
        let patient = clinic.patient_with("Ada", &details).await;
        clinic.open_invoice_with(&patient, "125.00", &json!({ "term_days": 1 })).await;
    }
    clinic.world.set_clock(idle_at);
    let (run, idle) = clinic.world.recorder.of(clinic.world.run_outreach()).await;
    assert_eq!(run, Run::default(), "nothing is due");
    clinic.world.set_clock(due_at);
    let (run, due) = clinic.world.recorder.of(clinic.world.run_outreach()).await;
    assert_eq!(run, Run { due: sets, sent: sets, ..Run::default() }, "everything is due");
    Ok(Night { sets, idle, due })
}

impl Night {
    fn report(&self) -> String {
        let Self { sets, idle, due } = self;
        let each = |all: Decimal| (all / Decimal::from(*sets)).round_dp(4).normalize();
        let discovery = due.rcu_of("Query");
        // Many sets are worked on at once: what each takes is its share of the calls.
        let sending = Decimal::from(due.total() - due.of("Query"));
        let figures = [
            ("idle_calls", Decimal::from(idle.total()), "calls"),
            ("idle_rcu", idle.rcu, "RCU"),
            ("discovery_rcu", each(discovery), "RCU a set"),
            ("read_rcu", each(due.rcu - discovery), "RCU a message"),
            ("send_cost", each(due.wcu), "WCU a message"),
            ("send_cost_of_indexes", each(due.index_wcu), "WCU a message"),
            ("send_round_trips", each(sending), "round trips a message"),
        ];
        let shown: Vec<String> = figures.iter().map(|(_, value, _)| value.normalize().to_string()).collect();
        println!(
            "{sets:>7} {:>11} {:>9} {:>14} {:>12} {:>10} {:>15} {:>18}",
            shown[0], shown[1], shown[2], shown[3], shown[4], shown[5], shown[6]
        );
        let line = |(name, value, unit): &(&str, Decimal, &str)| {
            let value: serde_json::Number = value.normalize().to_string().parse().unwrap_or(0.into());
            json!({ "name": name, "value": value, "unit": unit, "n": sets }).to_string() + "\n"
        };
        figures.iter().map(line).collect()
    }
}
