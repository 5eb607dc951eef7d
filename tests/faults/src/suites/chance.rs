//! Random commands through the functions as they ship, with faults at the wire, lost, doubled and shuffled webhooks,
//! lagging indexes and a clock that jumps: in the end the ledger says what the processor says, to the cent.

mod chasing;
mod correct;
mod desk;
mod on_file;
mod online;
mod planned;
mod recovery;
mod story;
mod tally;
mod truth;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use rand::Rng;
use tokio::runtime::Builder;

use super::{Figure, checked};
use crate::{Clock, Profile, Site};
use story::Story;
use tally::{Came, Tally};

/// How many commands one practice sees.
const COMMANDS: u64 = 80;

/// So many commands over as many practices as they need, from that seed on, at so many sites at once; prints what is off
/// with the seed that repeats it, and what came of each command.
pub fn wire(profile: Profile, first: u64, commands: u64, sites: u64) -> Vec<Figure> {
    let last = first + commands.div_ceil(COMMANDS);
    profile.build();
    let began = Instant::now();
    let next = AtomicU64::new(first);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let work = |site| {
            let next = &next;
            scope.spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(sequences(profile, site, next, last))
            })
        };
        let workers: Vec<_> = (0..sites).map(work).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut sum = Tally::default();
    tallies.into_iter().for_each(|tally| sum += tally);
    let n = sum.all();
    let took = began.elapsed();
    sum.print();
    println!("  seeds {first} to {}: {n} commands in {} s", last - 1, took.as_secs());
    vec![
        Figure { name: "wire_cents_off", value: sum.cents_off, unit: "cents", n },
        Figure { name: "wire_wrong", value: sum.wrong, unit: "sequences", n: last - first },
        Figure { name: "wire_accepted_pct", value: sum.accepted() * 100 / n.max(1), unit: "%", n },
        Figure { name: "wire_refused", value: sum.refused(), unit: "commands", n },
        Figure { name: "wire_faults", value: sum.struck, unit: "faults", n },
        Figure { name: "wire_jumps", value: sum.jumps.values().sum(), unit: "clock jumps", n },
        Figure { name: "wire_stale_reads", value: sum.stale, unit: "reads", n },
        Figure { name: "wire_seconds", value: took.as_secs(), unit: "s", n },
    ]
}

async fn sequences(profile: Profile, number: u64, next: &AtomicU64, last: u64) -> Tally {
    let site = Site::open_with_clock(profile, 1, Clock::new(&format!("wire-{number}"))).await;
    let mut sum = Tally::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= last {
            return sum;
        }
        let mut story = Story::open(&site, seed).await;
        let came = checked(sequence(&mut story)).await;
        story.tally.stale += site.wire.stale_reads();
        if let Err(what) = came {
            story.tally.wrong += 1;
            println!("  OFF at seed {seed}, after {}: {what}", story.done.join(", "));
        }
        sum += story.tally;
    }
}

async fn sequence(story: &mut Story<'_>) {
    while story.tally.all() < COMMANDS {
        story.command().await;
    }
    story.recover().await;
    story.hear_the_rest().await;
    story.planned_is_agreed().await;
    let off = story.differences().await;
    story.tally.cents_off +=
        off.iter().map(|(_, booked, true_of_it)| booked.abs_diff(*true_of_it)).sum::<u64>();
    assert!(off.is_empty(), "in the books and at the processor: {off:?}");
    story.proves().await;
}

impl Story<'_> {
    /// One random command.
    async fn command(&mut self) {
        let (name, came) = match self.rng.random_range(0..96) {
            // Without anything to do it to, what makes something.
            1..=20 | 54..=64 | 68..=82 if self.invoices.is_empty() => ("bill", self.bill().await),
            21..=29 if self.links.is_empty() => ("link", self.link().await),
            25..=29 if self.pages.is_empty() => ("press pay", self.press().await),
            40..=47 | 66..=67 | 80..=95 if !self.has_methods => ("set up a method", self.set_up().await),
            0..=4 => ("bill", self.bill().await),
            5 => ("edit", self.edit().await),
            6 => ("void an invoice", self.void().await),
            7..=11 => ("cash", self.cash().await),
            12 => ("ask", self.ask().await),
            13 => ("record", self.record().await),
            14 => ("move by hand", self.move_by_hand().await),
            15 => ("remind", self.remind().await),
            16..=18 => ("link", self.link().await),
            19 => ("renew", self.renew().await),
            20 => ("revoke", self.revoke().await),
            21..=24 => ("press pay", self.press().await),
            25..=29 => ("fill in", self.fill_in().await),
            30..=34 => ("tell", self.tell().await),
            35..=36 => ("reconcile", self.reconcile().await),
            37 => ("outreach", self.outreach().await),
            38..=39 => ("set up a method", self.set_up().await),
            40 => ("make default", self.make_default().await),
            41 => ("remove a method", self.remove_method().await),
            42..=44 => ("charge", self.charge().await),
            45 => ("charge an asked one", self.charge_asked().await),
            46 => ("capture", self.capture().await),
            47 => ("release", self.release().await),
            48 => ("dispute", self.dispute().await),
            49 => ("refund ends", self.refund_ends().await),
            50..=53 => ("refund", self.refund().await),
            54 => ("adjust down", self.adjust("down").await),
            55 => ("adjust up", self.adjust("up").await),
            56..=57 => ("reverse adjustment", self.reverse_adjustment().await),
            58 => ("write off", self.write_off().await),
            59 => ("collections", self.collections().await),
            60 => ("reverse collections", self.reverse_collections().await),
            61..=62 => ("apply", self.apply().await),
            63..=64 => ("allocate", self.allocate().await),
            65 => ("dispute", self.dispute().await),
            66..=67 => ("charge", self.charge().await),
            68..=71 => ("act on a set", self.act_on_set().await),
            72..=75 => ("morning", self.morning().await),
            76..=79 => ("tell of a message", self.notify().await),
            80..=84 => ("plan", self.plan_payments().await),
            85 => ("cancel a plan", self.cancel_plan().await),
            86..=88 => ("turn autopay", self.turn_autopay().await),
            89..=92 => ("book a visit", self.book_visit().await),
            _ => ("change a visit", self.change_visit().await),
        };
        // None: there was nothing to do it to.
        if let Some(came) = came {
            self.tally.count(name, &came);
            self.done.push(match came {
                Came::Accepted => name.to_owned(),
                Came::Refused(why) => format!("{name} ({why})"),
            });
        }
        self.show_some().await;
    }
}
