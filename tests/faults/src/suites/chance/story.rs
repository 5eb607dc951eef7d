//! What a sequence knows, and how it sends a command: until it is answered, under the same key.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::TimeDelta;
use paywell_tests::support::{Answer, Clinic, Request};
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use stripe_simulator::EmittedEvent;

use super::{planned::Agreed, tally::Tally};
use crate::{Barrier, Fault, Invocation, Outcome, Plan, Site, When, suites::commands::Scene};

/// How often a client sends a command; the last tries meet no faults.
const TRIES: u32 = 7;

/// Of so many calls in a thousand something goes wrong.
const PER_MILLE: u32 = 80;

/// How long one of two waits for the other: a command that is refused commits nothing.
const PATIENCE: Duration = Duration::from_millis(60);

/// A sequence of commands on a practice of its own.
pub(super) struct Story<'a> {
    pub(super) site: &'a Site,
    pub(super) clinic: Clinic,
    pub(super) rng: ChaCha8Rng,
    pub(super) patients: Vec<String>,
    /// With the patient of each.
    pub(super) invoices: Vec<(String, String)>,
    /// As they were given to staff.
    pub(super) links: Vec<Value>,
    /// Pages of the processor that somebody was sent to.
    pub(super) pages: Vec<String>,
    /// The processor's events that are on their way.
    pub(super) events: Vec<EmittedEvent>,
    /// What providers of messages are to tell still, as SNS brings it.
    pub(super) notices: Vec<Value>,
    /// How many texts came to us, and how many of them were no word that we know.
    pub(super) texts: u32,
    pub(super) replies: u32,
    pub(super) plans: Vec<String>,
    pub(super) visits: Vec<String>,
    /// What patients had agreed to and was ended, with the charges that had been made by then.
    pub(super) ended: BTreeMap<Agreed, BTreeSet<String>>,
    /// Whether somebody has put a method on file.
    pub(super) has_methods: bool,
    pub(super) tally: Tally,
    /// The commands so far.
    pub(super) done: Vec<String>,
}

impl<'a> Story<'a> {
    pub(super) async fn open(site: &'a Site, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        site.rewind();
        let clinic = match rng.random_ratio(1, 3) {
            true => site.practice_with_lagging_indexes().await,
            false => site.practice().await,
        };
        let mut story = Self {
            site,
            patients: Vec::new(),
            clinic,
            rng,
            invoices: Vec::new(),
            links: Vec::new(),
            pages: Vec::new(),
            events: Vec::new(),
            notices: Vec::new(),
            texts: 0,
            replies: 0,
            plans: Vec::new(),
            visits: Vec::new(),
            ended: BTreeMap::new(),
            has_methods: false,
            tally: Tally::default(),
            done: Vec::new(),
        };
        story.settle_in().await;
        story
    }

    /// Ada can be texted; copays are held on cards, a day before the visit.
    async fn settle_in(&mut self) {
        let scene = Scene::at(self.site, self.clinic.clone(), 0).await;
        scene.agrees_to_texts().await;
        scene.change_practice(&json!({ "copays": { "collect": "authorise", "days_before": 1 } })).await;
        self.patients = vec![scene.ada, self.clinic.patient("Bob").await];
    }

    pub(super) fn cents(&mut self) -> String {
        let cents = self.rng.random_range(100..30_000);
        format!("{}.{:02}", cents / 100, cents % 100)
    }

    pub(super) fn a_patient(&mut self) -> String {
        self.patients.choose(&mut self.rng).unwrap().clone()
    }

    /// Somebody's invoice, with its patient.
    pub(super) fn an_invoice(&mut self) -> Option<(String, String)> {
        self.invoices.choose(&mut self.rng).cloned()
    }

    /// The version that somebody read; at times they read it before the last change.
    pub(super) fn version(&mut self, shown: &Answer) -> u64 {
        shown.version() - u64::from(shown.version() > 1 && self.rng.random_ratio(1, 20))
    }

    /// What is to go wrong in the next invocation.
    fn plan(&mut self) -> Plan {
        let plan = Plan::by_chance(self.rng.next_u64(), PER_MILLE);
        if self.rng.random_ratio(1, 25) {
            let when = if self.rng.random_bool(0.5) { When::Before } else { When::After };
            return plan.and_at(self.rng.random_range(1..7), Fault::Kill(when));
        }
        plan
    }

    fn note(&mut self, sent: &Invocation) {
        let struck = sent.ios.iter().filter(|io| io.fault.is_some()).count();
        self.tally.struck += u64::try_from(struck).unwrap();
        self.tally.killed += u64::from(sent.outcome == Outcome::Died);
    }

