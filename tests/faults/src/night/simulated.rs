//! Nights on a virtual clock, of more sets than could be made here. How a run divides its work and when it sends is the
//! run's own ([`READ_TOGETHER`], [`Slots`]); only what waits for somebody else is given.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use paywell_app::{
    clock,
    outreach::{AT_ONCE, PAGE, READ_TOGETHER},
    pace::{Slots, per_second},
};
use paywell_store::Store;
use tokio::time::Instant;

/// What a run waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// A page of the index.
    pub(crate) query: Duration,
    /// A batch of sets with what belongs to them, and another with how their contacts stand.
    pub(crate) batch: Duration,
    /// A claim; noting what became of it.
    pub(crate) commit: Duration,
    /// Counting what a practice has sent.
    pub(crate) count: Duration,
    /// The mail provider.
    pub(crate) mail: Duration,
    /// The function's processor, for one set: sets wait for it one after the other.
    pub(crate) processor: Duration,
}

/// When runs begin, and after how long they are ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    pub(crate) every: Duration,
    pub(crate) time_limit: Duration,
}

/// What a night took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Night {
    pub(crate) invocations: u32,
    pub(crate) sent: u64,
    /// From its beginning to the end of its last invocation.
    pub(crate) took: Duration,
    /// How long its invocations were at work.
    pub(crate) at_work: Duration,
    pub(crate) queries: u64,
    pub(crate) batches: u64,
    pub(crate) commits: u64,
    pub(crate) counts: u64,
}

impl Night {
    /// Calls to the table.
    pub(crate) const fn calls(&self) -> u64 {
        self.queries + self.batches + self.commits + self.counts
    }
}

/// A night of so many due sets, spread evenly over the shards.
pub(crate) fn night(sets: u64, mails_per_second: u32, waits: &Waits, schedule: Option<Schedule>) -> Night {
    let shards = u64::from(Store::queue_shards());
    let mut due: Vec<u64> =
        (0..shards).map(|shard| sets / shards + u64::from(shard < sets % shards)).collect();
    let mut night = Night::default();
    let mut begun = Duration::ZERO;
    while due.iter().any(|due| *due > 0) {
        let invocation = Invocation::new(due, mails_per_second, waits, schedule.map(|s| s.time_limit));
        let worked;
        (due, worked) = invocation.run(&mut night);
        night.invocations += 1;
        night.at_work += worked;
        night.took = begun + worked;
        // One that lasts into the next ones' time lets them go by: they find it has taken what was due.
        while let Some(schedule) = schedule.filter(|_| begun < night.took) {
            begun += schedule.every;
        }
    }
    night
}

/// The most mails a second at which one run keeps within a twentieth of what the rate allows; after that more of them
/// make no difference, and only more runs at once do.
pub(crate) fn highest_rate(waits: &Waits) -> u32 {
    const SETS: u64 = 40_000;
    let keeps = |rate: u32| {
        let allowed = Duration::from_secs(SETS) / rate;
        night(SETS, rate, waits, None).took <= allowed + allowed / 20
    };
    let (mut good, mut bad) = (1, 1 << 16);
    while bad - good > 1 {
        let middle = u32::midpoint(good, bad);
        if keeps(middle) { good = middle } else { bad = middle }
    }
    good
}

/// A shard of an invocation.
#[derive(Debug, Default)]
struct Shard {
    /// Due, and not in a page yet.
    due: u64,
    /// In the page, and not read yet.
    page: u64,
    /// Read, and not begun.
    read: u64,
    /// Begun, and not done.
    under_way: u64,
    /// Sent, of those that were read together.
    sent: u64,
    /// For the next run.
    left: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Comes {
    Page,
    Batch,
    Slot,
    Done,
    Counted,
}

struct Invocation<'a> {
    shards: Vec<Shard>,
    waits: &'a Waits,
    begun: Instant,
    deadline: Option<Instant>,
    /// The next slot comes after the time is up.
    late: bool,
    slots: Slots,
    /// When the processor is free.
    free_from: Instant,
    /// What comes when, in which order it was begun, and to which shard.
    coming: BinaryHeap<Reverse<(Instant, u64, usize, Comes)>>,
    noted: u64,
}

