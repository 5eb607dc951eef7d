//! Lets calls of several instances reach the server together.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::Notify;

/// Holds calls until so many have arrived, then lets them go together; none is held longer than a bounded time,
/// because an instance may have been refused before it got so far.
#[derive(Debug)]
pub struct Barrier {
    size: u32,
    patience: Duration,
    state: Mutex<State>,
    open: Notify,
}

#[derive(Debug, Default)]
struct State {
    arrived: u32,
    is_open: bool,
    inside: u32,
    peak: u32,
}

/// A call's stay at the server; dropping it ends the stay.
pub(crate) struct Stay(Arc<Barrier>);

impl Barrier {
    /// A barrier for so many calls.
    pub fn of(size: u32) -> Arc<Self> {
        Self::with_patience(size, Duration::from_millis(500))
    }

    /// The same, where nobody waits longer than this.
    pub fn with_patience(size: u32, patience: Duration) -> Arc<Self> {
        Arc::new(Self { size, patience, state: Mutex::default(), open: Notify::new() })
    }

    /// How many calls were at the server at the same time: sent to it and not yet answered.
    pub fn overlapped(&self) -> u32 {
        self.state.lock().unwrap().peak
    }

    pub(crate) async fn pass(self: &Arc<Self>) -> Stay {
        let opening = self.open.notified();
        tokio::pin!(opening);
        opening.as_mut().enable();
        let waits = {
            let mut state = self.state.lock().unwrap();
            state.arrived += 1;
            state.is_open |= state.arrived >= self.size;
            !state.is_open
        };
        if waits {
            let _ = tokio::time::timeout(self.patience, opening).await;
        }
        let mut state = self.state.lock().unwrap();
        // Whoever lost patience opens it for all.
        state.is_open = true;
        self.open.notify_waiters();
        state.inside += 1;
        state.peak = state.peak.max(state.inside);
        Stay(self.clone())
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().inside -= 1;
    }
}
