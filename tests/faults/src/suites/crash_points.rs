//! `kill -9` before and after each call of each command, then recovery: nothing is off.
//!
//! The calls are those that the wire saw when the command ran undisturbed. Recovery is what the world does by itself:
//! the client sends the same again, the patient pays where the processor asks for it, the processor delivers its
//! events, twice and in any order.

use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    Figure, checked,
    commands::{Command, Effect, Prepared, pay_open_sessions},
};
use crate::{Fault, Io, Outcome, Plan, Profile, Site, When};

/// How often a client sends a command before it gives up.
const TRIES: u32 = 5;

/// One crash.
struct Point<'a> {
    command: Command,
    io: &'a Io,
    when: When,
    seed: u64,
}

/// Runs the suite under seeds `first..first + count`; prints what is off, and gives the figures.
pub async fn crash_points(profile: Profile, first: u64, count: u64) -> Vec<Figure> {
    let site = Site::open(profile, 1).await;
    let (mut points, mut killed, mut off) = (0, 0, 0);
    for seed in first..first + count {
        println!("seed {seed}");
        for command in Command::ALL {
            let (calls, undisturbed) = undisturbed(&site, command, seed).await;
            let operations: Vec<&str> = calls.iter().map(|io| io.operation.as_str()).collect();
            println!("  {command:?}: {} calls: {}", calls.len(), operations.join(", "));
            for io in &calls {
                for when in [When::Before, When::After] {
                    points += 1;
                    let point = Point { command, io, when, seed };
                    match checked(crashed(&site, &point, &undisturbed)).await {
                        Ok(true) => killed += 1,
                        Ok(false) => println!("    no crash at {}", point.name()),
                        Err(what) => {
                            off += 1;
                            println!("    OFF at {}: {what}", point.name());
                        }
                    }
                }
            }
        }
    }
    let percent = (killed + off) * 100 / u64::max(points, 1);
    vec![
        Figure { name: "crash_points_killed_pct", value: percent, unit: "%", n: points },
        Figure { name: "crash_points_off", value: off, unit: "points", n: points },
    ]
}

impl Point<'_> {
    fn name(&self) -> String {
        let Self { command, io, when, seed } = self;
        format!("{command:?}, {when:?} call {} ({}), seed {seed}", io.number, io.operation)
    }
}

/// The command's calls, and its effect, when nothing goes wrong.
async fn undisturbed(site: &Site, command: Command, seed: u64) -> (Vec<Io>, Effect) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let prepared = command.prepare(site, cents(&mut rng)).await;
    let done = site.send(&prepared.event, 0, &Plan::none()).await;
    assert!(done.outcome.http().status < 400, "{command:?}: {:?}", done.outcome);
    aftermath(site, &prepared, &mut rng).await;
    let effect = Effect::of(site, &prepared.clinic).await;
    assert_eq!(effect.taken(), prepared.takes, "{command:?} takes what it is to take");
    (done.ios, effect)
}

/// Crashes there, recovers and proves; says whether there was a crash.
async fn crashed(site: &Site, point: &Point<'_>, undisturbed: &Effect) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(point.seed);
    let prepared = point.command.prepare(site, cents(&mut rng)).await;
    let first = site.send(&prepared.event, 0, &Plan::at(point.io.number, Fault::Kill(point.when))).await;
    let died = first.outcome == Outcome::Died;
    // After the first seed a recovery may crash, too.
    if point.seed > 0 && rng.random_bool(0.5) {
        let number = rng.random_range(1..=point.io.number);
        let when = if rng.random_bool(0.5) { When::Before } else { When::After };
        let _ = site.send(&prepared.event, 0, &Plan::at(number, Fault::Kill(when))).await;
    }
    recover(site, &prepared).await;
    aftermath(site, &prepared, &mut rng).await;
    let effect = Effect::of(site, &prepared.clinic).await;
    if point.command.sends() {
        assert!(effect.is_but_for_a_message(undisturbed), "{effect:?} is not {undisturbed:?}");
    } else {
        assert_eq!(effect, *undisturbed, "one effect, as without a crash");
    }
    died && first.ios.last().is_some_and(|io| io.operation == point.io.operation)
}

/// The client sends it again until it is answered.
async fn recover(site: &Site, prepared: &Prepared) {
    let mut last = None;
    for _ in 0..TRIES {
        let again = site.send(&prepared.event, 0, &Plan::none()).await;
        match again.outcome {
            Outcome::Answer(_) if again.outcome.http().status < 400 => return,
            other => last = Some(other),
        }
    }
    panic!("never answered well: {last:?}");
}

/// What follows: the patient pays wherever the processor asks for it, and the processor tells, twice, in any order.
async fn aftermath(site: &Site, prepared: &Prepared, rng: &mut ChaCha8Rng) {
    pay_open_sessions(site).await;
    let events = site.at_processor("events").await;
    let mut deliveries: Vec<usize> = (0..events.len()).flat_map(|event| [event, event]).collect();
    deliveries.shuffle(rng);
    for event in deliveries {
        let delivery = site.delivery(&prepared.clinic, &events[event]);
        let told = site.send(&delivery, 0, &Plan::none()).await;
        let status = told.outcome.http().status;
        assert!(status < 300, "a webhook was answered with {status}");
    }
}

fn cents(rng: &mut ChaCha8Rng) -> i64 {
    rng.random_range(100..100_000)
}
