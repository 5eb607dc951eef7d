//! Appointments, and their copays that patients are asked for before they come.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use paywell_app::copays::Run;
use paywell_domain::Link;
use paywell_store::Key;
use paywell_tests::support::{AN_HOUR, Clinic, Mail};
use serde_json::{Value, json};

/// Two in the afternoon of Monday 8 June in New York.
const VISIT: &str = "2026-06-08T18:00:00Z";
/// Ten in the morning of Friday the 5th there: three days before.
const DUE: &str = "2026-06-05T14:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A practice that asks for copays three days before, and Ada, with a visit of 30.00.
struct Desk {
    clinic: Clinic,
    ada: String,
    path: String,
}

impl Desk {
    async fn new() -> Self {
        Self::of(&json!({ "email": "ada@example.com" })).await
    }

    async fn of(details: &Value) -> Self {
        let clinic = Clinic::open().await;
        collect(&clinic, &json!({ "collect": "request", "days_before": 3 })).await;
        let ada = clinic.patient_with("Ada", details).await;
        let path = booked(&clinic, &ada).await;
        Self { clinic, ada, path }
    }

    /// With the copay due now.
    async fn due() -> Self {
        let desk = Self::new().await;
        desk.clinic.world.set_clock(at(DUE));
        desk
    }

    /// With the copay asked for.
    async fn asked() -> Self {
        let desk = Self::due().await;
        assert_eq!(desk.clinic.world.run_copays().await.requested, 1);
        desk
    }

    async fn shown(&self) -> Value {
        self.clinic.get(&self.path).await.ok()
    }

    async fn payment(&self) -> Value {
        self.clinic.payment(self.shown().await["payment_id"].as_str().unwrap()).await
    }

    async fn edit(&self, change: &Value) -> Value {
        let version = self.clinic.get(&self.path).await.version();
        self.clinic.patch(&self.path, change).on_version(version).await.ok()
    }

    async fn told(&self) -> Vec<String> {
        let shown = self.shown().await;
        let events = shown["timeline"].as_array().unwrap().iter();
        events.map(|event| event["what"].as_str().unwrap().to_owned()).collect()
    }

    async fn mails(&self) -> Vec<Value> {
        self.clinic.world.mail.to("ada@example.com").await
    }

    async fn runs(&self, when: &str) -> Run {
        self.clinic.world.set_clock(at(when));
        self.clinic.world.run_copays().await
    }
}

/// A visit of 30.00.
async fn booked(clinic: &Clinic, patient: &str) -> String {
    let body = json!({ "patient_id": patient, "starts_at": VISIT, "copay": "30.00" });
    format!("/v1/appointments/{}", clinic.post("/v1/appointments", &body).await.field("id"))
}

async fn collect(clinic: &Clinic, copays: &Value) -> Value {
    let version = clinic.get("/v1/practice").as_owner().await.version();
    clinic.patch("/v1/practice", &json!({ "copays": copays })).on_version(version).as_owner().await.ok()
}