    /// Sends a command until it is answered, at times with long waits in between, and at times once more: what was done
    /// is answered alike.
    pub(super) async fn put(&mut self, request: &Request) -> Answer {
        let (mut answered, mut last): (Option<Answer>, Option<Outcome>) = (None, None);
        let mut once_more = self.rng.random_ratio(1, 6);
        let (mut jumped, mut is_replay) = (false, false);
        for number in 1..=TRIES {
            self.site.world.set_clock(self.site.now());
            let plan = if number + 2 < TRIES { self.plan() } else { Plan::none() };
            let event = request.event();
            let sent = self.send(&event, plan).await;
            self.note(&sent);
            if let Some(answer) = settled(&sent.outcome) {
                let has_key = event.pointer("/headers/idempotency-key").is_some();
                let answer = match answered {
                    Some(before) if has_key => {
                        assert!(
                            alike(&before, &answer),
                            "{} and then {} {}",
                            before.text(),
                            answer.status,
                            answer.text()
                        );
                        self.tally.replayed += u64::from(is_replay);
                        before
                    }
                    _ => answer,
                };
                if !once_more || answer.status >= 400 || number == TRIES {
                    return answer;
                }
                once_more = false;
                answered = Some(answer);
            }
            // A command that asks the processor is taken to be at work for a minute.
            self.site.pass(TimeDelta::seconds(61));
            if !jumped && self.rng.random_ratio(1, 8) {
                (jumped, is_replay) = (true, answered.is_some());
                self.jump();
            }
            last = Some(sent.outcome);
        }
        answered.unwrap_or_else(|| panic!("never answered: {last:?}"))
    }

    /// Sends it once, at times together with a message of the processor: both want to commit at the same moment. Which
    /// is first is not the seed's to say.
    async fn send(&mut self, event: &Value, plan: Plan) -> Invocation {
        self.events.extend(self.site.processor.simulator.take_events());
        let Some(news) = self.events.last().filter(|_| self.rng.random_ratio(1, 3)).cloned() else {
            return self.site.send(event, 0, &plan).await;
        };
        let barrier = Barrier::with_patience(2, PATIENCE);
        let meeting = |plan: Plan| plan.meeting(&barrier, "TransactWriteItems", 1);
        let (plan, undisturbed, delivery) = (meeting(plan), meeting(Plan::none()), self.delivery(&news));
        let (sent, told) =
            tokio::join!(self.site.send(event, 0, &plan), self.site.send(&delivery, 0, &undisturbed));
        self.tally.met += u64::from(barrier.overlapped() == 2);
        if told.outcome.http().status < 300 {
            self.events.retain(|known| known.id != news.id);
        }
        sent
    }

    /// Invokes once, and says whether it was taken: the processor and schedules try again by themselves.
    pub(super) async fn once(&mut self, function: &str, event: &Value) -> Invocation {
        let plan = self.plan();
        let sent = self.site.instance(function, 0).invoke(event, &plan).await;
        self.note(&sent);
        sent
    }

    fn jump(&mut self) {
        let jumps = [
            ("11 minutes", TimeDelta::minutes(11)),
            ("25 hours", TimeDelta::hours(25)),
            ("31 days", TimeDelta::days(31)),
        ];
        let (name, time) = *jumps.choose(&mut self.rng).unwrap();
        self.site.pass(time);
        *self.tally.jumps.entry(name).or_default() += 1;
        self.done.push(format!("({name})"));
    }

    /// Indexes show some of the writes, or all.
    pub(super) async fn show_some(&mut self) {
        match self.rng.random_ratio(1, 2) {
            true => self.site.wire.release_all().await,
            false => self.site.wire.release(self.rng.random_range(0..4)).await,
        }
    }
}

/// An answer that a client takes as final.
fn settled(outcome: &Outcome) -> Option<Answer> {
    let answer = match outcome {
        Outcome::Answer(_) => outcome.http(),
        Outcome::FunctionError(error) => panic!("the function reported {error}"),
        Outcome::Died => return None,
    };
    let come_again = answer.status >= 500 || answer.headers.contains_key("retry-after");
    (!come_again).then_some(answer)
}

/// Whether a command was answered the same a second time: byte for byte, but for a page's address and whether it is still
/// open, which is in no saved answer.
fn alike(before: &Answer, answer: &Answer) -> bool {
    let of_page = |answer: &Answer| {
        let mut body = answer.json();
        let fields = body.as_object_mut()?;
        fields.remove("url")?;
        fields.remove("status");
        Some(body)
    };
    let same_page = of_page(before).is_some_and(|body| Some(body) == of_page(answer));
    before.status == answer.status && (before.body == answer.body || same_page)
}
