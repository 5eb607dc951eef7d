//! Random commands through the functions as they ship, with faults at the wire, lost, doubled and shuffled webhooks,
//! lagging indexes and a clock that jumps: in the end the ledger says what the processor says, to the cent.

mod desk;
mod online;
mod recovery;
mod story;
mod truth;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use rand::Rng;
use tokio::runtime::Builder;

use super::{Figure, checked};
use crate::{Clock, Profile, Site};
use story::Story;

/// How many commands one practice sees.
const COMMANDS: u64 = 40;

/// What came of sequences.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    struck: u64,
    cents_off: u64,
    wrong: u64,
}

/// So many commands over as many practices as they need, from that seed on, at so many sites at once; prints what is off
/// with the seed that repeats it.
pub fn wire(profile: Profile, first: u64, commands: u64, sites: u64) -> Vec<Figure> {
    let last = first + commands.div_ceil(COMMANDS);
    println!("seeds {first}..{last}");
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
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    let (accepted, refused) = (sum(|tally| tally.accepted), sum(|tally| tally.refused));
    let n = accepted + refused;
    vec![
        Figure { name: "wire_cents_off", value: sum(|tally| tally.cents_off), unit: "cents", n },
        Figure { name: "wire_wrong", value: sum(|tally| tally.wrong), unit: "sequences", n: last - first },
        Figure { name: "wire_accepted_pct", value: accepted * 100 / n.max(1), unit: "%", n },
        Figure { name: "wire_refused", value: refused, unit: "commands", n },
        Figure { name: "wire_faults", value: sum(|tally| tally.struck), unit: "faults", n },
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
        let tally = story.tally;
        sum.accepted += tally.accepted;
        sum.refused += tally.refused;
        sum.struck += tally.struck;
        sum.cents_off += tally.cents_off;
        if let Err(what) = came {
            sum.wrong += 1;
            println!("  OFF at seed {seed}, after {}: {what}", story.done.join(", "));
        }
    }
}

async fn sequence(story: &mut Story<'_>) {
    while story.tally.accepted + story.tally.refused < COMMANDS {
        story.command().await;
    }
    story.recover().await;
    let off = story.differences().await;
    story.tally.cents_off +=
        off.iter().map(|(_, booked, true_of_it)| booked.abs_diff(*true_of_it)).sum::<u64>();
    assert!(off.is_empty(), "in the books and at the processor: {off:?}");
    story.clinic.proven_books().await;
}

impl Story<'_> {
    /// One random command.
    async fn command(&mut self) {
        let (name, taken) = match self.rng.random_range(0..40) {
            0..=3 => ("bill", self.bill().await),
            4 => ("edit", self.edit().await),
            5 => ("void", self.void().await),
            6..=9 => ("cash", self.cash().await),
            10 => ("ask", self.ask().await),
            11 => ("record", self.record().await),
            12 => ("move", self.move_by_hand().await),
            13..=15 => ("link", self.link().await),
            16 => ("revoke", self.revoke().await),
            17..=20 => ("press", self.press().await),
            21..=25 => ("fill in", self.fill_in().await),
            26..=30 => ("tell", self.tell().await),
            31..=32 => ("reconcile", self.reconcile().await),
            33 => ("set up", self.set_up().await),
            34..=35 => ("charge", self.charge().await),
            36 => ("hold", self.capture_or_void().await),
            37 => ("dispute", self.dispute().await),
            38 => ("refund ends", self.refund_ends().await),
            _ => ("correct", self.correct().await),
        };
        // None: there was nothing to do it to.
        if let Some(taken) = taken {
            self.tally.accepted += u64::from(taken);
            self.tally.refused += u64::from(!taken);
            self.done.push(format!("{name}{}", if taken { "" } else { " (refused)" }));
        }
        self.show_some().await;
    }
}
