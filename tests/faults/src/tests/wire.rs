//! Each fault does what its name says, and nothing else.

use super::{owed, payments, site};
use crate::{Fault, Outcome, Plan, Reason, Target, Throttling, When};

/// What commits a payment.
const COMMIT: &str = "TransactWriteItems";

#[tokio::test]
async fn calls_are_seen_in_order() {
    let site = site().await;
    let (_, payment) = owed(&site).await;
    let done = site.send(&payment, 0, &Plan::none()).await;
    assert_eq!(done.outcome.http().status, 201);
    let seen: Vec<_> = done.ios.iter().map(|io| (io.number, io.operation.as_str(), io.status)).collect();
    assert_eq!(seen, [(1, "BatchGetItem", Some(200)), (2, "UpdateItem", Some(200)), (3, COMMIT, Some(200))]);
    assert!(done.ios.iter().all(|io| io.instance == "payments-0" && io.target == Target::DynamoDb));
    let again = site.send(&payment, 0, &Plan::none()).await;
    assert_eq!(again.ios.len(), 1, "each invocation is counted afresh: {:?}", again.ios);
}

#[tokio::test]
async fn before_means_that_it_did_not_happen_and_after_that_it_did() {
    let site = site().await;
    for kind in [Fault::Drop, Fault::Reset, Fault::Error, Fault::Kill] {
        for (when, happened) in [(When::Before, 0), (When::After, 1)] {
            let (clinic, payment) = owed(&site).await;
            let broken = site.send(&payment, 0, &Plan::every(COMMIT, kind(when))).await;
            let commit = broken.ios.iter().find(|io| io.operation == COMMIT).unwrap();
            assert_eq!(commit.fault, Some(kind(when)));
            assert_eq!(commit.status.is_some(), happened == 1, "{commit:?}");
            assert_eq!(payments(&clinic).await, happened, "{commit:?}");
            if matches!(kind(when), Fault::Kill(_)) {
                assert_eq!(broken.outcome, Outcome::Died);
            } else {
                assert_eq!(broken.outcome.http().status, 503, "{broken:?}");
            }
            let again = site.send(&payment, 0, &Plan::none()).await;
            assert_eq!(again.outcome.http().status, 201, "{commit:?}: {again:?}");
            assert_eq!(payments(&clinic).await, 1, "{commit:?}");
        }
    }
}

#[tokio::test]
async fn a_call_that_goes_wrong_once_is_tried_again_by_the_client() {
    let site = site().await;
    let (clinic, payment) = owed(&site).await;
    let done = site.send(&payment, 0, &Plan::at(1, Fault::Drop(When::After))).await;
    assert_eq!(done.outcome.http().status, 201);
    let first = (done.ios[0].operation.as_str(), done.ios[1].operation.as_str());
    assert_eq!(first, ("BatchGetItem", "BatchGetItem"));
    assert_eq!(payments(&clinic).await, 1);
}

#[tokio::test]
async fn refusals_are_understood_as_what_they_are() {
    let site = site().await;
    for (fault, status) in [
        (Fault::Cancel(Reason::TransactionConflict), 409),
        (Fault::InProgress, 409),
        (Fault::Cancel(Reason::ThrottlingError), 503),
        (Fault::Cancel(Reason::ProvisionedThroughputExceeded), 503),
        (Fault::Throttle(Throttling::Requests), 503),
        (Fault::Throttle(Throttling::Throughput), 503),
        (Fault::TokenMismatch, 503),
    ] {
        let (clinic, payment) = owed(&site).await;
        let refused = site.send(&payment, 0, &Plan::every(COMMIT, fault)).await;
        assert_eq!(refused.outcome.http().status, status, "{fault:?}: {refused:?}");
        assert_eq!(payments(&clinic).await, 0, "{fault:?}");
    }
}

#[tokio::test]
async fn a_stalled_call_ends_by_the_clients_own_deadline() {
    let site = site().await;
    let (clinic, payment) = owed(&site).await;
    let done = site.send(&payment, 0, &Plan::at(3, Fault::Stall(When::After))).await;
    assert_eq!(done.outcome.http().status, 201);
    let commits = done.ios.iter().filter(|io| io.operation == COMMIT).count();
    assert_eq!((commits, payments(&clinic).await), (2, 1), "tried again, under the same token");
}

#[test]
fn chance_is_decided_by_the_seed() {
    let faults = |seed, per_mille| -> Vec<_> {
        let plan = Plan::by_chance(seed, per_mille);
        (1..=1000).map(|number| plan.fault(number, Target::DynamoDb, COMMIT)).collect()
    };
    assert_eq!(faults(1, 200), faults(1, 200));
    assert_ne!(faults(1, 200), faults(2, 200));
    let struck = faults(1, 200).iter().flatten().count();
    assert!((150..250).contains(&struck), "{struck} of 1000");
    for fault in Fault::natural(Target::DynamoDb, COMMIT) {
        assert!(faults(1, 1000).contains(&Some(fault)), "{fault:?} comes sooner or later");
    }
    assert_eq!(faults(1, 0).iter().flatten().count(), 0);
}
