//! How fast messages are handed over.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Slots at equal distances, one a message.
#[derive(Debug)]
pub struct Slots {
    every: Duration,
    free_from: Instant,
}

impl Slots {
    /// So many a second, and at least one, the first of them at an instant.
    pub fn of(a_second: u32, from: Instant) -> Self {
        Self { every: Duration::from_secs(1) / a_second.max(1), free_from: from }
    }

    /// Takes the next slot. What was not used is not made up for: no burst follows a pause.
    pub fn take(&mut self, now: Instant) -> Instant {
        let slot = now.max(self.free_from);
        self.free_from = slot + self.every;
        slot
    }
}

/// Slots for whoever sends; who waits takes the next one.
pub(super) struct Pace(Mutex<Slots>);

impl Pace {
    /// So many a second, and at least one.
    pub(super) fn of(a_second: u32) -> Self {
        Self(Mutex::new(Slots::of(a_second, Instant::now())))
    }

    /// Until a slot comes, if it comes within a time; whether it does. One that comes later is not waited for: the function
    /// would be cut off meanwhile.
    pub(super) async fn wait(&self, at_most: Duration) -> bool {
        let now = Instant::now();
        let slot = self.0.lock().await.take(now);
        let comes = slot - now < at_most;
        if comes {
            sleep_until(slot).await;
        }
        comes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_apart_also_after_a_pause() {
        let start = Instant::now();
        let (mut slots, after) = (Slots::of(4, start), |ms: u64| start + Duration::from_millis(ms));
        let at_once: Vec<Instant> = (0..3).map(|_| slots.take(start)).collect();
        assert_eq!(at_once, [after(0), after(250), after(500)]);
        let late: Vec<Instant> = (0..2).map(|_| slots.take(after(10_000))).collect();
        assert_eq!(late, [after(10_000), after(10_250)]);
    }
}
