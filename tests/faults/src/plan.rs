//! What is to go wrong in one invocation, decided before it starts.

use std::{collections::BTreeMap, sync::Arc};

use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::{Barrier, Fault, Target};

/// Which calls of an invocation go wrong, and how. The same plan does the same to the same calls.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    at: BTreeMap<u32, Fault>,
    nth: Option<(String, u32, Fault)>,
    every: Option<(&'static str, Fault)>,
    chance: Option<(u64, u32)>,
    pub(crate) meeting: Option<Meeting>,
}

/// A call that waits for others of its kind.
#[derive(Debug, Clone)]
pub(crate) struct Meeting {
    pub(crate) barrier: Arc<Barrier>,
    pub(crate) operation: &'static str,
    /// Which call of the operation, from 1.
    pub(crate) nth: u32,
}

impl Plan {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// One call goes wrong: the one of that number in the invocation, from 1.
    pub fn at(number: u32, fault: Fault) -> Self {
        Self::none().and_at(number, fault)
    }

    /// One more call goes wrong.
    pub fn and_at(mut self, number: u32, fault: Fault) -> Self {
        self.at.insert(number, fault);
        self
    }

    /// The nth call of an operation (from 1) goes wrong, wherever it comes in the invocation.
    pub fn at_nth(operation: &str, nth: u32, fault: Fault) -> Self {
        Self { nth: Some((operation.to_owned(), nth, fault)), ..Self::default() }
    }

    /// Each call of an operation goes wrong, so that a client's own tries do not mend it.
    pub fn every(operation: &'static str, fault: Fault) -> Self {
        Self { every: Some((operation, fault)), ..Self::default() }
    }

    /// Each call goes wrong with a chance of so many in a thousand, in a way natural to it.
    pub fn by_chance(seed: u64, per_mille: u32) -> Self {
        Self { chance: Some((seed, per_mille)), ..Self::default() }
    }

    /// The nth call of an operation (from 1) waits at a barrier before it goes on to the server.
    pub fn meeting(mut self, barrier: &Arc<Barrier>, operation: &'static str, nth: u32) -> Self {
        self.meeting = Some(Meeting { barrier: barrier.clone(), operation, nth });
        self
    }

    /// What befalls the nth call of an operation, where that was planned.
    pub(crate) fn fault_of_nth(&self, operation: &str, nth: u32) -> Option<Fault> {
        let planned = self.nth.as_ref().filter(|(name, place, _)| name == operation && *place == nth);
        planned.map(|(_, _, fault)| *fault)
    }

    /// What befalls a call: a function of the plan, the call's number and what is asked.
    pub fn fault(&self, number: u32, target: Target, operation: &str) -> Option<Fault> {
        if let Some(fault) = self.at.get(&number) {
            return Some(*fault);
        }
        if let Some((_, fault)) = self.every.filter(|(name, _)| *name == operation) {
            return Some(fault);
        }
        let (seed, per_mille) = self.chance?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(number));
        let befalls = rng.random_ratio(per_mille.min(1000), 1000);
        befalls.then(|| Fault::natural(target, operation).choose(&mut rng).copied()).flatten()
    }
}
