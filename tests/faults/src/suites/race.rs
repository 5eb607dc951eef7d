//! Commands of several instances that reach the table together.

mod chase;
mod kinds;

use futures_util::future::join_all;
use paywell_tests::support::Clinic;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::{Figure, aftermath::aftermath, checked, effect::Effect};
use crate::{Barrier, Clock, Outcome, Plan, Profile, Site};
use kinds::Race;

/// What two kinds of racers send: in turn, from instance to instance.
type Events = [(&'static str, Vec<Value>); 2];

/// A practice on which racers are ready.
struct Ready {
    clinic: Clinic,
    ada: String,
    events: Events,
}

/// What came of a round.
struct Raced<'a> {
    site: &'a Site,
    clinic: &'a Clinic,
    ada: &'a str,
    cents: i64,
    /// Of each kind of racer: the statuses of its answers.
    statuses: [Vec<u16>; 2],
    effect: Effect,
}

/// How often each race was run.
#[derive(Default)]
struct Tally {
    counted: u64,
    wrong: u64,
    /// The most commits that were at the table at the same time, in one round.
    most: u32,
}

/// Rounds of each race, with so many instances in each. A round counts where at least two commits were at the table at
/// the same time: sent, and not yet answered.
pub async fn race(profile: Profile, seed: u64, rounds: u64, instances: usize) -> Vec<Figure> {
    println!("seed {seed}, {rounds} rounds of {instances} each");
    let site = Site::open_with_clock(profile, instances, Clock::new("race")).await;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut sum = Tally::default();
    for race in Race::all() {
        let mut tally = Tally::default();
        for number in 0..rounds {
            match checked(round(&site, race, instances, &mut rng)).await {
                Ok(overlapped) => {
                    tally.counted += u64::from(overlapped >= 2);
                    tally.most = tally.most.max(overlapped);
                }
                Err(what) => {
                    tally.counted += 1;
                    tally.wrong += 1;
                    println!("  WRONG in round {number} of {race:?}: {what}");
                }
            }
        }
        println!("{race:?}: {} rounds count, at most {} commits at once", tally.counted, tally.most);
        sum.counted += tally.counted;
        sum.wrong += tally.wrong;
        sum.most = sum.most.max(tally.most);
    }
    vec![
        Figure { name: "race_wrong", value: sum.wrong, unit: "rounds", n: sum.counted },
        Figure { name: "race_overlapped", value: sum.most.into(), unit: "commits", n: sum.counted },
    ]
}

/// One round; gives how many commits overlapped.
async fn round(site: &Site, race: Race, instances: usize, rng: &mut ChaCha8Rng) -> u32 {
    let cents = rng.random_range(100..100_000);
    let ready = race.prepare(site, cents, instances).await;
    let barrier = Barrier::of(u32::try_from(instances).unwrap());
    let plan = Plan::none().meeting(&barrier, "TransactWriteItems", 1);
    let [one, other] = &ready.events;
    let sent = (0..instances).map(async |number| {
        let (function, events) = if number % 2 == 0 { one } else { other };
        let sent = site.instance(function, number).invoke(&events[number / 2], &plan).await;
        status(&sent.outcome)
    });
    let answers = join_all(sent).await;
    let of = |kind: usize| answers.iter().copied().skip(kind).step_by(2).collect();
    let statuses = [of(0), of(1)];
    aftermath(site, &ready.clinic, rng).await;
    let effect = Effect::settled(site, &ready.clinic).await;
    let (clinic, ada) = (&ready.clinic, ready.ada.as_str());
    race.judge(&Raced { site, clinic, ada, cents, statuses, effect }).await;
    barrier.overlapped()
}

/// The status of an answer; of a run, that it ended, or that it is to come again.
fn status(outcome: &Outcome) -> u16 {
    match outcome {
        Outcome::FunctionError(_) => 503,
        Outcome::Answer(answer) if answer.get("statusCode").is_none() => 200,
        outcome => outcome.http().status,
    }
}
