//! Outreach as it ships, over many practices: triggers that come twice at once, and instances killed between any two calls.
//! The mailbox says what went out, and the sets' histories what is known of it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use futures_util::future::join_all;
use paywell_tests::support::Clinic;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{Figure, checked};
use crate::{Clock, Fault, Invocation, Outcome, Plan, Profile, Site, When};

/// How many sets there are at a time.
const SETS: u64 = 50;

/// Over how many practices they are spread.
const PRACTICES: u64 = 3;

/// The subjects of the standard rules' first steps, and on which day after the start each is sent.
const STEPS: [(&str, i64); 2] = [("You have a balance with us", 0), ("A reminder about your balance", 14)];

/// How often a night's runs are disturbed before one is left alone.
const DISTURBED: u32 = 8;

/// Sites at work at the same time.
const SITES: u64 = 2;

/// What came of sets.
#[derive(Default)]
struct Tally {
    /// Steps of sets that were due.
    due: u64,
    doubles: u64,
    losses: u64,
    /// Claims whose run was killed before it could say what became of the message: they count as sent, and show.
    cut_off: u64,
    /// Of those, the ones whose message the provider never got.
    cut_off_unsent: u64,
    triggers: u64,
    /// Triggers that came twice at once.
    doubled: u64,
    kills: u64,
    wrong: u64,
}

/// A patient whose charge is chased.
struct Chased {
    clinic: Clinic,
    patient: String,
    set: String,
}

/// So many steps of sets, from that seed on; prints what is off, gives the figures.
pub async fn outreach(profile: Profile, first: u64, steps: u64) -> Vec<Figure> {
    let count = u64::try_from(STEPS.len()).unwrap();
    let last = first + steps.div_ceil(SETS * count);
    println!("outreach: seeds {first} to {}", last - 1);
    let next = AtomicU64::new(first);
    let tallies = join_all((0..SITES.min(last - first)).map(async |number| {
        let site = Site::open_with_clock(profile, 2, Clock::new(&format!("outreach-{number}"))).await;
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= last {
                return tally;
            }
            if let Err(what) = checked(nights(&site, seed, &mut tally)).await {
                tally.wrong += 1;
                println!("  OFF at seed {seed}: {what}");
            }
        }
    }));
    let mut sum = Tally::default();
    tallies.await.iter().for_each(|tally| sum.add(tally));
    sum.figures()
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.due += other.due;
        self.doubles += other.doubles;
        self.losses += other.losses;
        self.cut_off += other.cut_off;
        self.cut_off_unsent += other.cut_off_unsent;
        self.triggers += other.triggers;
        self.doubled += other.doubled;
        self.kills += other.kills;
        self.wrong += other.wrong;
    }

    fn figures(&self) -> Vec<Figure> {
        let figure = |name, value, unit, n| Figure { name, value, unit, n };
        vec![
            figure("outreach_doubles", self.doubles, "messages", self.due),
            figure("outreach_losses", self.losses, "messages", self.due),
            figure("outreach_wrong", self.wrong, "sequences", self.due),
            figure("outreach_cut_off", self.cut_off, "claims", self.due),
            figure("outreach_cut_off_unsent", self.cut_off_unsent, "claims", self.due),
            figure("outreach_kills", self.kills, "kills", self.triggers),
            figure("outreach_doubled_triggers", self.doubled, "triggers", self.triggers),
        ]
    }
}

