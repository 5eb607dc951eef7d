//! What the world does by itself after a command: patients pay, banks settle, the processor tells, schedules ask.

use chrono::TimeDelta;
use paywell_tests::support::Clinic;
use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::commands::pay_open_sessions;
use crate::{Outcome, Plan, Site};

/// When reconcile runs: after a lost answer is asked about, and after a session that nobody used is over.
const RUNS: [TimeDelta; 2] = [TimeDelta::minutes(6), TimeDelta::minutes(65)];

/// How often the processor sends an event before which another one has to be known.
const DELIVERIES: u32 = 4;

/// The patient pays wherever the processor asks for it; the processor tells, twice and in any order, before or after
/// schedules ask it.
pub(super) async fn aftermath(site: &Site, clinic: &Clinic, rng: &mut ChaCha8Rng) {
    pay_open_sessions(site).await;
    settle_debits(site).await;
    let mut told = 0;
    if rng.random_bool(0.5) {
        told = tell(site, clinic, rng, told).await;
    }
    for wait in RUNS {
        site.pass(wait);
        let run = site.instance("reconcile", 0).invoke(&json!({}), &Plan::none()).await;
        let Outcome::Answer(run) = run.outcome else { panic!("reconcile: {:?}", run.outcome) };
        assert_eq!(run["errors"], 0, "{run}");
    }
    tell(site, clinic, rng, told).await;
}

/// Banks take the debits that are under way as their accounts say.
async fn settle_debits(site: &Site) {
    let truth = site.processor.simulator.truth();
    if truth.charges.iter().any(|charge| charge.status == "pending") {
        site.processor.order("debits/settle", &json!({ "outcome": "as_account" })).await;
    }
}

/// Every event but the first `told` comes twice, in any order; one that is refused because another has to come first
/// comes again. Gives how many have been told.
async fn tell(site: &Site, clinic: &Clinic, rng: &mut ChaCha8Rng, told: usize) -> usize {
    let events = site.at_processor("events").await;
    // The newest are first.
    let new = &events[..events.len() - told];
    let mut deliveries: Vec<&Value> = new.iter().chain(new).collect();
    for _ in 0..DELIVERIES {
        deliveries.shuffle(rng);
        let mut refused = Vec::new();
        for event in deliveries {
            let answer = site.send(&site.delivery(clinic, event), 0, &Plan::none()).await.outcome.http();
            match answer.status {
                200..300 => {}
                409 => refused.push(event),
                status => panic!("a webhook was answered with {status}: {event}"),
            }
        }
        deliveries = refused;
    }
    assert!(deliveries.is_empty(), "refused for good: {deliveries:?}");
    events.len()
}
