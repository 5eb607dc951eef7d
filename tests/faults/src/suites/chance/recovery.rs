//! What the world does by itself until nothing is open: webhooks come, schedules run, time passes.

use chrono::TimeDelta;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use super::story::Story;
use crate::{Outcome, Plan};

/// Days after which everything must be settled: authorisations and bank debits take a week.
const DAYS: u32 = 24;

impl Story<'_> {
    /// Recovers, with nothing going wrong any more.
    pub(super) async fn recover(&mut self) {
        // Before anything of this practice: time may have jumped further than a nightly run looks back.
        let started = self.site.now() - TimeDelta::days(2_000);
        let mut quiet = 0;
        for _ in 0..DAYS {
            self.site.wire.release_all().await;
            self.events.extend(self.site.processor.simulator.take_events());
            let mut deliveries = [self.events.clone(), std::mem::take(&mut self.events)].concat();
            deliveries.shuffle(&mut self.rng);
            for event in &deliveries {
                let delivery = self.delivery(event);
                let told = self.site.send(&delivery, 0, &Plan::none()).await.outcome;
                // What comes before it may still be on its way: the processor sends it again.
                match told.http().status {
                    200..300 => {}
                    409 => {
                        self.tally.early += 1;
                        if !self.events.contains(event) {
                            self.events.push(event.clone());
                        }
                    }
                    status => panic!("a webhook was answered with {status}: {}", event.body),
                }
                self.site.wire.release_all().await;
            }
            // As a nightly run, but for the proof, which is made once all is quiet.
            let run = self.undisturbed(&json!({ "since": started })).await;
            assert_eq!(run["errors"], 0, "{run}");
            self.site.wire.release_all().await;
            let is_quiet = run["waiting"] == 0
                && run["found"] == 0
                && deliveries.is_empty()
                && self.a_payment(&["processing"]).await.is_none();
            quiet = if is_quiet { quiet + 1 } else { 0 };
            if quiet == 2 {
                return;
            }
            self.site.pass(TimeDelta::hours(25));
        }
        panic!("something stays unsettled");
    }

    async fn undisturbed(&self, order: &Value) -> Value {
        let run = self.site.instance("reconcile", 0).invoke(order, &Plan::none()).await;
        match run.outcome {
            Outcome::Answer(run) => run,
            other => panic!("reconcile: {other:?}"),
        }
    }
}
