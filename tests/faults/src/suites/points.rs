//! Each call of each command goes wrong once, and is recovered from: nothing is off.
//!
//! The calls are those that the wire saw when the command ran undisturbed. Recovery is what the world does by itself:
//! the client sends the same again, the patient pays where the processor asks for it, the processor delivers its
//! events, twice and in any order.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use paywell_tests::support::Answer;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    Figure, checked,
    commands::{Command, Effect, Prepared, pay_open_sessions},
};
use crate::{Fault, Io, Outcome, Plan, Profile, Site, When};

/// How often a client sends a command before it gives up.
const TRIES: u32 = 5;

/// Sites at work at the same time: a client that waits before it tries again leaves time to others.
const SITES: usize = 4;

/// Where and how it goes wrong.
struct Point<'a> {
    command: Command,
    io: &'a Io,
    fault: Fault,
    seed: u64,
}

/// What came of points.
#[derive(Default)]
struct Tally {
    points: u64,
    /// At which the fault struck.
    struck: u64,
    off: u64,
}

/// `kill -9` before and after each call, under seeds `first..first + count`; prints what is off, gives the figures.
pub async fn crash_points(profile: Profile, first: u64, count: u64) -> Vec<Figure> {
    let kills = |_: &Io| vec![Fault::Kill(When::Before), Fault::Kill(When::After)];
    let tally = everywhere(profile, first..first + count, kills).await;
    let percent = tally.struck * 100 / u64::max(tally.points, 1);
    vec![
        Figure { name: "crash_points_killed_pct", value: percent, unit: "%", n: tally.points },
        Figure { name: "crash_points_off", value: tally.off, unit: "points", n: tally.points },
    ]
}

/// Everything else that can befall each call, once; prints what is off, gives the figures.
pub async fn fault_points(profile: Profile, first: u64, count: u64) -> Vec<Figure> {
    let natural = |io: &Io| Fault::natural(io.target, &io.operation);
    let tally = everywhere(profile, first..first + count, natural).await;
    let percent = tally.struck * 100 / u64::max(tally.points, 1);
    vec![
        Figure { name: "fault_points_struck_pct", value: percent, unit: "%", n: tally.points },
        Figure { name: "fault_points_off", value: tally.off, unit: "points", n: tally.points },
    ]
}

async fn everywhere(
    profile: Profile,
    seeds: std::ops::Range<u64>,
    faults: impl Fn(&Io) -> Vec<Fault>,
) -> Tally {
    println!("seeds {seeds:?}");
    let work: Vec<(u64, Command)> =
        seeds.flat_map(|seed| Command::ALL.map(|command| (seed, command))).collect();
    let (next, faults) = (AtomicUsize::new(0), &faults);
    let tallies = join_all((0..SITES).map(async |_| {
        let site = Site::open(profile, 1).await;
        let mut tally = Tally::default();
        while let Some((seed, command)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            tally.add(&everywhere_in(&site, *command, *seed, faults).await);
        }
        tally
    }));
    let mut whole = Tally::default();
    tallies.await.iter().for_each(|tally| whole.add(tally));
    whole
}

/// One command, at every call of it.
async fn everywhere_in(
    site: &Site,
    command: Command,
    seed: u64,
    faults: &impl Fn(&Io) -> Vec<Fault>,
) -> Tally {
    let mut tally = Tally::default();
    let (calls, undisturbed) = undisturbed(site, command, seed).await;
    for io in &calls {
        for fault in faults(io) {
            let point = Point { command, io, fault, seed };
            tally.note(&point, checked(disturbed(site, &point, &undisturbed)).await);
        }
    }
    let operations: Vec<&str> = calls.iter().map(|io| io.operation.as_str()).collect();
    println!("seed {seed} {command:?}: {} points in {}", tally.points, operations.join(", "));
    tally
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.struck += other.struck;
        self.off += other.off;
    }

    fn note(&mut self, point: &Point<'_>, outcome: Result<bool, String>) {
        let Point { command, io, fault, seed } = point;
        let name = format!("{command:?}, call {} ({}), {fault:?}, seed {seed}", io.number, io.operation);
        self.points += 1;
        self.struck += u64::from(!matches!(outcome, Ok(false)));
        match outcome {
            Ok(true) => {}
            Ok(false) => println!("    MISSED {name}"),
            Err(what) => {
                self.off += 1;
                println!("    OFF {name}: {what}");
            }
        }
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

/// Goes wrong there, recovers and proves; says whether the fault struck.
async fn disturbed(site: &Site, point: &Point<'_>, undisturbed: &Effect) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(point.seed);
    let prepared = point.command.prepare(site, cents(&mut rng)).await;
    let number = point.io.number;
    let first = site.send(&prepared.event, 0, &Plan::at(number, point.fault)).await;
    let call = first.ios.iter().find(|io| io.number == number);
    let struck = call.is_some_and(|io| io.operation == point.io.operation && io.fault == Some(point.fault));
    let kills = matches!(point.fault, Fault::Kill(_));
    assert_eq!(first.outcome == Outcome::Died, kills && struck, "{:?}", first.outcome);
    // After the first seed a recovery may crash, too.
    if point.seed > 0 && rng.random_bool(0.5) {
        let when = if rng.random_bool(0.5) { When::Before } else { When::After };
        let again = Plan::at(rng.random_range(1..=number), Fault::Kill(when));
        let _ = site.send(&prepared.event, 0, &again).await;
    }
    recover(site, &prepared, good(&first.outcome)).await;
    aftermath(site, &prepared, &mut rng).await;
    let effect = Effect::of(site, &prepared.clinic).await;
    if point.command.sends() {
        assert!(effect.is_but_for_a_message(undisturbed), "{effect:?} is not {undisturbed:?}");
    } else {
        assert_eq!(effect, *undisturbed, "one effect, as undisturbed");
    }
    struck
}

fn good(outcome: &Outcome) -> Option<Answer> {
    let answer = matches!(outcome, Outcome::Answer(_)).then(|| outcome.http());
    answer.filter(|answer| answer.status < 400)
}

/// The client sends it again until it is answered, and then once more: a command is answered alike.
async fn recover(site: &Site, prepared: &Prepared, first: Option<Answer>) {
    let mut answered = first;
    let mut last = None;
    for _ in 0..TRIES {
        let again = site.send(&prepared.event, 0, &Plan::none()).await;
        let has_key = prepared.event.pointer("/headers/idempotency-key").is_some();
        match (answered, good(&again.outcome)) {
            (Some(before), Some(now)) => {
                let alike = (before.status, &before.body) == (now.status, &now.body);
                assert!(alike || !has_key, "{} and then {}", before.text(), now.text());
                return;
            }
            (before, now) => answered = before.or(now),
        }
        last = Some(again.outcome);
    }
    panic!("not answered well: {last:?}");
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
