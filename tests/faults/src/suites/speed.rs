//! How long a warm function takes, from being given an event to its answer: the program that ships, its calls over
//! loopback to the embedded engine in this process.

use std::time::{Duration, Instant};

use paywell_tests::support::Clinic;

use super::Figure;
use crate::{Plan, Profile, Site};

/// How many events before the first that is timed.
const WARM_UP: usize = 50;

/// How many invoices the practice has: more than a page.
const INVOICES: usize = 200;

/// `list_ms` and `pay_ms`, in microseconds: a page of 50 invoices, unpaid, by due date; a cash payment of a whole invoice.
pub async fn speed(profile: Profile, times: usize) -> Vec<Figure> {
    let site = Site::open(profile, 1).await;
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    for _ in 0..INVOICES {
        clinic.open_invoice(&ada, "125.00").await;
    }
    let mut figures = Vec::new();
    let list = async |clinic: &Clinic| clinic.get("/v1/invoices?status=unpaid&sort=due&limit=50").event();
    figures.extend(timed(&site, &clinic, ["list_us", "list_us_p99"], times, 200, list).await);
    let pay = async |clinic: &Clinic| {
        let invoice = clinic.open_invoice(&ada, "1.00").await;
        clinic.cash(&ada, "1.00", &[(&invoice, "1.00")]).event()
    };
    figures.extend(timed(&site, &clinic, ["pay_us", "pay_us_p99"], times, 201, pay).await);
    figures
}

/// Median and 99th percentile of a kind of event, each made anew and answered with this status.
async fn timed(
    site: &Site,
    clinic: &Clinic,
    names: [&'static str; 2],
    times: usize,
    status: u16,
    event: impl AsyncFn(&Clinic) -> serde_json::Value,
) -> Vec<Figure> {
    let mut taken = Vec::new();
    for _ in 0..WARM_UP + times {
        site.world.set_clock(site.now());
        let event = event(clinic).await;
        let started = Instant::now();
        let done = site.send(&event, 0, &Plan::none()).await;
        taken.push(started.elapsed());
        let answer = done.outcome.http();
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let mut taken: Vec<Duration> = taken.split_off(WARM_UP);
    taken.sort();
    let at = |hundredths: usize| u64::try_from(taken[(times - 1) * hundredths / 100].as_micros()).unwrap();
    let n = u64::try_from(times).unwrap();
    names
        .into_iter()
        .zip([50, 99])
        .map(|(name, share)| Figure { name, value: at(share), unit: "µs", n })
        .collect()
}
