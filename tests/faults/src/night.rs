//! What a night of outreach takes: counted at the table, measured of the program that ships, and simulated for more sets
//! than can be made here.

mod counted;
mod ours;
mod report;
mod shipped;
mod simulated;

use std::{rc::Rc, time::Duration};

use chrono_tz::Tz;
use paywell_tests::support::{Clinic, World};
use rust_decimal::Decimal;

pub use report::night;

/// How many sets of a night are one practice's: less than the most that it lets go on a day.
const OF_A_PRACTICE: u32 = 1_000;

/// A figure for `target/measure/`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Figure {
    name: &'static str,
    value: Decimal,
    unit: &'static str,
    /// Of how many sets.
    n: u32,
}

impl Figure {
    fn new(name: &'static str, value: Decimal, unit: &'static str, n: u32) -> Self {
        Self { name, value: value.round_dp(4).normalize(), unit, n }
    }
}

/// Patients who owe, in as many practices as it takes, of New York or another zone.
async fn owing(world: &Rc<World>, mut patients: u32, zone: Option<Tz>) {
    for number in 0.. {
        let some = patients.min(OF_A_PRACTICE);
        if some == 0 {
            return;
        }
        let clinic = Clinic::open_in(world, &format!("prac_{number:06}")).await;
        if let Some(zone) = zone {
            clinic.change_practice(|practice| practice.time_zone = zone).await;
        }
        clinic.owing(some).await;
        patients -= some;
    }
}

/// A time in seconds.
fn seconds(time: Duration) -> Decimal {
    Decimal::from(u64::try_from(time.as_micros()).unwrap()) / Decimal::from(1_000_000)
}
