//! The sample events under `events/` are requests that the functions take.

use std::{fs, path::Path};

use paywell_tests::support::{Claims, Clinic, FUNCTIONS, issuer};
use serde_json::Value;

#[tokio::test]
async fn every_sample_event_is_understood() {
    let clinic = Clinic::open().await;
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let mut tried = 0;
    for function in FUNCTIONS {
        for file in fs::read_dir(events.join(function)).unwrap() {
            let path = file.unwrap().path();
            let mut event: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            // What a schedule sends is no request.
            if event.get("requestContext").is_none() {
                continue;
            }
            let claims = Claims::good("prac_riverside", "owner", "user_ada", clinic.world.now());
            event["headers"]["authorization"] = format!("Bearer {}", issuer().token(&claims)).into();
            let answer = clinic.world.answer(&event).await;
            // What it names is not here, and the sample webhook is not signed; but it is read, and has a route.
            let understood = match answer.status {
                200..=204 => true,
                // A code is asked for, or a form that no page made is turned away.
                303 | 403 if function == "portal" => true,
                404 if function != "checkout" => answer.text().contains("There is no such"),
                422 => answer.text().contains("there is no such"),
                404 if function == "checkout" => answer.text().contains("<html"),
                400 => answer.text().contains("/problems/not-signed"),
                _ => false,
            };
            assert!(understood, "{}: {} {}", path.display(), answer.status, answer.text());
            tried += 1;
        }
    }
    assert!(tried >= FUNCTIONS.len(), "there are samples of every function");
}
