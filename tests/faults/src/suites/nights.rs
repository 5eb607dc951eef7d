//! A practice on a virtual clock, day after day: patients all over the country, whatever can happen to them and to their
//! bills, and outreach by the clock, by mistake at night, twice at once, not at all for days, and with a provider in
//! trouble. An oracle that knows only the log of happenings says of each message whether it was allowed, and of each step
//! whether it was done.

mod at_once;
mod chance;
mod chase;
mod happening;
mod log;
mod noted;
mod oracle;
mod rules;
mod tally;
mod town;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Timelike, Utc};
use paywell_app::outreach::Run;
use paywell_tests::support::Clinic;
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::{Figure, checked};
use chase::{Letter, Stands};
use oracle::{Expected, Moment, Sent};
use town::{Town, Way};

/// When runs start (UTC), and, the last, one by mistake: it is night in the whole country then.
const RUNS: [(u32, u32); 6] = [(1, 10), (4, 40), (13, 5), (16, 20), (20, 40), (8, 30)];

/// How many of them there are on a day.
const RUNS_A_DAY: usize = 2;

/// On how many of a reader's days a run may find a step due and leave it: a set that was held goes on the day after, where
/// the hour of its step has passed.
const MOST_DAYS_LATE: usize = 2;

/// How many messages providers still tell of.
const REMEMBERED: usize = 6;

struct Story {
    clinic: Clinic,
    town: Town,
    rng: ChaCha8Rng,
    counts: BTreeMap<&'static str, u64>,
    /// What the oracle found.
    doubles: u64,
    forbidden: u64,
    losses: u64,
    seed: u64,
    /// Until when no run starts.
    lost_until: DateTime<Utc>,
    texted: u32,
    /// Messages of which a provider may tell still, with whose they are.
    letters: VecDeque<(usize, Letter)>,
}

/// So many days of so many patients; prints what is wrong with the seed that repeats it, and what happened how often.
pub async fn nights(seed: u64, patients: usize, days: u32) -> Vec<Figure> {
    println!("nights: seed {seed}, {patients} patients, {days} days");
    let mut story = Story::open(seed, patients).await;
    let came = checked(story.live(days)).await;
    if let Err(what) = &came {
        println!("  OFF at seed {seed}, {}: {what}", story.clinic.world.now());
    }
    let missing = tally::missing(&story.counts);
    for (kind, count) in &story.counts {
        println!("  {count:>7} {kind}");
    }
    println!("  too few of: {missing:?}");
    let n = story.count("mail") + story.count("text");
    let wrong = story.forbidden + u64::from(came.is_err());
    vec![
        Figure { name: "nights_forbidden", value: wrong, unit: "messages", n },
        Figure { name: "nights_doubles", value: story.doubles, unit: "messages", n },
        Figure { name: "nights_losses", value: story.losses, unit: "steps", n: n + story.count("task") },
        Figure {
            name: "nights_kinds_missing",
            value: u64::try_from(missing.len()).unwrap(),
            unit: "kinds",
            n: story.counts.values().sum(),
        },
    ]
}

