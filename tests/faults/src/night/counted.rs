//! What a night costs the table, with nothing due and with everything due.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use paywell_app::{outreach::Run, pace::per_second};
use paywell_tests::support::{Calls, Clinic, World};
use rust_decimal::Decimal;

use super::{Figure, seconds};

/// Before anything is due, and when everything is: ten in the morning in New York.
const IDLE: &str = "2026-06-02T14:00:00Z";
const DUE: &str = "2026-06-06T14:00:00Z";

/// A night of so many sets.
pub(crate) struct Counted {
    pub(crate) sets: u32,
    /// How long making them took.
    made_in: Duration,
    idle: Calls,
    due: Calls,
}

/// How long calls of a run take the table when it is not busy.
pub(crate) struct Latencies {
    pub(crate) query: Duration,
    pub(crate) batch: Duration,
    pub(crate) commit: Duration,
    pub(crate) count: Duration,
}

/// So many sets, all due at once.
pub(crate) async fn count(sets: u32) -> Counted {
    let (world, idle_at, due_at): (_, DateTime<Utc>, DateTime<Utc>) =
        (World::new().await, IDLE.parse().unwrap(), DUE.parse().unwrap());
    let begun = std::time::Instant::now();
    super::owing(&world, sets, None).await;
    let made_in = begun.elapsed();
    world.set_clock(idle_at);
    let (run, idle) = world.recorder.of(world.run_outreach()).await;
    assert_eq!(run, Run::default(), "nothing is due");
    world.set_clock(due_at);
    let (run, due) = world.recorder.of(world.run_outreach()).await;
    assert_eq!(run, Run { due: sets, sent: sets, ..Run::default() }, "everything is due");
    Counted { sets, made_in, idle, due }
}

/// Measures calls of a night that leaves the table time.
pub(crate) async fn latencies() -> Latencies {
    let (clinic, due_at): (_, DateTime<Utc>) = (Clinic::open().await, DUE.parse().unwrap());
    clinic.owing(200).await;
    clinic.world.set_clock(due_at);
    let run = clinic.world.run_outreach_apart(per_second(40), due_at + TimeDelta::minutes(10));
    let (run, _) = clinic.world.recorder.of(run).await;
    assert_eq!(run.sent, 200);
    let mean = |operation| clinic.world.recorder.mean_of(operation);
    Latencies {
        query: mean("Query"),
        batch: mean("BatchGetItem"),
        commit: mean("TransactWriteItems"),
        count: mean("UpdateItem"),
    }
}

impl Counted {
    fn each(&self, all: Decimal) -> Decimal {
        all / Decimal::from(self.sets)
    }

    /// Read units of a message, finding it included.
    pub(crate) fn rcu(&self) -> Decimal {
        self.each(self.due.rcu)
    }

    /// Write units of a message.
    pub(crate) fn wcu(&self) -> Decimal {
        self.each(self.due.wcu)
    }

    pub(crate) fn figures(&self) -> Vec<Figure> {
        let discovery = self.due.rcu_of("Query");
        // Many sets are worked on at once: what each takes is its share of the calls.
        let sending = Decimal::from(self.due.total() - self.due.of("Query"));
        let figure = |name, value, unit| Figure::new(name, value, unit, self.sets);
        vec![
            figure("made_s", seconds(self.made_in), "s"),
            figure("idle_calls", Decimal::from(self.idle.total()), "calls"),
            figure("idle_rcu", self.idle.rcu, "RCU"),
            figure("discovery_rcu", self.each(discovery), "RCU a set"),
            figure("read_rcu", self.each(self.due.rcu - discovery), "RCU a message"),
            figure("send_cost", self.each(self.due.wcu), "WCU a message"),
            figure("send_cost_of_indexes", self.each(self.due.index_wcu), "WCU a message"),
            figure("send_round_trips", self.each(sending), "round trips a message"),
        ]
    }
}
