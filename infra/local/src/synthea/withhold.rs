//! Payments that never arrived.

use std::collections::HashSet;

use paywell_domain::Cents;
use sha2::{Digest, Sha256};

use super::plan::Person;

/// What did not arrive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withheld {
    /// How many payments.
    pub payments: usize,
    /// What they came to.
    pub cents: Cents,
}

/// Takes a share of the patients' payments away, in percent, rounded down: those that come first in an order that the
/// seed alone decides.
pub(super) fn withhold(people: &mut [Person], percent: u8, seed: u64) -> Withheld {
    let lines = || people.iter().flat_map(|person| &person.bills).flat_map(|bill| &bill.lines);
    let mut ranked: Vec<([u8; 32], String)> =
        lines().flat_map(|line| &line.paid).map(|paid| (rank(&paid.id, seed), paid.id.clone())).collect();
    ranked.sort_unstable();
    let count = ranked.len().saturating_mul(usize::from(percent.min(100))) / 100;
    let gone: HashSet<String> = ranked.into_iter().take(count).map(|(_, id)| id).collect();
    let mut withheld = Withheld::default();
    for bill in people.iter_mut().flat_map(|person| &mut person.bills) {
        for line in &mut bill.lines {
            line.paid.retain(|paid| {
                let kept = !gone.contains(&paid.id);
                if !kept {
                    withheld.payments += 1;
                    withheld.cents = withheld.cents.checked_add(paid.amount).unwrap_or(withheld.cents);
                }
                kept
            });
        }
    }
    withheld
}

fn rank(id: &str, seed: u64) -> [u8; 32] {
    Sha256::new().chain_update(seed.to_be_bytes()).chain_update(id).finalize().into()
}
