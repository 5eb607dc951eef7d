//! What a sequence knows, and how it sends a command: until it is answered, under the same key.

use chrono::TimeDelta;
use paywell_tests::support::{Answer, Clinic, Request};
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use stripe_simulator::EmittedEvent;

use super::Tally;
use crate::{Fault, Invocation, Outcome, Plan, Site, When};

/// How often a client sends a command; the last tries meet no faults.
const TRIES: u32 = 7;

/// Of so many calls in a thousand something goes wrong.
const PER_MILLE: u32 = 80;

/// A sequence of commands on a practice of its own.
pub(super) struct Story<'a> {
    pub(super) site: &'a Site,
    pub(super) clinic: Clinic,
    pub(super) rng: ChaCha8Rng,
    pub(super) patients: Vec<String>,
    /// With the patient of each.
    pub(super) invoices: Vec<(String, String)>,
    /// As they were given to staff.
    pub(super) links: Vec<serde_json::Value>,
    /// Pages of the processor that somebody was sent to.
    pub(super) pages: Vec<String>,
    /// The processor's events that are on their way.
    pub(super) events: Vec<EmittedEvent>,
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
        let patients = vec![clinic.patient("Ada").await, clinic.patient("Bob").await];
        let (invoices, links, pages, events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (tally, done) = (Tally::default(), Vec::new());
        Self { site, clinic, rng, patients, invoices, links, pages, events, tally, done }
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
    }

    /// Sends a command until it is answered, at times with long waits in between, and at times once more: what was done
    /// is answered alike.
    pub(super) async fn put(&mut self, request: &Request) -> Answer {
        let (mut answered, mut last): (Option<Answer>, Option<Outcome>) = (None, None);
        let mut once_more = self.rng.random_ratio(1, 6);
        let mut may_wait_long = true;
        for number in 1..=TRIES {
            self.site.world.set_clock(self.site.now());
            let plan = if number + 2 < TRIES { self.plan() } else { Plan::none() };
            let event = request.event();
            let sent = self.site.send(&event, 0, &plan).await;
            self.note(&sent);
            if let Some(answer) = settled(&sent.outcome) {
                let has_key = event.pointer("/headers/idempotency-key").is_some();
                let answer = match answered {
                    Some(before) if has_key => {
                        let alike = (before.status, &before.body) == (answer.status, &answer.body);
                        assert!(alike, "{} and then {} {}", before.text(), answer.status, answer.text());
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
            if may_wait_long && self.rng.random_ratio(1, 20) {
                may_wait_long = false;
                self.wait_long();
            }
            last = Some(sent.outcome);
        }
        answered.unwrap_or_else(|| panic!("never answered: {last:?}"))
    }

    /// Invokes once, and says whether it was taken: the processor and schedules try again by themselves.
    pub(super) async fn once(&mut self, function: &str, event: &serde_json::Value) -> Invocation {
        let plan = self.plan();
        let sent = self.site.instance(function, 0).invoke(event, &plan).await;
        self.note(&sent);
        sent
    }

    fn wait_long(&mut self) {
        let waits = [TimeDelta::minutes(11), TimeDelta::hours(25), TimeDelta::days(31)];
        self.site.pass(*waits.choose(&mut self.rng).unwrap());
        self.done.push("(wait)".to_owned());
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
