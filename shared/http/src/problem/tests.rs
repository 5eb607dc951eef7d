use lambda_http::http::Method;
use lambda_http::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn body(problem: Problem) -> Value {
    let response = problem.into_response("req-1");
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn a_problem_is_what_rfc_9457_says() {
    let problem =
        Problem::invalid_field_accepting("/method", "Not one.", vec!["cash".to_owned()]).with("x", 1);
    let response = problem.into_response("req-1");
    assert_eq!(response.status(), 422);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    let expected = json!({
        "type": "/problems/invalid-field",
        "title": "A field is not valid",
        "status": 422,
        "detail": "Correct the fields named in `errors` and send the request again.",
        "errors": [{ "pointer": "/method", "detail": "Not one.", "accepted": ["cash"] }],
        "request_id": "req-1",
        "x": 1,
    });
    assert_eq!(body, expected);
}

#[test]
fn empty_members_are_left_out() {
    let body = body(Problem::not_found("There is no such invoice."));
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["detail", "request_id", "status", "title", "type"]);
}

#[test]
fn each_refusal_has_its_status_and_type() {
    let cases = [
        (Problem::malformed_body("x"), 400, "malformed-body"),
        (Problem::invalid_field("/a", "x"), 422, "invalid-field"),
        (Problem::unknown_field("/a", Vec::new()), 422, "unknown-field"),
        (Problem::unsupported_media_type("application/json"), 415, "unsupported-media-type"),
        (Problem::body_too_large(9), 413, "body-too-large"),
        (Problem::missing_header("A", "x"), 400, "missing-header"),
        (Problem::invalid_header("A", "x"), 400, "invalid-header"),
        (Problem::invalid_parameter("a", "x"), 400, "invalid-parameter"),
        (Problem::unknown_parameter("a", Vec::new()), 400, "unknown-parameter"),
        (Problem::no_token(), 401, "unauthorised"),
        (Problem::bad_token("x", "y"), 401, "unauthorised"),
        (Problem::forbidden(vec!["owner"]), 403, "forbidden"),
        (Problem::not_found("x"), 404, "not-found"),
        (Problem::method_not_allowed(&[Method::GET]), 405, "method-not-allowed"),
        (Problem::conflict("x"), 409, "conflict"),
        (Problem::stale(8), 412, "stale"),
        (Problem::precondition_required(), 428, "precondition-required"),
        (Problem::key_reused(), 422, "idempotency-key-reused"),
        (Problem::in_flight(2), 409, "in-flight"),
        (Problem::throttled(2), 429, "throttled"),
        (Problem::unavailable(2, "x"), 503, "unavailable"),
        (Problem::internal("x"), 500, "internal"),
    ];
    for (problem, status, kind) in cases {
        let response = problem.into_response("req-1");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(response.status(), status, "{kind}");
        assert_eq!(body["status"], status, "{kind}");
        assert_eq!(body["type"], format!("/problems/{kind}"));
    }
}

#[test]
fn kinds_have_types_of_their_own() {
    let mut paths: Vec<_> = kinds::ALL.iter().map(|kind| kind.path).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), kinds::ALL.len());
}

#[test]
fn headers_and_members_say_what_to_do() {
    let response = Problem::method_not_allowed(&[Method::GET, Method::PATCH]).into_response("req-1");
    assert_eq!(response.headers()[ALLOW], "GET, PATCH");
    for problem in [Problem::in_flight(7), Problem::throttled(7), Problem::unavailable(7, "x")] {
        assert_eq!(problem.into_response("req-1").headers()[RETRY_AFTER], "7");
    }
    let stale = body(Problem::stale(8).with("current", json!({ "amount": "1.00" })));
    assert_eq!((&stale["current_version"], &stale["current"]), (&json!(8), &json!({ "amount": "1.00" })));
    assert_eq!(body(Problem::body_too_large(9))["limit"], 9);
    for problem in [Problem::no_token(), Problem::bad_token("No.", "x")] {
        assert_eq!(body(problem)["errors"][0]["pointer"], "header Authorization");
    }
    for problem in [Problem::malformed_body("x"), Problem::body_too_large(9)] {
        assert_eq!(body(problem)["errors"][0]["pointer"], "");
    }
    assert_eq!(body(Problem::stale(8))["errors"][0]["pointer"], "header If-Match");
    assert_eq!(body(Problem::precondition_required())["errors"][0]["pointer"], "header If-Match");
    assert_eq!(body(Problem::key_reused())["errors"][0]["pointer"], "header Idempotency-Key");
    assert_eq!(body(Problem::unknown_parameter("a", vec!["b".to_owned()]))["errors"][0]["pointer"], "?a");
}

proptest! {
    #[test]
    fn an_internal_message_never_goes_out(message in "[a-z]{4} #[0-9]{6}") {
        for problem in [
            Problem::internal(&message),
            Problem::unavailable(1, &message),
            Problem::bad_token("No.", &message),
            Problem::conflict("No.").because(&message),
        ] {
            prop_assert_eq!(problem.internal_message(), Some(message.as_str()));
            let response = problem.into_response("req-1");
            let sent = format!("{response:?}");
            prop_assert!(!sent.contains(&message));
        }
    }
}
