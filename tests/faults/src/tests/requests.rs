//! A share of the requests that nobody should be able to do harm with.

use crate::suites::{Figure, cross_practice, malformed};

fn value(figures: &[Figure], name: &str) -> u64 {
    figures.iter().find(|figure| figure.name == name).unwrap().value
}

#[tokio::test]
async fn malformed_requests_are_refused_and_named_and_write_nothing() {
    let figures = malformed(0, 5_000).await;
    for name in ["5xx", "panics", "wrongly_taken", "written", "unnamed", "misdescribed"]
        .map(|name| format!("malformed_{name}"))
    {
        assert_eq!(value(&figures, &name), 0, "{name}");
    }
    assert!(value(&figures, "malformed_refused") > 3_500, "most are bad: {figures:?}");
}

#[tokio::test]
async fn another_practice_is_not_reached() {
    let figures = cross_practice().await;
    assert_eq!(value(&figures, "cross_practice_reached"), 0);
}