/// A few practices whose patients get the steps of their sets, each in a night of its own.
async fn nights(site: &Site, seed: u64, tally: &mut Tally) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    site.rewind();
    let mut clinics = vec![site.practice().await];
    for number in 1..PRACTICES {
        clinics.push(Clinic::open_in(&site.world, &format!("{}n{number}", clinics[0].practice)).await);
    }
    let mut chased = Vec::new();
    for place in 0..SETS {
        let clinic = &clinics[usize::try_from(place % PRACTICES).unwrap()];
        let details = json!({ "email": format!("ada{place}@example.com") });
        let patient = clinic.patient_with("Ada", &details).await;
        clinic.open_invoice_with(&patient, "125.00", &json!({ "term_days": 1 })).await;
        let set = clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.field("id");
        chased.push(Chased { clinic: clinic.clone(), patient, set });
    }
    for (step, (_, day)) in STEPS.iter().enumerate() {
        let before = step.checked_sub(1).map_or(-3, |before| STEPS[before].1);
        if step == 0 {
            site.pass_to_noon(1);
        }
        site.pass(TimeDelta::days(day - before));
        night(site, &mut rng, tally).await;
    }
    site.world.set_clock(site.now());
    let sent = sent(site).await;
    for one in &chased {
        judge(one, &sent, seed, tally).await;
    }
}

/// Runs until nothing is due any more: the first of them are killed, and some are started twice at once.
async fn night(site: &Site, rng: &mut ChaCha8Rng, tally: &mut Tally) {
    for trigger in 0.. {
        assert!(trigger < 100, "a night has an end");
        let plan = |rng: &mut ChaCha8Rng| {
            let when = if rng.random_bool(0.5) { When::Before } else { When::After };
            match trigger < DISTURBED && rng.random_ratio(4, 5) {
                true => Plan::at(rng.random_range(1..120), Fault::Kill(when)),
                false => Plan::none(),
            }
        };
        let (one, two) = (plan(rng), plan(rng));
        let ends: Vec<Invocation> = if rng.random_ratio(3, 10) {
            tally.doubled += 1;
            let (one, two) = tokio::join!(run(site, 0, &one), run(site, 1, &two));
            vec![one, two]
        } else {
            vec![run(site, 0, &one).await]
        };
        tally.triggers += 1;
        let died = ends.iter().filter(|end| end.outcome == Outcome::Died).count();
        tally.kills += u64::try_from(died).unwrap();
        let is_idle = |end: &Invocation| matches!(&end.outcome, Outcome::Answer(run) if run["due"] == 0);
        if trigger >= DISTURBED && ends.iter().all(is_idle) {
            return;
        }
    }
}

async fn run(site: &Site, number: usize, plan: &Plan) -> Invocation {
    let end = site.instance("outreach", number).invoke(&json!({}), plan).await;
    if let Outcome::Answer(run) = &end.outcome {
        assert_eq!(run["errors"], 0, "{run}");
    }
    end
}

/// How many messages of each set and step the provider took.
async fn sent(site: &Site) -> BTreeMap<(String, String), u64> {
    let mut sent = BTreeMap::new();
    for message in site.mail().await {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        *sent.entry((text(&message["tags"]["set"]), text(&message["subject"]))).or_default() += 1;
    }
    sent
}

async fn judge(chased: &Chased, sent: &BTreeMap<(String, String), u64>, seed: u64, tally: &mut Tally) {
    let Chased { clinic, patient, set } = chased;
    let shown = clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok();
    for (step, (subject, _)) in STEPS.iter().enumerate() {
        let told = |what: &str| {
            let timeline = shown["timeline"].as_array().unwrap().iter();
            timeline.filter(|entry| entry["what"] == what && entry["details"]["step"] == step).count()
        };
        let (claims, outcomes) = (told("message_claimed"), told("message_sent"));
        let arrived = sent.get(&(set.clone(), (*subject).to_owned())).copied().unwrap_or_default();
        tally.due += 1;
        tally.doubles += u64::from(arrived > 1 || claims > 1);
        let is_shown = claims == 1 && (outcomes == 1) <= (arrived == 1);
        tally.losses += u64::from(!is_shown && claims < 2);
        tally.cut_off += u64::from(claims == 1 && outcomes == 0);
        tally.cut_off_unsent += u64::from(claims == 1 && arrived == 0);
        if arrived > 1 || !is_shown {
            println!(
                "  OFF at seed {seed}: step {step} of {set}: {arrived} sent, {claims} claimed, {outcomes} noted"
            );
        }
    }
}
