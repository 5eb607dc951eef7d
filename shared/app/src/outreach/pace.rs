//! How fast messages are handed over.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Slots at equal distances; whoever waits takes the next one.
pub(super) struct Pace {
    every: Duration,
    free_from: Mutex<Instant>,
}

impl Pace {
    /// So many a second, and at least one.
    pub(super) fn of(a_second: u32) -> Self {
        Self { every: Duration::from_secs(1) / a_second.max(1), free_from: Mutex::new(Instant::now()) }
    }

    /// Until a slot comes.
    pub(super) async fn wait(&self) {
        let slot = self.take(&mut *self.free_from.lock().await, Instant::now());
        sleep_until(slot).await;
    }

    /// Takes the next slot. What was not used is not made up for: no burst follows a pause.
    fn take(&self, free_from: &mut Instant, now: Instant) -> Instant {
        let slot = now.max(*free_from);
        *free_from = slot + self.every;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_apart_also_after_a_pause() {
        let (pace, start) = (Pace::of(4), Instant::now());
        let (mut free_from, after) = (start, |ms: u64| start + Duration::from_millis(ms));
        let at_once: Vec<Instant> = (0..3).map(|_| pace.take(&mut free_from, start)).collect();
        assert_eq!(at_once, [after(0), after(250), after(500)]);
        let late: Vec<Instant> = (0..2).map(|_| pace.take(&mut free_from, after(10_000))).collect();
        assert_eq!(late, [after(10_000), after(10_250)]);
    }
}
