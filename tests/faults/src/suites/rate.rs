//! How many commands a second the host carries: what a suite of many commands can expect.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Figure;
use crate::{Plan, Profile, Site};

/// How often an instance is killed and must answer again.
const CYCLES: u32 = 20;

/// Cash payments of a patient by so many instances at once, undisturbed; and kill-restart-answer cycles.
pub async fn rate(profile: Profile, commands: usize, instances: usize) -> Vec<Figure> {
    let site = Site::open(profile, instances).await;
    let clinic = site.practice().await;
    let mut patients = Vec::new();
    for _ in 0..instances {
        patients.push(clinic.patient("Ada").await);
    }
    site.world.set_clock(site.now());
    join_all((0..instances).map(|number| site.instance("payments", number).warm())).await;
    let started = Instant::now();
    let each = commands / instances;
    join_all(patients.iter().enumerate().map(|(number, patient)| {
        let (site, clinic) = (&site, &clinic);
        async move {
            for _ in 0..each {
                let event = clinic.cash(patient, "1.00", &[]).event();
                let done = site.send(&event, number, &Plan::none()).await;
                let status = done.outcome.http().status;
                assert!(matches!(status, 201 | 409), "{:?}", done.outcome);
            }
        }
    }))
    .await;
    let took = started.elapsed();
    let n = u64::try_from(each * instances).unwrap();
    let a_second = n * 1000 / u64::max(milliseconds(took), 1);
    let cycles = milliseconds(restarts(&site).await);
    vec![
        Figure { name: "fault_host_commands_per_second", value: a_second, unit: "commands/s", n },
        Figure { name: "fault_host_20_restarts", value: cycles, unit: "ms", n: u64::from(CYCLES) },
    ]
}

async fn restarts(site: &Site) -> Duration {
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    let event = clinic.cash(&ada, "1.00", &[]).event();
    let started = Instant::now();
    for _ in 0..CYCLES {
        site.instance("payments", 0).kill().await;
        assert_eq!(site.send(&event, 0, &Plan::none()).await.outcome.http().status, 201);
    }
    started.elapsed()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}
