//! Each call of each command goes wrong once, and is recovered from: nothing is off.
//!
//! The calls are those that the wire saw when the command ran undisturbed. Recovery is what the world does by itself:
//! the client sends the same again, the patient pays where the processor asks for it, the processor delivers its
//! events, twice and in any order, and schedules ask it about whatever is unknown.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use futures_util::future::join_all;
use paywell_tests::support::Answer;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::{
    Figure,
    aftermath::aftermath,
    checked,
    commands::{Command, Prepared, Sends},
    effect::Effect,
};
use crate::{Clock, Fault, Io, Outcome, Plan, Profile, Site, When};

/// How often a client sends a command before it gives up.
const TRIES: u32 = 5;

/// Sites at work at the same time: a client that waits before it tries again leaves time to others.
const SITES: usize = 4;

/// Where and how it goes wrong.
struct Point<'a> {
    command: Command,
    io: &'a Io,
    /// Which call of its operation it is, from 1: calls of several shards come in any order.
    nth: u32,
    fault: Fault,
    seed: u64,
}

/// Which calls of a command are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Each.
    Every,
    /// Those that change something: who is killed at a question has done what they had done before the next of these.
    Writes,
}

/// What came of points.
#[derive(Default)]
struct Tally {
    points: u64,
    /// At which the fault struck.
    struck: u64,
    off: u64,
}

/// `kill -9` before and after those calls of the commands whose name has the text `only`, under seeds
/// `first..first + count`; prints what is off, gives the figures.
pub async fn crash_points(
    profile: Profile,
    first: u64,
    count: u64,
    (only, calls): (&str, Calls),
) -> Vec<Figure> {
    let kills = |io: &Io| match calls == Calls::Writes && io.is_read() {
        true => Vec::new(),
        false => vec![Fault::Kill(When::Before), Fault::Kill(When::After)],
    };
    let tally = everywhere(profile, first..first + count, only, kills).await;
    let percent = tally.struck * 100 / u64::max(tally.points, 1);
    vec![
        Figure { name: "crash_points_killed_pct", value: percent, unit: "%", n: tally.points },
        Figure { name: "crash_points_off", value: tally.off, unit: "points", n: tally.points },
    ]
}

/// Everything else that can befall each call of those commands, once; prints what is off, gives the figures.
pub async fn fault_points(profile: Profile, first: u64, count: u64, only: &str) -> Vec<Figure> {
    let natural = |io: &Io| Fault::natural(io.target, &io.operation);
    let tally = everywhere(profile, first..first + count, only, natural).await;
    let percent = tally.struck * 100 / u64::max(tally.points, 1);
    vec![
        Figure { name: "fault_points_struck_pct", value: percent, unit: "%", n: tally.points },
        Figure { name: "fault_points_off", value: tally.off, unit: "points", n: tally.points },
    ]
}

