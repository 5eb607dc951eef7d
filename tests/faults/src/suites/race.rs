//! Commands of several instances that reach the table together.

use futures_util::future::join_all;
use paywell_tests::support::{Clinic, pay_path};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::{Figure, checked, commands::pay_open_sessions};
use crate::{Barrier, Plan, Profile, Site};

/// Who races.
#[derive(Debug, Clone, Copy)]
enum Race {
    /// Payments at the desk of one invoice, of which one fits, each under a key of its own.
    PayPay,
    /// Pay pressed in several tabs.
    PressPress,
    /// One webhook, delivered several times.
    TellTell,
}

/// Rounds of each race, with so many instances in each. A round counts where at least two commits were at the table at
/// the same time: sent, and not yet answered.
pub async fn race(profile: Profile, seed: u64, rounds: u64, instances: usize) -> Vec<Figure> {
    println!("seed {seed}, {rounds} rounds of {instances} each");
    let site = Site::open(profile, instances).await;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut counted, mut wrong, mut most) = (0, 0, 0);
    for race in [Race::PayPay, Race::PressPress, Race::TellTell] {
        for number in 0..rounds {
            let cents = rng.random_range(100..100_000);
            match checked(round(&site, race, cents, instances)).await {
                Ok(overlapped) => {
                    counted += u64::from(overlapped >= 2);
                    most = u64::max(most, u64::from(overlapped));
                }
                Err(what) => {
                    counted += 1;
                    wrong += 1;
                    println!("  WRONG in round {number} of {race:?}: {what}");
                }
            }
        }
    }
    vec![
        Figure { name: "race_wrong", value: wrong, unit: "rounds", n: counted },
        Figure { name: "race_overlapped", value: most, unit: "commits", n: counted },
    ]
}

/// One round; gives how many commits overlapped.
async fn round(site: &Site, race: Race, cents: i64, instances: usize) -> u32 {
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, &amount).await;
    site.world.set_clock(site.now());
    let events: Vec<Value> = match race {
        Race::PayPay => {
            let pay = |_| clinic.cash(&ada, &amount, &[(&invoice, &amount)]).event();
            (0..instances).map(pay).collect()
        }
        Race::PressPress => {
            let link = clinic.link(&ada, &[&invoice]).await;
            let press = clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link)));
            vec![press.event(); instances]
        }
        Race::TellTell => {
            clinic.press_pay(&clinic.link(&ada, &[&invoice]).await).await;
            pay_open_sessions(site).await;
            vec![completed(site, &clinic).await; instances]
        }
    };
    let barrier = Barrier::of(u32::try_from(instances).unwrap());
    let plan = Plan::none().meeting(&barrier, "TransactWriteItems", 1);
    let sent = events.iter().enumerate().map(|(number, event)| site.send(event, number, &plan));
    let answers: Vec<_> = join_all(sent).await.into_iter().map(|sent| sent.outcome.http()).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let done = answers.iter().filter(|answer| answer.status < 400).count();
    match race {
        Race::PayPay => {
            assert_eq!(done, 1, "{statuses:?}");
            assert!(statuses.iter().all(|status| matches!(status, 201 | 409 | 422)), "{statuses:?}");
        }
        Race::PressPress => {
            assert!(done >= 1 && statuses.iter().all(|s| matches!(s, 303 | 409 | 503)), "{statuses:?}");
            pay_open_sessions(site).await;
            let told = site.send(&completed(site, &clinic).await, 0, &Plan::none()).await;
            assert!(told.outcome.http().status < 300);
        }
        // The processor sends again what was not taken.
        Race::TellTell => assert!(statuses.iter().all(|s| matches!(s, 204 | 409 | 503)), "{statuses:?}"),
    }
    let books = site.proven_books(&clinic).await;
    assert_eq!(books.payments.len(), 1, "one payment");
    assert_eq!(books.payments[0].amount.cents().get(), cents);
    assert!(books.invoices.iter().all(|invoice| invoice.balance().is_zero()), "the invoice is paid");
    barrier.overlapped()
}

/// The delivery that tells of the one session that was paid.
async fn completed(site: &Site, clinic: &Clinic) -> Value {
    let events = site.at_processor("events").await;
    let told: Vec<_> = events.iter().filter(|event| event["type"] == "checkout.session.completed").collect();
    assert_eq!(told.len(), 1, "one session was paid");
    site.delivery(clinic, told[0])
}