impl<'a> Invocation<'a> {
    fn new(due: Vec<u64>, rate: u32, waits: &'a Waits, time_limit: Option<Duration>) -> Self {
        let begun = Instant::now();
        // As the function reckons it from what Lambda tells.
        let now = chrono::DateTime::UNIX_EPOCH;
        let works = |limit: Duration| (clock::deadline(now + limit, now) - now).to_std().unwrap();
        Self {
            shards: due.into_iter().map(|due| Shard { due, ..Shard::default() }).collect(),
            waits,
            begun,
            deadline: time_limit.map(|limit| begun + works(limit)),
            late: false,
            slots: Slots::of(per_second(rate), begun),
            free_from: begun,
            coming: BinaryHeap::new(),
            noted: 0,
        }
    }

    /// Gives what is still due of each shard, and how long it worked.
    fn run(mut self, night: &mut Night) -> (Vec<u64>, Duration) {
        for shard in 0..self.shards.len() {
            self.ask(shard, self.begun, night);
        }
        let mut now = self.begun;
        while let Some(Reverse((at, _, shard, comes))) = self.coming.pop() {
            now = at;
            match comes {
                Comes::Page if self.shards[shard].due == 0 => {}
                Comes::Page => {
                    let page = self.shards[shard].due.min(u64::try_from(PAGE).unwrap());
                    self.shards[shard].due -= page;
                    self.shards[shard].page = page;
                    self.read(shard, now, night);
                }
                Comes::Batch => {
                    for _ in 0..AT_ONCE {
                        if self.shards[shard].read > 0 {
                            self.begin(shard, now, night);
                        }
                    }
                }
                Comes::Slot => {
                    self.free_from = self.free_from.max(now) + self.waits.processor;
                    let done = self.free_from + self.waits.commit + self.waits.mail + self.waits.commit;
                    night.commits += 2;
                    self.note(done, shard, Comes::Done);
                }
                Comes::Done => {
                    night.sent += 1;
                    self.shards[shard].sent += 1;
                    self.end(shard, now, night);
                }
                Comes::Counted => self.read(shard, now, night),
            }
        }
        let left = self.shards.iter().map(|shard| shard.due + shard.page + shard.left).collect();
        (left, now - self.begun)
    }

    fn is_over(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn note(&mut self, at: Instant, shard: usize, comes: Comes) {
        self.noted += 1;
        self.coming.push(Reverse((at, self.noted, shard, comes)));
    }

    /// Asks the index for the next page.
    fn ask(&mut self, shard: usize, now: Instant, night: &mut Night) {
        night.queries += 1;
        self.note(now + self.waits.query, shard, Comes::Page);
    }

    /// Reads the next sets of the page together.
    fn read(&mut self, shard: usize, now: Instant, night: &mut Night) {
        if self.shards[shard].page == 0 {
            self.ask(shard, now, night);
        } else if !self.late && !self.is_over(now) {
            let together = self.shards[shard].page.min(u64::try_from(READ_TOGETHER).unwrap());
            self.shards[shard].page -= together;
            self.shards[shard].read = together;
            night.batches += 2;
            self.note(now + self.waits.batch * 2, shard, Comes::Batch);
        }
    }

    /// Begins with a set: it waits for its slot, unless that comes too late.
    fn begin(&mut self, shard: usize, now: Instant, night: &mut Night) {
        self.shards[shard].read -= 1;
        self.shards[shard].under_way += 1;
        let slot = self.slots.take(now);
        if self.is_over(slot) {
            self.late = true;
            self.shards[shard].left += 1;
            self.end(shard, now, night);
        } else {
            self.note(slot, shard, Comes::Slot);
        }
    }

    /// Goes on after a set: with the next one, or after the last of those that were read together by counting them.
    fn end(&mut self, shard: usize, now: Instant, night: &mut Night) {
        self.shards[shard].under_way -= 1;
        if self.shards[shard].read > 0 {
            self.begin(shard, now, night);
        } else if self.shards[shard].under_way == 0 {
            match std::mem::take(&mut self.shards[shard].sent) {
                0 => self.read(shard, now, night),
                _ => {
                    night.counts += 1;
                    self.note(now + self.waits.count, shard, Comes::Counted);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