async fn everywhere(
    profile: Profile,
    seeds: std::ops::Range<u64>,
    only: &str,
    faults: impl Fn(&Io) -> Vec<Fault>,
) -> Tally {
    println!("seeds {seeds:?}");
    let chosen = || Command::all().into_iter().filter(|command| format!("{command:?}").contains(only));
    let work: Vec<(u64, Command)> =
        seeds.flat_map(|seed| chosen().map(move |command| (seed, command))).collect();
    let (next, faults) = (AtomicUsize::new(0), &faults);
    let tallies = join_all((0..SITES).map(async |number| {
        let site = Site::open_with_clock(profile, 1, Clock::new(&format!("points-{number}"))).await;
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
    let undisturbed = match checked(undisturbed(site, command, seed)).await {
        Ok(undisturbed) => undisturbed,
        Err(what) => {
            println!("    OFF {command:?}, undisturbed, seed {seed}: {what}");
            return Tally { points: 1, struck: 0, off: 1 };
        }
    };
    for (place, io) in undisturbed.calls.iter().enumerate() {
        let before = undisturbed.calls[..place].iter().filter(|other| other.operation == io.operation);
        let nth = u32::try_from(before.count()).unwrap() + 1;
        for fault in faults(io) {
            let point = Point { command, io, nth, fault, seed };
            tally.note(&point, checked(disturbed(site, &point, &undisturbed)).await);
        }
    }
    let operations: Vec<&str> = undisturbed.calls.iter().map(|io| io.operation.as_str()).collect();
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
        let Point { command, io, fault, seed, .. } = point;
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

/// What a command does when nothing goes wrong.
struct Undisturbed {
    calls: Vec<Io>,
    /// What was there before it.
    before: Effect,
    effect: Effect,
}

async fn undisturbed(site: &Site, command: Command, seed: u64) -> Undisturbed {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let prepared = command.prepare(site, cents(&mut rng)).await;
    let before = Effect::of(site, &prepared.clinic).await;
    let done = prepared.send(site, &Plan::none()).await;
    assert!(good(&prepared, &done.outcome).is_some(), "{command:?}: {:?}", done.outcome);
    aftermath(site, &prepared.clinic, &mut rng).await;
    let effect = Effect::settled(site, &prepared.clinic).await;
    assert_eq!(effect.leaves(), prepared.leaves, "{command:?} takes what it is to take");
    Undisturbed { calls: done.ios, before, effect }
}

/// Goes wrong there, recovers and proves; says whether the fault struck.
async fn disturbed(site: &Site, point: &Point<'_>, undisturbed: &Undisturbed) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(point.seed);
    let prepared = point.command.prepare(site, cents(&mut rng)).await;
    let number = point.io.number;
    // Each point has an aftermath of its own.
    rng.set_stream(u64::from(number));
    let plan = Plan::at_nth(&point.io.operation, point.nth, point.fault);
    let first = prepared.send(site, &plan).await;
    let struck = first.ios.iter().any(|io| io.fault == Some(point.fault));
    let kills = matches!(point.fault, Fault::Kill(_));
    assert_eq!(first.outcome == Outcome::Died, kills && struck, "{:?}", first.outcome);
    // After the first seed a recovery may crash, too.
    if point.seed > 0 && rng.random_bool(0.5) {
        let when = if rng.random_bool(0.5) { When::Before } else { When::After };
        let again = Plan::at(rng.random_range(1..=number), Fault::Kill(when));
        let _ = prepared.send(site, &again).await;
    }
    let answer = recover(site, &prepared, good(&prepared, &first.outcome)).await;
    aftermath(site, &prepared.clinic, &mut rng).await;
    let effect = Effect::settled(site, &prepared.clinic).await;
    judge(point.command, &answer, &effect, undisturbed);
    struck
}

/// One effect, and the one that the answer told of.
fn judge(command: Command, answer: &Answer, effect: &Effect, undisturbed: &Undisturbed) {
    let expected = &undisturbed.effect;
    let status = if command.charges() { answer.json()["status"].clone() } else { Value::Null };
    if command.sends() != Sends::Nothing {
        let is_noted = command.sends() == Sends::Message;
        assert!(effect.is_but_for_a_message(expected, is_noted), "{effect:?} is not {expected:?}");
    } else if status == "failed" {
        assert!(
            effect.gave_up(&undisturbed.before),
            "given up is {effect:?}, before {:?}",
            undisturbed.before
        );
    } else if command.asks() {
        assert!(effect.is_but_for_notes(expected), "after {status}, {effect:?} is not {expected:?}");
    } else {
        assert_eq!(effect, expected, "one effect, as undisturbed");
    }
}

/// A good answer: of HTTP, or of a run that left nothing behind.
fn good(prepared: &Prepared, outcome: &Outcome) -> Option<Answer> {
    let Outcome::Answer(answer) = outcome else { return None };
    // A run of outreach tells of copays, too; message events tell nothing.
    let errors = [&answer["errors"], &answer["copays"]["errors"]];
    match prepared.is_http() {
        true => Some(outcome.http()).filter(|answer| answer.status < 400),
        false => errors.into_iter().all(|errors| errors.is_null() || *errors == 0).then(|| Answer {
            status: 200,
            headers: http::HeaderMap::new(),
            body: answer.to_string().into_bytes(),
        }),
    }
}

/// The client sends it again until it is answered, and then once more: a command is answered alike. Who finds it still
/// at work comes again after a minute.
async fn recover(site: &Site, prepared: &Prepared, first: Option<Answer>) -> Answer {
    let has_key = prepared.event.pointer("/headers/idempotency-key").is_some();
    let mut answered = first;
    let mut last = None;
    for _ in 0..TRIES {
        let again = prepared.send(site, &Plan::none()).await;
        match (answered, good(prepared, &again.outcome)) {
            (Some(before), Some(now)) => {
                let alike = (before.status, &before.body) == (now.status, &now.body);
                assert!(alike || !has_key, "{} and then {}", before.text(), now.text());
                return before;
            }
            (before, now) => {
                if before.is_none() && now.is_none() {
                    site.pass(TimeDelta::seconds(61));
                }
                answered = before.or(now);
            }
        }
        last = Some(again.outcome);
    }
    panic!("not answered well: {last:?}");
}

fn cents(rng: &mut ChaCha8Rng) -> i64 {
    rng.random_range(100..100_000)
}
