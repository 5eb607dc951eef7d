//! Measurements: a table for people, and a JSON line per figure under `target/measure/` for machines.
//!
//! `cargo measure writes` counts what requests cost the table: calls, sequential round trips, read and write units.
//! Units are the engine's; the embedded one reckons by the published rules.
//!
//! `cargo measure tracker` asks a practice's list every question in every order, compares the answers with a plain search,
//! and counts what is read; `--million` for a practice of a million invoices too.
//!
//! `cargo measure exports` makes files of a hundred thousand invoices, and says how long walking and putting together take;
//! with a number, of so many. `--keep` leaves the files under `target/measure/`.
//!
//! `cargo measure outreach` counts what a night of outreach costs the table, with nothing due and with everything due, for
//! a hundred, a thousand and ten thousand sets (`--hundred-thousand` for as many too); measures processor and wall time of the
//! program that ships; and simulates a night of a million sets. It is compiled as what ships is, which takes a while.
//!
//! `cargo measure pages` weighs every page for patients in every language, and times tokens that were never given out.
//!
//! `cargo measure faults` runs every fault suite with as much work as a merged change gets, and prints one table;
//! with `--release-total`, as much as a release has seen in all. What else is given goes to `cargo faults`.

mod exporting;
#[allow(clippy::indexing_slicing, reason = "a measurement that is wrong stops")]
mod pages;
#[allow(clippy::indexing_slicing, reason = "a measurement that is wrong stops")]
mod tracker;

use std::{error::Error, fs, future::IntoFuture, path::Path};

use paywell_tests::support::{
    Answer, BY_CARD, Calls, Clinic, Processor, Request, engine, pay_path, session_event,
};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    match std::env::args().nth(1).as_deref() {
        Some("writes") => writes().await,
        Some("tracker") => tracker::tracker(std::env::args().any(|given| given == "--million")).await,
        Some("outreach") => outreach(std::env::args().skip(2)),
        Some("pages") => pages::pages().await,
        Some("exports") => exporting::exports().await,
        Some("faults") => faults(std::env::args().skip(2)),
        _ => Err("usage: measure writes|tracker [--million]|exports [ROWS]|outreach [--hundred-thousand]|pages|faults [--release-total] [--release] [--seed N]"
            .into()),
    }
}

/// The fault suites stand on this package, so they are a program of their own.
fn faults(given: impl Iterator<Item = String>) -> Outcome<()> {
    let (total, others): (Vec<String>, Vec<String>) = given.partition(|given| given == "--release-total");
    let tier = if total.is_empty() { "ci" } else { "release_total" };
    let status = verify::command("cargo").args(["faults", tier]).args(others).status()?;
    if status.success() { Ok(()) } else { Err("a figure is off".into()) }
}

/// A night of the program that ships stands on what the fault suites stand on. All of it is optimised: ten thousand sets.
fn outreach(given: impl Iterator<Item = String>) -> Outcome<()> {
    let program = ["run", "--release", "--package", "paywell-faults", "--example", "faults", "--", "night"];
    let status = verify::command("cargo").args(program).args(given).status()?;
    if status.success() { Ok(()) } else { Err("the night was not as it should be".into()) }
}

struct Row {
    name: &'static str,
    calls: Calls,
}

/// How many rows a page shows.
const ROWS: u32 = 50;

async fn writes() -> Outcome<()> {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = clinic.patient("Ada").await;
    for _ in 0..ROWS + 5 {
        clinic.open_invoice(&ada, "125.00").await;
    }
    // What a function remembers is remembered, and a block of numbers is at hand.
    clinic.ids("/v1/invoices").await;
    clinic.asked_for(&ada, "1.00").await;
    let mut rows = staff(&clinic, &ada).await;
    rows.extend(by_link(&clinic, &ada).await);
    rows.push(by_processor(&processor, &clinic, &ada).await);
    rows.extend(on_file(&processor, &clinic, &ada).await);
    print(&rows);
    save(&rows)
}

