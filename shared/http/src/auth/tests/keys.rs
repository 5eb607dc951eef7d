use super::*;
use crate::problem::kinds;

fn unknown(issuer: &Issuer, kid: &str) -> String {
    signed(STRANGER_KEY, &json!({ "alg": "RS256", "kid": kid }), &issuer.claims())
}

async fn status_at(verifier: &Verifier, token: &str, now: DateTime<Utc>) -> u16 {
    match verifier.verify(&bearing(token), now).await {
        Ok(_) => 200,
        Err(problem) => problem.status().as_u16(),
    }
}

#[tokio::test]
async fn keys_are_fetched_once_ahead_and_again_after_an_hour() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    verifier.prefetch(noon() - TimeDelta::hours(1) + seconds(1)).await;
    let token = issuer.token(&issuer.claims());
    assert_eq!(status_at(&verifier, &token, noon()).await, 200);
    assert_eq!(issuer.asked(), 1);
    assert_eq!(status_at(&verifier, &token, noon() + seconds(1)).await, 200);
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_strangers_unknown_kids_fetch_once_a_minute() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    verifier.prefetch(noon()).await;
    for second in 0..150 {
        let token = unknown(&issuer, &format!("made up {second}"));
        assert_eq!(status_at(&verifier, &token, noon() + seconds(second)).await, 401);
        assert_eq!(issuer.asked(), 1 + usize::try_from(second / 60).unwrap(), "after {second} s");
    }
    let token = issuer.token(&issuer.claims());
    assert_eq!(status_at(&verifier, &token, noon() + seconds(30)).await, 200, "the others are not disturbed");
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_fetching() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    verifier.prefetch(noon() + TimeDelta::days(30)).await;
    assert_eq!(status_at(&verifier, &unknown(&issuer, "new"), noon()).await, 401);
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn keys_that_do_not_sign_are_no_keys() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    for kid in ["encrypts", "secret", "another kind"] {
        let token = signed(ISSUER_KEY, &json!({ "alg": "RS256", "kid": kid }), &issuer.claims());
        assert_eq!(status_at(&verifier, &token, noon()).await, 401, "{kid}");
    }
    let no_kid = signed(ISSUER_KEY, &json!({ "alg": "RS256" }), &issuer.claims());
    assert_eq!(status_at(&verifier, &no_kid, noon()).await, 401);
}

#[tokio::test]
async fn without_keys_it_is_our_fault_and_tried_again_soon() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    issuer.answer_with(500);
    let token = issuer.token(&issuer.claims());
    verifier.prefetch(noon()).await;
    let problem = verify(&verifier, &token).await.unwrap_err();
    assert_eq!(*problem.kind(), kinds::UNAVAILABLE);
    assert_eq!(problem.into_response("req-1").headers()[header::RETRY_AFTER], "5");
    assert_eq!(issuer.asked(), 1);
    issuer.answer_with(200);
    assert_eq!(status_at(&verifier, &token, noon() + seconds(4)).await, 503);
    assert_eq!(status_at(&verifier, &token, noon() + seconds(5)).await, 200);
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_failing_issuer_leaves_the_keys_that_are_known() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    verifier.prefetch(noon() - TimeDelta::hours(2)).await;
    issuer.answer_with(500);
    assert_eq!(status_at(&verifier, &issuer.token(&issuer.claims()), noon()).await, 200);
    assert_eq!(issuer.asked(), 2);
    assert_eq!(status_at(&verifier, &unknown(&issuer, "perhaps new"), noon()).await, 503);
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_reached_is_our_fault() {
    let verifier = Verifier::new("http://127.0.0.1:1", AUDIENCE).unwrap();
    let token = signed(ISSUER_KEY, &json!({ "alg": "RS256", "kid": "one" }), &json!({}));
    assert_eq!(verify(&verifier, &token).await.unwrap_err().status(), 503);
}

#[test]
fn an_issuer_must_be_a_url() {
    assert!(Verifier::new("http://no host", AUDIENCE).is_err());
}
