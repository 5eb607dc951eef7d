//! `cargo measure pages`: what a page for patients weighs in each language, what it costs the table, and whether a token
//! that was never given out can be told from one that could not be by how long its answer takes.

use std::{
    fs,
    future::IntoFuture,
    path::Path,
    time::{Duration, Instant},
};

use paywell_domain::practice::PayPageSettings;
use paywell_tests::support::{BY_CARD, Clinic, Processor, pay_path};
use serde_json::{Value, json};

use crate::Outcome;

/// How often each kind of token is timed.
const TIMED: usize = 2_000;
/// The most that a page may weigh.
const MOST_BYTES: usize = 30_000;

pub(crate) async fn pages() -> Outcome<()> {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let settings = PayPageSettings {
        part_from: Some("20.00".parse()?),
        colour: Some("#1d4ed8".to_owned().try_into()?),
        language: None,
    };
    clinic.change_practice(|practice| practice.pay_page = settings).await;
    let mut lines = weights(&processor, &clinic).await?;
    lines.push_str(&timings(&clinic).await?);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measure");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("pages.jsonl"), lines)?)
}

/// Each page in each language: bytes, calls and trips.
async fn weights(processor: &Processor, clinic: &Clinic) -> Outcome<String> {
    let (ada, mut lines) = (clinic.patient("Ada").await, String::new());
    let bill = async || {
        let invoice = clinic.open_invoice(&ada, "125.00").await;
        clinic.link(&ada, &[&invoice]).await
    };
    let (good, paid, revoked) = (bill().await, bill().await, bill().await);
    let payment = clinic.press_pay(&paid).await.state;
    processor.fill_in(&payment, BY_CARD).await;
    let session = payment.attempts.last().and_then(|attempt| attempt.session()).ok_or("no session")?;
    let session = processor.read(&format!("{}/v1/checkout/sessions/{session}", processor.url)).await;
    let receipt = session["success_url"].as_str().and_then(|url| url.find("/pay/").map(|at| &url[at..]));
    let receipt = receipt.ok_or("no receipt")?.to_owned();
    let confirming = receipt.clone();
    let revoke = format!("/v1/payment-links/{}/revoke", revoked["id"].as_str().unwrap_or_default());
    clinic.post_empty(&revoke).await.ok();
    let birth = format!("{}/identity", pay_path(&good));
    let passed = clinic.by_patient("POST", &birth).body("birth_date=1980-12-10");
    let passed = passed.header("content-type", "application/x-www-form-urlencoded").await;
    let cookie = passed.headers["set-cookie"].to_str()?.split(';').next().unwrap_or_default().to_owned();
    println!("{:<22} {:>4} {:>7} {:>6} {:>6}", "page", "", "bytes", "calls", "trips");
    let before = [
        ("pay_before", pay_path(&good), ""),
        ("pay_after", pay_path(&good), cookie.as_str()),
        ("confirming", &confirming, ""),
        ("withdrawn", pay_path(&revoked), ""),
        ("unknown", "/pay/x", ""),
        ("method_saved", "/pay/methods/saved", ""),
    ];
    for (name, path, cookie) in before {
        lines.push_str(&weigh(clinic, name, path, cookie).await?);
    }
    processor.tell(clinic).await;
    for (name, path) in [("receipt", receipt.as_str()), ("paid", pay_path(&paid))] {
        lines.push_str(&weigh(clinic, name, path, "").await?);
    }
    Ok(lines)
}

async fn weigh(clinic: &Clinic, name: &str, path: &str, cookie: &str) -> Outcome<String> {
    let mut lines = String::new();
    for language in ["en", "es"] {
        let cookies = format!("paywell_language={language}; {cookie}");
        let request = clinic.by_patient("GET", path).header("cookie", &cookies);
        let (answer, calls) = clinic.world.recorder.of(request.into_future()).await;
        let bytes = answer.text().len();
        assert!(
            answer.text().contains(&format!("lang=\"{language}\"")) && bytes <= MOST_BYTES,
            "{name}: {bytes}"
        );
        println!("{name:<22} {language:>4} {bytes:>7} {:>6} {:>6}", calls.total(), calls.round_trips);
        for (figure, value, unit) in
            [("pay_page_kb", tenths(bytes), "kB"), ("trips", json!(calls.round_trips), "round trips")]
        {
            let line = json!({ "name": format!("{figure}.{name}.{language}"), "value": value, "unit": unit, "n": 1 });
            lines.push_str(&format!("{line}\n"));
        }
    }
    Ok(lines)
}

/// Thousands of bytes, to the next tenth.
fn tenths(bytes: usize) -> Value {
    let tenths = bytes.div_ceil(100);
    let text = format!("{}.{}", tenths / 10, tenths % 10);
    text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

/// Both kinds in turn, so that whatever else the machine does meets both.
async fn timings(clinic: &Clinic) -> Outcome<String> {
    let (mut unknown, mut malformed, mut lines) = (Vec::new(), Vec::new(), String::new());
    for n in 0..TIMED {
        let token = format!("{n:043}");
        unknown.push(timed(clinic, &token).await);
        malformed.push(timed(clinic, &token[38..]).await);
    }
    for (name, mut times) in [("unknown", unknown), ("malformed", malformed)] {
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).copied();
        let (median, late) = (at(50).ok_or("nothing timed")?, at(99).ok_or("nothing timed")?);
        println!("{name:<22} median {:>6} µs  p99 {:>6} µs  n {TIMED}", median.as_micros(), late.as_micros());
        for (figure, time) in [("median", median), ("p99", late)] {
            let value = u64::try_from(time.as_micros())?;
            let line =
                json!({ "name": format!("token_{name}.{figure}"), "value": value, "unit": "µs", "n": TIMED });
            lines.push_str(&format!("{line}\n"));
        }
    }
    Ok(lines)
}

async fn timed(clinic: &Clinic, token: &str) -> Duration {
    let request = clinic.by_patient("GET", &format!("/pay/{token}"));
    let began = Instant::now();
    let answer = request.await;
    let took = began.elapsed();
    assert_eq!(answer.status, 404);
    took
}