impl Story {
    async fn live(&mut self, days: u32) {
        let first = self.clinic.world.now().date_naive();
        for day in 1..=days {
            let date = first + chrono::Days::new(day.into());
            if self.lost_until <= self.clinic.world.now() && self.rng.random_ratio(1, 40) {
                let lost = self.rng.random_range(1..6);
                self.lost_until = self.clinic.world.now() + Duration::days(lost);
                self.counted("lost night");
            }
            for (hour, minute) in self.runs() {
                let at = date.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap()).and_utc();
                self.clinic.world.set_clock(at - Duration::minutes(40));
                for _ in 0..self.happenings_before_a_run() {
                    self.happens().await;
                }
                assert!(self.clinic.world.now() < at, "so much happens within 40 minutes");
                if at >= self.lost_until {
                    self.run(at).await;
                }
            }
        }
    }

    /// Some of the hours, others each day; seldom the one at night.
    fn runs(&mut self) -> Vec<(u32, u32)> {
        let (night, day) = RUNS.split_last().unwrap();
        let mut runs: Vec<(u32, u32)> = day.choose_multiple(&mut self.rng, RUNS_A_DAY).copied().collect();
        runs.extend(self.rng.random_ratio(1, 15).then_some(*night));
        runs.sort_unstable();
        runs
    }

    /// To each patient something happens every two weeks or so.
    fn happenings_before_a_run(&mut self) -> usize {
        self.rng.random_range(0..=self.town.people.len().div_ceil(16))
    }

    /// One happening, told to the oracle once it is so.
    async fn happens(&mut self) {
        if self.rng.random_ratio(1, 25) {
            return self.sends_now().await;
        }
        let Some(mut happening) = self.choose() else { return };
        let at = self.clinic.world.now();
        if let Some(made) = happening.perform(&self.clinic, &self.town).await {
            self.counted(happening.name());
            self.noted(&happening, &made, at).await;
        }
    }

    async fn run(&mut self, at: DateTime<Utc>) {
        let world = self.clinic.world.clone();
        self.counted_if(RUNS[RUNS.len() - 1].0 == at.hour(), "run at night");
        self.counted_if(self.town.holidays.contains(&self.town.today(at)), "run on a holiday");
        // Answers to texts that came before.
        self.hear(at, None, &[]).await;
        world.set_clock(at);
        self.expect(at);
        let mut before = None;
        let runs = match (self.rng.random_range(0..20), self.awaiting(at).choose(&mut self.rng).copied()) {
            (0..=2, _) => {
                self.counted("twice at once");
                let (one, two) = tokio::join!(world.run_outreach(), world.run_outreach());
                vec![one, two]
            }
            (3..=6, Some(person)) => {
                before = Some(self.town.clone());
                vec![self.run_in_a_race(at, person).await]
            }
            (7..=14, Some(_)) => vec![self.run_in_trouble(at).await],
            _ => vec![world.run_outreach().await],
        };
        let mut is_calm = before.is_none() && !self.town.lost_answers.contains(&at);
        for run in &runs {
            assert_eq!(run.errors, 0, "{run:?}");
            is_calm &= !run.cut_off && !run.texts_down;
            self.counted_if(run.postponed > 0, "put off until day");
        }
        self.hear(at, before.as_ref(), &[]).await;
        self.settle(at, is_calm).await;
    }

    /// Whose message is to go now.
    fn awaiting(&self, at: DateTime<Utc>) -> Vec<usize> {
        let is_awaiting = |place: &usize| matches!(self.expected(*place, at), Some((Expected::Send(_), _)));
        (0..self.town.people.len()).filter(is_awaiting).collect()
    }

    /// While it runs, something happens to somebody whose message is to go.
    async fn run_in_a_race(&mut self, at: DateTime<Utc>, person: usize) -> Run {
        let world = self.clinic.world.clone();
        let Some(mut happening) = self.choose_for_a_race(person) else { return world.run_outreach().await };
        self.counted("race");
        let (run, done) = tokio::join!(world.run_outreach(), happening.perform(&self.clinic, &self.town));
        if let Some(made) = done {
            self.counted(happening.name());
            self.noted(&happening, &made, at).await;
        }
        self.expect(at);
        run
    }

    async fn run_in_trouble(&mut self, at: DateTime<Utc>) -> Run {
        let world = self.clinic.world.clone();
        let (fault, kind) =
            [("throttle", "throttled"), ("error", "provider error"), ("accept_then_drop", "answer lost")]
                [self.rng.random_range(0..3)];
        if self.rng.random_bool(0.5) {
            world.mail.fault(fault, 1).await;
        } else {
            world.mail.fault_of_texts(fault, 1).await;
        }
        let run = world.run_outreach().await;
        world.mail.fault(fault, 0).await;
        world.mail.fault_of_texts(fault, 0).await;
        self.counted_if(run.cut_off || run.texts_down || run.unknown > 0, kind);
        self.town.lost_answers.insert(at);
        run
    }

    /// What the oracle expects of a run now is written down before it.
    fn expect(&mut self, at: DateTime<Utc>) {
        for place in 0..self.town.people.len() {
            if let Some((what, _)) =
                self.expected(place, at).filter(|(what, _)| !matches!(what, Expected::Send(_)))
            {
                self.town.people[place].chases.last_mut().unwrap().expected.push((at, what));
            }
        }
    }

    /// Judges what the mailbox took, by all rules but those that are excepted. What raced with a run may have come before it or
    /// after it.
    async fn hear(&mut self, at: DateTime<Utc>, before: Option<&Town>, excepted: &[&str]) {
        for message in self.clinic.world.mail.take().await {
            if message["tags"]["set"].is_null() {
                self.counted("answer to a text");
                assert!(!message["tags"]["practice"].is_null(), "nobody asked for this: {message}");
                continue;
            }
            self.judge(&message, at, before, excepted).await;
        }
    }

    async fn judge(&mut self, message: &Value, at: DateTime<Utc>, before: Option<&Town>, excepted: &[&str]) {
        let set = message["tags"]["set"].as_str().unwrap();
        let is_text = message["kind"] == "sms";
        let said = if is_text { &message["text"] } else { &message["subject"] };
        let (rules, step, language) = rules::read(said.as_str().unwrap()).expect("a step's message");
        let to = message["to"][0].as_str().unwrap().to_owned();
        let way = if is_text { Way::Text } else { Way::Mail };
        let sent = Sent { way, to, rules, step, language };
        let Some(place) = self.place_of(set) else {
            self.forbidden += 1;
            println!("  OFF at seed {}, {at}: a message of {set}, which nobody chases", self.seed);
            return;
        };
        // What the oracle has not seen of the steps before it, the set's history tells.
        if self.town.people[place].chase().unwrap().done < step {
            self.explain(place, at).await;
        }
        let judged = |town: &Town| {
            let person = &town.people[place];
            person.chase().map(|chase| oracle::broken(&Moment { town, person, chase, at }, &sent))
        };
        let mut broken = judged(&self.town).unwrap_or_default();
        broken.retain(|rule| !excepted.contains(rule));
        let raced = before.and_then(judged);
        if !broken.is_empty() && raced.is_none_or(|before| !before.is_empty()) {
            let doubled = self.town.people[place].chase().unwrap().done > step;
            *(if doubled { &mut self.doubles } else { &mut self.forbidden }) += 1;
            println!("  OFF at seed {}, {at}: {sent:?} of {set} breaks {broken:?}", self.seed);
        }
        self.count_sent(place, &sent);
        self.done(place, at);
        let letter = Letter { way, to: sent.to, taken: message.clone() };
        self.town.people[place].chases.last_mut().unwrap().last = Some(letter.clone());
        self.letters.push_back((place, letter));
        self.letters.drain(..self.letters.len().saturating_sub(REMEMBERED));
    }

    fn count_sent(&mut self, place: usize, sent: &Sent) {
        let person = &self.town.people[place];
        let chase = person.chase().unwrap();
        let step = self.town.rules[chase.rules].steps.get(sent.step).copied();
        let has_guarantor = person.guarantor.is_some();
        self.counted(if sent.way == Way::Text { "text" } else { "mail" });
        self.counted_if(step.is_some_and(|step| step.way != sent.way), "fallback");
        self.counted_if(sent.language == "es", "spanish");
        self.counted_if(has_guarantor, "guarantor");
    }

    /// The next step of a chase was done at that instant.
    fn done(&mut self, place: usize, at: DateTime<Utc>) {
        let person = &self.town.people[place];
        let moment = Moment { town: &self.town, person, chase: person.chase().unwrap(), at };
        let day = oracle::day(&moment);
        self.town.people[place].chases.last_mut().unwrap().step_done(at, day);
    }

    /// What was to be done in a run and left no message: its history tells of it at once, or, after a run that nothing
    /// disturbed, it is late.
    async fn settle(&mut self, at: DateTime<Utc>, is_calm: bool) {
        let lost_answers = self.town.lost_answers.contains(&at);
        for place in 0..self.town.people.len() {
            let Some((what, day)) = self.expected(place, at) else { continue };
            if lost_answers || !matches!(what, Expected::Send(_)) {
                self.explain(place, at).await;
            }
            if is_calm && self.expected(place, at) == Some((what, day)) && !self.may_wait(place, at) {
                let chase = self.town.people[place].chases.last_mut().unwrap();
                chase.waited.insert(day);
                if chase.waited.len() > MOST_DAYS_LATE {
                    self.late(place, at).await;
                }
            }
        }
    }

    /// What is to be done for a chase, and on which day of its reader.
    fn expected(&self, place: usize, at: DateTime<Utc>) -> Option<(Expected, NaiveDate)> {
        let person = &self.town.people[place];
        let moment = Moment { town: &self.town, person, chase: person.chase()?, at };
        Some((oracle::expected(&moment)?, oracle::day(&moment)))
    }

    fn may_wait(&self, place: usize, at: DateTime<Utc>) -> bool {
        let person = &self.town.people[place];
        let chase = person.chase().unwrap();
        oracle::may_wait(&Moment { town: &self.town, person, chase, at })
    }

    async fn late(&mut self, place: usize, at: DateTime<Utc>) {
        let before = self.town.people[place].chase().unwrap().done;
        self.explain(place, at).await;
        let chase = self.town.people[place].chases.last_mut().unwrap();
        if chase.done == before && chase.stands != Stands::Failed {
            self.losses += 1;
            let waited = std::mem::take(&mut chase.waited);
            let patient = self.town.people[place].id.clone();
            let shown = self.clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok();
            println!("  OFF at seed {}, {at}: step {before}, due on {waited:?}, is lost: {shown}", self.seed);
        }
    }

    /// Steps that left no message: the set's history tells of them, and each of them was to be expected.
    async fn explain(&mut self, place: usize, at: DateTime<Utc>) {
        let (id, patient, since) = {
            let person = &self.town.people[place];
            let chase = person.chase().unwrap();
            (chase.id.clone(), person.id.clone(), chase.since.max(chase.again_since))
        };
        let shown = self.clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok();
        self.clinic.world.set_clock(at);
        assert_eq!(shown["id"], id, "the patient's present set");
        for entry in shown["timeline"].as_array().unwrap() {
            let when: DateTime<Utc> = entry["at"].as_str().unwrap().parse().unwrap();
            let chase = self.town.people[place].chase().unwrap();
            let next = u64::try_from(chase.done).unwrap();
            if when < since || chase.stands == Stands::Failed {
                continue;
            }
            let is_of_the_next = entry["details"]["step"].as_u64() == Some(next);
            let near = |then: &DateTime<Utc>| (when - *then).abs() < Duration::minutes(5);
            let was_expected = |what: Expected| {
                chase.expected.iter().any(|(then, expected)| near(then) && *expected == what)
            };
            match entry["what"].as_str().unwrap() {
                "task_created" if is_of_the_next => {
                    let way = if entry["details"]["method"] == "call_task" { Way::Call } else { Way::Letter };
                    self.rule(was_expected(Expected::Task(way)), &id, when, "a task that nobody expected");
                    self.counted("task");
                    self.done(place, when);
                }
                "message_unknown" if is_of_the_next => {
                    let lost = self.town.lost_answers.iter().any(near);
                    self.rule(lost, &id, when, "an unknown outcome without a provider in trouble");
                    self.counted("unknown");
                    self.done(place, when);
                }
                "set_failed" if when >= self.first_expected(place) => {
                    self.rule(was_expected(Expected::Fail), &id, when, "a failure that nobody expected");
                    self.counted("failed");
                    self.town.people[place].chases.last_mut().unwrap().fail();
                }
                _ => {}
            }
        }
    }

    /// Since when the next step is expected: an earlier failure was mended by staff.
    fn first_expected(&self, place: usize) -> DateTime<Utc> {
        let chase = self.town.people[place].chase().unwrap();
        let first = chase.expected.first().map(|(at, _)| *at - Duration::minutes(5));
        first.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn rule(&mut self, holds: bool, set: &str, at: DateTime<Utc>, what: &str) {
        if !holds {
            self.forbidden += 1;
            println!("  OFF at seed {}, {at}, {set}: {what}", self.seed);
        }
    }

    fn place_of(&self, set: &str) -> Option<usize> {
        self.town.people.iter().position(|person| person.chase().is_some_and(|chase| chase.id == set))
    }

    fn count(&self, kind: &str) -> u64 {
        self.counts.get(kind).copied().unwrap_or_default()
    }

    fn counted(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }

    fn counted_if(&mut self, is_so: bool, kind: &'static str) {
        if is_so {
            self.counted(kind);
        }
    }
}