async fn staff(clinic: &Clinic, ada: &str) -> Vec<Row> {
    let draft = clinic.draft(ada, "125.00").await;
    let owed = clinic.open_invoice(ada, "125.00").await;
    let bill = json!({
        "patient_id": ada, "currency": "USD",
        "lines": [{ "code": "99213", "description": "Office visit", "unit_price": "125.00" }],
    });
    let portal = json!({ "channels": ["portal"] });
    let requests = [
        ("list_50", clinic.get("/v1/invoices")),
        ("preview", clinic.get(&format!("/v1/invoices/{owed}"))),
        ("create_invoice", clinic.post("/v1/invoices", &bill)),
        ("send_portal", clinic.post(&format!("/v1/invoices/{draft}/send"), &portal)),
        ("cash_payment", clinic.cash(ada, "125.00", &[(&owed, "125.00")])),
    ];
    let mut rows = Vec::new();
    for (name, request) in requests {
        rows.push(measured(clinic, name, request).await.0);
    }
    rows.extend(without_new_money(clinic, ada).await);
    rows
}

/// What is owed corrected, credit applied, money given back.
async fn without_new_money(clinic: &Clinic, ada: &str) -> Vec<Row> {
    let owed = clinic.open_invoice(ada, "125.00").await;
    let path = format!("/v1/invoices/{owed}");
    let credit = clinic.cash(ada, "60.00", &[]).await.field("id");
    let payment = format!("/v1/payments/{credit}");
    let down = json!({ "direction": "down", "amount": "25.00", "reason": "insurance_adjustment" });
    let refund = json!({
        "amount": "10.00", "currency": "USD", "reason": "billing_error", "tender": { "type": "cash" },
    });
    let mut rows = Vec::new();
    for (name, method, to, body, versioned) in [
        ("adjust", "POST", format!("{path}/adjustments"), Some(down), true),
        ("collections", "POST", format!("{path}/collections"), None, true),
        ("collections_back", "POST", format!("{path}/collections/reverse"), None, true),
        ("apply_credit", "POST", format!("{path}/apply"), Some(json!({ "payment_id": credit })), false),
        ("preview_refund", "POST", format!("{payment}/refunds/preview"), Some(refund.clone()), false),
        ("refund_at_desk", "POST", format!("{payment}/refunds"), Some(refund), false),
        ("take_off", "PUT", format!("{payment}/allocations"), Some(json!({ "allocations": [] })), true),
        ("write_off", "POST", format!("{path}/write-off"), Some(json!({ "reason": "bad_debt" })), true),
    ] {
        let mut request = clinic.request(method, &to);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if versioned {
            let read = if to.starts_with(&payment) { &payment } else { &path };
            request = request.on_version(clinic.get(read).await.version());
        }
        rows.push(measured(clinic, name, request).await.0);
    }
    rows
}

/// A payment by link, given back by the processor.
async fn by_processor(processor: &Processor, clinic: &Clinic, ada: &str) -> Row {
    let owed = clinic.open_invoice(ada, "125.00").await;
    let payment = clinic.press_pay(&clinic.link(ada, &[&owed]).await).await.state;
    processor.fill_in(&payment, BY_CARD).await;
    processor.tell(clinic).await;
    let refund = json!({ "amount": "10.00", "currency": "USD", "reason": "patient_request" });
    let request = clinic.post(&format!("/v1/payments/{}/refunds", payment.id), &refund);
    measured(clinic, "refund_by_card", request).await.0
}

/// A payment by link, from giving the link out to paid.
async fn by_link(clinic: &Clinic, ada: &str) -> Vec<Row> {
    let owed = clinic.open_invoice(ada, "125.00").await;
    let issue = json!({ "patient_id": ada, "invoice_ids": [owed] });
    let (issued, link) = measured(clinic, "issue_link", clinic.post("/v1/payment-links", &issue)).await;
    let link = link.json();
    let open = clinic.by_patient("GET", pay_path(&link));
    let opened = measured(clinic, "link_open", open).await.0;
    let pay = clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link)));
    let pressed = measured(clinic, "link_pay", pay).await.0;
    let processing = clinic.ids("/v1/payments?status=processing").await;
    let mut rows = vec![issued, opened, pressed];
    if let Some(id) = processing.first() {
        let payment = clinic.stored_payment(id).await.state;
        let event: Value = session_event(clinic, "evt_1", "checkout.session.completed", &payment);
        rows.push(measured(clinic, "link_paid", clinic.webhook(&event)).await.0);
    }
    let mut whole = Calls::default();
    rows.iter().skip(1).for_each(|row| whole.extend(&row.calls));
    rows.push(Row { name: "link_open_to_paid", calls: whole });
    rows
}

