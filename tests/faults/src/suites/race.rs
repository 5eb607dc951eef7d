//! Commands of several instances that reach the table together.

use futures_util::future::join_all;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Figure, checked};
use crate::{Barrier, Plan, Profile, Site};

/// Rounds of payments of one invoice, of which one fits, each from an instance of its own and under a key of its own.
/// A round counts where at least two commits were at the table at the same time.
pub async fn race(profile: Profile, seed: u64, rounds: u64, instances: usize) -> Vec<Figure> {
    println!("pay/pay, seed {seed}, {rounds} rounds of {instances}");
    let site = Site::open(profile, instances).await;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut counted, mut wrong, mut most) = (0, 0, 0);
    for number in 0..rounds {
        let cents = rng.random_range(100..100_000);
        match checked(pay_pay(&site, cents, instances)).await {
            Ok(overlapped) => {
                counted += u64::from(overlapped >= 2);
                most = u64::max(most, u64::from(overlapped));
            }
            Err(what) => {
                counted += 1;
                wrong += 1;
                println!("  WRONG in round {number}: {what}");
            }
        }
    }
    vec![
        Figure { name: "race_wrong", value: wrong, unit: "rounds", n: counted },
        Figure { name: "race_overlapped", value: most, unit: "commits", n: counted },
    ]
}

/// How many commits overlapped.
async fn pay_pay(site: &Site, cents: i64, instances: usize) -> u32 {
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, &amount).await;
    site.world.set_clock(site.now());
    let barrier = Barrier::of(u32::try_from(instances).unwrap());
    let plan = Plan::none().meeting(&barrier, "TransactWriteItems", 1);
    let payments: Vec<_> =
        (0..instances).map(|_| clinic.cash(&ada, &amount, &[(&invoice, &amount)]).event()).collect();
    let sent = payments.iter().enumerate().map(|(number, payment)| site.send(payment, number, &plan));
    let answers: Vec<_> = join_all(sent).await.into_iter().map(|sent| sent.outcome.http()).collect();
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1, "{answers:?}");
    let told = |status| matches!(status, 201 | 409 | 422);
    assert!(answers.iter().all(|answer| told(answer.status)), "{answers:?}");
    let books = site.proven_books(&clinic).await;
    assert_eq!(books.payments.len(), 1);
    barrier.overlapped()
}