#[tokio::test]
async fn a_practice_chooses_how_copays_are_collected() {
    let clinic = Clinic::open().await;
    let known = clinic.get("/v1/practice").as_owner().await.ok();
    assert_eq!(known["copays"], json!({ "collect": "off", "days_before": null }));
    for copays in [
        json!({ "collect": "authorise", "days_before": 4 }),
        json!({ "collect": "request", "days_before": 60 }),
        json!({ "collect": "off", "days_before": null }),
    ] {
        assert_eq!(collect(&clinic, &copays).await["copays"], copays);
    }
    let before = clinic.world.dump().await;
    for (copays, pointer) in [
        (json!({ "collect": "authorise", "days_before": 5 }), "/copays/days_before"),
        (json!({ "collect": "authorise", "days_before": 0 }), "/copays/days_before"),
        (json!({ "collect": "request", "days_before": 61 }), "/copays/days_before"),
        (json!({ "collect": "request" }), "/copays/days_before"),
        (json!({ "collect": "off", "days_before": 1 }), "/copays/days_before"),
        (json!({ "collect": "always", "days_before": 1 }), "/copays/collect"),
        (json!({ "collect": "request", "days_before": -1 }), "/copays/days_before"),
        (json!({ "collect": "off", "colour": 1 }), "/copays/colour"),
    ] {
        let edit = clinic.patch("/v1/practice", &json!({ "copays": copays })).on_version(4).as_owner();
        edit.await.refused_at(422, pointer);
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn an_appointment_of_another_system_is_booked_once() {
    let desk = Desk::new().await;
    let body = json!({
        "patient_id": desk.ada, "starts_at": VISIT, "copay": "30.00", "external_id": "visit-7", "location": "main",
    });
    let booked = desk.clinic.post("/v1/appointments", &body).await;
    let shown = booked.ok();
    assert_eq!((booked.status, &shown["status"], &shown["collect_at"]), (201, &json!("booked"), &json!(DUE)));
    assert_eq!(shown["allowed"], json!(["cancelled", "no_show", "completed"]));
    let before = desk.clinic.world.dump().await.without(&["IDEMPOTENCY#"]);
    let again = desk.clinic.post("/v1/appointments", &body).await;
    assert_eq!((again.status, &again.ok()), (200, &shown));
    assert!(desk.clinic.world.dump().await.without(&["IDEMPOTENCY#"]) == before, "nothing is written");
    let mut other = body.clone();
    other["copay"] = json!("35.00");
    let refused = desk.clinic.post("/v1/appointments", &other).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains(shown["id"].as_str().unwrap()), "{refused}");
    let neighbour = desk.clinic.neighbour().await;
    other["patient_id"] = json!(neighbour.patient("Eve").await);
    assert_eq!(neighbour.post("/v1/appointments", &other).await.status, 201, "another practice's");
}

#[tokio::test]
async fn what_cannot_be_an_appointment_is_refused_at_its_field() {
    let desk = Desk::new().await;
    let ben = desk.clinic.patient("Ben").await;
    let bens = json!({ "patient_id": ben, "service_at": "2026-05-01T14:00:00Z" });
    let bens = desk.clinic.post("/v1/treatments", &bens).await.field("id");
    let before = desk.clinic.world.dump().await;
    for (field, value) in [
        ("copay", json!("0.49")),
        ("copay", json!("-5")),
        ("copay", json!("1e3")),
        ("copay", json!(30)),
        ("location", json!("nowhere")),
        ("treatment_id", json!(bens)),
        ("starts_at", json!("tomorrow")),
        ("external_id", json!("")),
    ] {
        let mut body = json!({ "patient_id": desk.ada, "starts_at": VISIT });
        body[field] = value;
        desk.clinic.post("/v1/appointments", &body).await.refused_at(422, &format!("/{field}"));
    }
    for (change, pointer) in [
        (json!({ "copay": "0.49" }), "/copay"),
        (json!({ "copay": "12.345" }), "/copay"),
        (json!({ "location": "nowhere" }), "/location"),
        (json!({ "status": "late" }), "/status"),
        (json!({ "status": "completed" }), "/status"),
        (json!({ "status": "cancelled", "copay": null }), "/status"),
    ] {
        let edit = desk.clinic.patch(&desk.path, &change).on_version(1);
        edit.await.refused_at(422, pointer);
    }
    assert!(desk.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_copay_that_is_due_gets_one_mail_with_a_link_that_pays_it() {
    let desk = Desk::due().await;
    assert_eq!(desk.clinic.world.run_copays().await, Run { due: 1, requested: 1, ..Run::default() });
    let [mail] = &desk.mails().await[..] else { panic!("one mail") };
    for private in ["30.00", "visit", "Lovelace", "copay"] {
        assert!(!mail.to_string().contains(private), "{private} is nobody else's business");
    }
    assert!(desk.clinic.opens(&Mail::pay_path(mail)).await);
    let payment = desk.payment().await;
    for (field, value) in [
        ("status", json!("pending")),
        ("amount", json!("30.00")),
        ("payment_type", json!("office_visit")),
        ("due_date", json!("2026-06-08")),
        ("appointment_id", desk.shown().await["id"].clone()),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    assert_eq!(payment["appointment"]["starts_at"], json!(VISIT));
    let shown = desk.shown().await;
    assert_eq!((&shown["payment"]["status"], &shown["collect_at"]), (&json!("pending"), &Value::Null));
    assert_eq!(desk.told().await, ["appointment_booked", "copay_requested", "mail_sent"]);
    assert_eq!(desk.clinic.world.run_copays().await, Run::default(), "again at once: none");
    assert_eq!(desk.runs(VISIT).await, Run::default(), "nor ever again");
    assert_eq!(desk.mails().await.len(), 1);
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn nothing_is_asked_before_its_time_and_nothing_of_an_end() {
    let desk = Desk::new().await;
    desk.clinic.world.set_clock(at(DUE) - Duration::seconds(1));
    assert_eq!(desk.clinic.world.run_copays().await, Run::default());
    desk.edit(&json!({ "status": "cancelled" })).await;
    assert_eq!(desk.runs(DUE).await, Run::default());
    assert!(desk.mails().await.is_empty());
}

#[tokio::test]
async fn a_copay_that_was_paid_at_the_desk_is_not_asked_for() {
    let desk = Desk::new().await;
    let id = desk.shown().await["id"].clone();
    let cash = json!({
        "patient_id": desk.ada, "amount": "30.00", "currency": "USD", "tender": { "type": "cash" },
        "appointment_id": id,
    });
    let paid = desk.clinic.post("/v1/payments", &cash).await.ok();
    assert_eq!((&paid["status"], &paid["appointment_id"]), (&json!("paid"), &id));
    assert_eq!(desk.shown().await["payment_id"], paid["id"]);
    assert_eq!(desk.runs(DUE).await, Run::default());
    assert!(desk.mails().await.is_empty());
    let refused = desk.clinic.post("/v1/payments", &cash).await.refused(409);
    assert_eq!(refused["rule"], json!("copay-under-way"), "not a second time");
    let ben = desk.clinic.patient("Ben").await;
    let mut bens = cash.clone();
    bens["patient_id"] = json!(ben);
    desk.clinic.post("/v1/payments", &bens).await.refused_at(422, "/appointment_id");
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn a_visit_that_is_cancelled_takes_the_request_back() {
    let desk = Desk::asked().await;
    let path = Mail::pay_path(&desk.mails().await[0]);
    let shown = desk.edit(&json!({ "status": "cancelled" })).await;
    assert_eq!((&shown["status"], &shown["allowed"]), (&json!("cancelled"), &json!([])));
    assert_eq!(desk.payment().await["status"], json!("cancelled"));
    let link = shown["link_id"].as_str().unwrap().parse().unwrap();
    assert!(desk.clinic.stored::<Link>(link).await.state.revoked);
    assert!(!desk.clinic.opens(&path).await);
    let again = desk.edit(&json!({ "status": "cancelled" })).await;
    assert_eq!(again["version"], shown["version"], "the same again changes nothing");
    let version = shown["version"].as_u64().unwrap();
    for change in [json!({ "status": "completed" }), json!({ "copay": "5.00" })] {
        desk.clinic.world.set_clock(at(VISIT));
        let refused = desk.clinic.patch(&desk.path, &change).on_version(version).await.refused(409);
        assert_eq!(refused["rule"], json!("appointment-status"));
    }
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn whoever_has_paid_keeps_what_was_paid_when_the_visit_is_cancelled() {
    let desk = Desk::asked().await;
    let payment = desk.shown().await["payment_id"].as_str().unwrap().to_owned();
    let cash = json!({ "tender": { "type": "cash" } });
    desk.clinic.post(&format!("/v1/payments/{payment}/record"), &cash).await.ok();
    desk.edit(&json!({ "status": "cancelled" })).await;
    assert_eq!(desk.payment().await["status"], json!("paid"));
    assert_eq!(desk.clinic.balance(&desk.ada).await, ("0.00".into(), "30.00".into()));
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn a_visit_that_is_moved_is_planned_anew_unless_it_was_asked_for() {
    let desk = Desk::new().await;
    let moved = desk.edit(&json!({ "starts_at": "2026-06-22T18:00:00Z" })).await;
    assert_eq!(moved["collect_at"], json!("2026-06-19T14:00:00Z"));
    assert_eq!(desk.runs(DUE).await, Run::default());
    assert_eq!(desk.runs("2026-06-19T14:00:00Z").await.requested, 1);
    let moved = desk.edit(&json!({ "starts_at": "2026-06-29T18:00:00Z", "copay": "25.00" })).await;
    assert_eq!(moved["collect_at"], Value::Null);
    let payment = desk.payment().await;
    assert_eq!((&payment["amount"], &payment["due_date"]), (&json!("25.00"), &json!("2026-06-29")));
    assert_eq!(desk.runs("2026-06-26T14:00:00Z").await, Run::default());
    assert_eq!(desk.mails().await.len(), 1);
    let stale = desk.clinic.patch(&desk.path, &json!({ "copay": "20.00" })).on_version(1).await.refused(412);
    assert_eq!(stale["current"]["copay"], json!("25.00"), "{stale}");
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn nobody_is_asked_who_has_died_or_cannot_be_reached() {
    for (details, why) in
        [(json!({ "email": "ada@example.com", "deceased": true }), "died"), (json!({}), "no email address")]
    {
        let desk = Desk::of(&details).await;
        assert_eq!(desk.runs(DUE).await, Run { due: 1, changed: 1, ..Run::default() });
        let shown = desk.shown().await;
        let last = shown["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["what"], json!("copay_not_collected"));
        assert!(last["details"]["reason"].as_str().unwrap().contains(why), "{last}");
        assert_eq!((&shown["payment_id"], &shown["collect_at"]), (&Value::Null, &Value::Null));
        assert!(desk.clinic.world.mail.all().await.is_empty());
    }
}

#[tokio::test]
async fn nobody_is_asked_at_night_nor_after_the_visit_began() {
    let desk = Desk::of(&json!({ "email": "ada@example.com", "time_zone": "America/Los_Angeles" })).await;
    // 21:30 of the 5th there.
    assert_eq!(desk.runs("2026-06-06T04:30:00Z").await, Run { due: 1, changed: 1, ..Run::default() });
    assert_eq!(desk.shown().await["collect_at"], json!("2026-06-06T17:00:00Z"));
    assert_eq!(desk.runs("2026-06-06T15:00:00Z").await, Run::default());
    let run = desk.runs(VISIT).await;
    assert_eq!(
        run,
        Run { due: 1, changed: 1, ..Run::default() },
        "a night was lost, and the visit has begun"
    );
    assert!(desk.mails().await.is_empty());
}

#[tokio::test]
async fn a_throttled_request_goes_out_later_by_the_same_payment_and_link() {
    let desk = Desk::due().await;
    desk.clinic.world.mail.fault("throttle", 1).await;
    let run = desk.clinic.world.run_copays().await;
    assert_eq!(run, Run { due: 1, postponed: 1, ..Run::default() });
    let before = desk.shown().await;
    assert_eq!((&before["asked_at"], &before["collect_at"]), (&Value::Null, &json!("2026-06-05T14:15:00Z")));
    assert_eq!(desk.runs("2026-06-05T14:14:59Z").await, Run::default());
    assert_eq!(desk.runs("2026-06-05T14:15:00Z").await.requested, 1);
    let after = desk.shown().await;
    assert_eq!((&after["payment_id"], &after["link_id"]), (&before["payment_id"], &before["link_id"]));
    let [mail] = &desk.mails().await[..] else { panic!("one mail") };
    assert!(desk.clinic.opens(&Mail::pay_path(mail)).await);
    assert_eq!(desk.clinic.ids("/v1/payments").await.len(), 1);
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn requests_are_sent_no_faster_than_the_provider_takes_them() {
    let desk = Desk::due().await;
    let bea = desk.clinic.patient("Bea").await;
    booked(&desk.clinic, &bea).await;
    let run = desk.clinic.world.run_copays_apart(AN_HOUR, at(DUE) + Duration::minutes(10)).await;
    let one = Run { due: 2, requested: 1, postponed: 1, cut_off: true, ..Run::default() };
    assert_eq!(run, one, "the slot of the other comes after the time is up");
    assert_eq!(desk.clinic.world.run_copays().await, Run { due: 1, requested: 1, ..Run::default() });
}

#[tokio::test]
async fn a_provider_that_takes_no_mail_is_asked_once_a_run() {
    let desk = Desk::due().await;
    let bea = desk.clinic.patient("Bea").await;
    booked(&desk.clinic, &bea).await;
    desk.clinic.world.mail.fault("throttle", 1).await;
    let run = desk.clinic.world.run_copays().await;
    assert_eq!(run, Run { due: 2, postponed: 2, ..Run::default() });
    assert!(desk.clinic.world.mail.all().await.is_empty(), "another would have gone through");
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_counts_as_sent() {
    for (fault, arrived) in [("accept_then_drop", 1), ("error", 0)] {
        let desk = Desk::due().await;
        desk.clinic.world.mail.fault(fault, 1).await;
        assert_eq!(desk.clinic.world.run_copays().await, Run { due: 1, unknown: 1, ..Run::default() });
        assert_eq!(desk.runs("2026-06-05T15:00:00Z").await, Run::default(), "not again: {fault}");
        assert_eq!(desk.mails().await.len(), arrived, "{fault}");
        assert_eq!(desk.told().await.last().unwrap(), "mail_unknown");
    }
}

#[tokio::test]
async fn two_runs_at_once_ask_once() {
    let desk = Desk::due().await;
    let world = &desk.clinic.world;
    let (one, two) = tokio::join!(world.run_copays(), world.run_copays());
    assert_eq!((one.requested + two.requested, one.errors + two.errors), (1, 0), "{one:?} {two:?}");
    assert_eq!(desk.mails().await.len(), 1);
    assert_eq!(desk.clinic.ids("/v1/payments").await.len(), 1);
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn what_changes_between_choosing_and_claiming_prevents_the_request() {
    let desk = Desk::due().await;
    let patient = Key::patient(&desk.clinic.practice, desk.ada.parse().unwrap());
    desk.clinic.meanwhile(patient, &["details", "deceased"], AttributeValue::Bool(true));
    let run = desk.clinic.world.run_copays().await;
    assert_eq!((run.changed, run.requested, run.errors), (1, 0, 0), "the patient has died: {run:?}");
    let desk = Desk::due().await;
    let id = desk.shown().await["id"].as_str().unwrap().parse().unwrap();
    let appointment = Key::appointment(&desk.clinic.practice, id);
    desk.clinic.meanwhile(appointment, &["status"], AttributeValue::S("cancelled".to_owned()));
    let run = desk.clinic.world.run_copays().await;
    assert_eq!((run.changed, run.requested, run.errors), (1, 0, 0), "staff have cancelled it: {run:?}");
    assert!(desk.mails().await.is_empty());
}

#[tokio::test]
async fn whoever_agreed_to_texts_and_wants_no_mail_is_texted() {
    let details = json!({ "phone": "+16175550123", "time_zone": "America/New_York" });
    let desk = Desk::of(&details).await;
    let path = format!("/v1/patients/{}", desk.ada);
    let version = desk.clinic.get(&path).await.version();
    let consent = json!({ "wording": "I agree to texts about bills.", "given": "in_person" });
    let choice = json!({ "email": false, "texts": consent });
    desk.clinic.put(&format!("{path}/messages"), &choice).on_version(version).await.ok();
    assert_eq!(desk.runs(DUE).await.requested, 1);
    let [text] = &desk.clinic.world.mail.to("+16175550123").await[..] else { panic!("one text") };
    assert!(desk.clinic.opens(&Mail::pay_path(text)).await);
    assert_eq!(desk.told().await, ["appointment_booked", "copay_requested", "text_sent"]);
}