/// A card from the hosted page onto the file, charged, held and captured, and removed.
async fn on_file(processor: &Processor, clinic: &Clinic, ada: &str) -> Vec<Row> {
    let (set_up, page) = measured(clinic, "method_set_up", clinic.set_up(ada)).await;
    let mut rows = vec![set_up];
    processor.simulator.take_events();
    processor.send_form(&page.field("url"), BY_CARD).await;
    for (event, name) in processor.simulator.take_events().iter().zip(["method_attached", "method_consented"])
    {
        let event: Value = serde_json::from_str(&event.body).unwrap_or_default();
        rows.push(measured(clinic, name, clinic.webhook(&event)).await.0);
    }
    let charge = async |more: Value| {
        let owed = clinic.open_invoice(ada, "125.00").await;
        let allocations = json!([{ "invoice_id": owed, "amount": "125.00" }]);
        clinic.post(
            "/v1/payments",
            &json!({
                "patient_id": ada, "amount": "125.00", "currency": "USD", "method_on_file": more,
                "allocations": allocations,
            }),
        )
    };
    rows.push(measured(clinic, "charge_on_file", charge(json!({})).await).await.0);
    let (held, payment) = measured(clinic, "hold_on_file", charge(json!({ "hold": true })).await).await;
    rows.push(held);
    let path = format!("/v1/payments/{}/capture", payment.field("id"));
    rows.push(measured(clinic, "capture_hold", clinic.post(&path, &json!({}))).await.0);
    let methods = format!("/v1/patients/{ada}/payment-methods");
    let (listed, shown) = measured(clinic, "list_methods", clinic.get(&methods)).await;
    rows.push(listed);
    let shown = shown.json();
    let method = shown.pointer("/items/0/id").and_then(Value::as_str).unwrap_or_default();
    rows.push(measured(clinic, "remove_method", clinic.delete(&format!("{methods}/{method}"))).await.0);
    rows
}

async fn measured(clinic: &Clinic, name: &'static str, request: Request) -> (Row, Answer) {
    let (answer, calls) = clinic.world.recorder.of(request.into_future()).await;
    assert!(answer.status < 400, "{name}: {} {}", answer.status, answer.text());
    (Row { name, calls }, answer)
}

fn print(rows: &[Row]) {
    let engine = if engine().is_external { "DynamoDB Local" } else { "embedded" };
    println!("engine: {engine}");
    println!(
        "{:<20} {:>5} {:>6} {:>7} {:>7} {:>10} {:>8}  operations",
        "what", "calls", "trips", "RCU", "WCU", "table arm", "indexes"
    );
    for Row { name, calls } in rows {
        let operations: Vec<String> =
            calls.by_operation.iter().map(|(name, count)| format!("{count} {name}")).collect();
        println!(
            "{name:<20} {:>5} {:>6} {:>7} {:>7} {:>10} {:>8}  {}",
            calls.total(),
            calls.round_trips,
            calls.rcu.normalize(),
            calls.wcu.normalize(),
            (calls.wcu - calls.index_wcu).normalize(),
            calls.index_wcu.normalize(),
            operations.join(", ")
        );
    }
}

fn save(rows: &[Row]) -> Outcome<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measure");
    fs::create_dir_all(&folder)?;
    let mut lines = String::new();
    for Row { name, calls } in rows {
        for (figure, value, unit) in [
            ("calls", calls.total().to_string(), "calls"),
            ("round_trips", calls.round_trips.to_string(), "round trips"),
            ("rcu", calls.rcu.normalize().to_string(), "RCU"),
            ("wcu", (calls.wcu - calls.index_wcu).normalize().to_string(), "WCU"),
            ("wcu_of_indexes", calls.index_wcu.normalize().to_string(), "WCU"),
        ] {
            let value: serde_json::Number = value.parse()?;
            let line = json!({ "name": format!("{name}.{figure}"), "value": value, "unit": unit, "n": 1 });
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
    }
    // The other engine reckons transactions differently: its figures are not the ones to compare with.
    let file = if engine().is_external { "writes-dynamodb-local.jsonl" } else { "writes.jsonl" };
    fs::write(folder.join(file), lines)?;
    Ok(())
}
