//! An invocation of the night shift: until when it lasts, and how fast it hands over messages.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use chrono::{DateTime, Utc};
use paywell_domain::{Actor, PracticeId, recipient::Channel};
use paywell_store::By;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use crate::Context;

/// How far apart messages are handed to their providers: what the account's quotas allow, over all practices.
#[derive(Debug, Clone, Copy)]
pub struct Spacing {
    /// Between two mails.
    pub mails: Duration,
    /// Between two texts.
    pub texts: Duration,
}

/// How far apart so many a second are; at least one.
pub fn per_second(count: u32) -> Duration {
    Duration::from_secs(1) / count.max(1)
}

/// An invocation: whatever it sends, for sets, plans or copays, is sent at one pace.
pub struct Invocation {
    request: String,
    clock: fn() -> DateTime<Utc>,
    deadline: DateTime<Utc>,
    mails: Lane,
    texts: Lane,
    late: AtomicBool,
}

/// What a channel's provider takes.
struct Lane {
    slots: Mutex<Slots>,
    is_down: AtomicBool,
}

/// Whether it is a message's turn to be claimed and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now.
    Comes,
    /// After the time is up: nothing more is begun.
    Late,
    /// Its provider takes nothing now: the next invocation tries again.
    Down,
}

impl Invocation {
    /// One by that request, which begins nothing after the deadline. The clock is read at each decision: it may last into the
    /// quiet hours.
    pub fn new(request: &str, clock: fn() -> DateTime<Utc>, deadline: DateTime<Utc>, apart: Spacing) -> Self {
        let lane = |every| Lane {
            slots: Mutex::new(Slots::of(every, Instant::now())),
            is_down: AtomicBool::new(false),
        };
        let (mails, texts) = (lane(apart.mails), lane(apart.texts));
        Self { request: request.to_owned(), clock, deadline, mails, texts, late: AtomicBool::new(false) }
    }

    /// What time it is (UTC).
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Whether its time is up.
    pub(crate) fn is_over(&self) -> bool {
        self.now() >= self.deadline
    }

    /// Whether a message's slot came after the time is up: what has one before that goes on.
    pub(crate) fn is_late(&self) -> bool {
        self.late.load(Relaxed)
    }

    /// On behalf of a practice, now.
    pub(crate) fn context(&self, practice: &PracticeId) -> Context {
        let (practice, request) = (practice.clone(), self.request.clone());
        Context { by: By { practice, actor: Actor::Schedule, request, now: self.now() }, command: None }
    }

    /// Waits for a message's turn, where it has one. A slot that comes after the time is up is not waited for: the function
    /// would be cut off meanwhile.
    pub(crate) async fn turn(&self, channel: Channel) -> Turn {
        if self.is_down(channel) {
            return Turn::Down;
        }
        let (now, left) = (Instant::now(), (self.deadline - self.now()).to_std().unwrap_or_default());
        let slot = self.lane(channel).slots.lock().await.take(now);
        if slot - now >= left {
            self.late.store(true, Relaxed);
            return Turn::Late;
        }
        sleep_until(slot).await;
        if self.is_down(channel) { Turn::Down } else { Turn::Comes }
    }

    /// A message of that channel could not be handed over: no other one would go through.
    pub(crate) fn takes_none(&self, channel: Channel) {
        self.lane(channel).is_down.store(true, Relaxed);
    }

    /// Whether no message of that channel goes through.
    pub(crate) fn is_down(&self, channel: Channel) -> bool {
        self.lane(channel).is_down.load(Relaxed)
    }

    const fn lane(&self, channel: Channel) -> &Lane {
        match channel {
            Channel::Email => &self.mails,
            Channel::Sms => &self.texts,
        }
    }
}

/// Slots at equal distances, one a message.
#[derive(Debug)]
pub struct Slots {
    every: Duration,
    free_from: Instant,
}

impl Slots {
    /// So far apart, the first of them at an instant.
    pub const fn of(every: Duration, from: Instant) -> Self {
        Self { every, free_from: from }
    }

    /// Takes the next slot. What was not used is not made up for: no burst follows a pause.
    pub fn take(&mut self, now: Instant) -> Instant {
        let slot = now.max(self.free_from);
        self.free_from = slot + self.every;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_apart_also_after_a_pause() {
        let start = Instant::now();
        let (mut slots, after) =
            (Slots::of(per_second(4), start), |ms: u64| start + Duration::from_millis(ms));
        let at_once: Vec<Instant> = (0..3).map(|_| slots.take(start)).collect();
        assert_eq!(at_once, [after(0), after(250), after(500)]);
        let late: Vec<Instant> = (0..2).map(|_| slots.take(after(10_000))).collect();
        assert_eq!(late, [after(10_000), after(10_250)]);
    }
}
