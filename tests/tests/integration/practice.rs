//! How a practice shows itself to patients, and what it lets them choose.

use base64::{Engine, engine::general_purpose::STANDARD};
use paywell_tests::support::{Clinic, Request, pay_path};
use serde_json::{Value, json};

fn edit(clinic: &Clinic, version: u64, body: &Value) -> Request {
    clinic.patch("/v1/practice", body).on_version(version).as_owner()
}

fn logo() -> String {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 320, 96);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0x40; 320 * 96]).unwrap();
    STANDARD.encode(file)
}

#[tokio::test]
async fn what_the_owner_chooses_is_what_patients_see() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let page = async || clinic.by_patient("GET", pay_path(&link)).await;
    let before = page().await;
    assert!(!before.headers["content-security-policy"].to_str().unwrap().contains("img-src"));
    let known = clinic.get("/v1/practice").as_owner().await;
    assert_eq!((known.ok()["logo"].clone(), known.version()), (Value::Null, 1));
    let choices = json!({
        "name": "Riverside Family Clinic", "phone": "+16175550199", "colour": "#1D4ED8", "logo": logo(),
        "identity_check": "postal_code", "part_payment_from": "20.00", "language": "es",
    });
    let edited = edit(&clinic, 1, &choices).await.ok();
    assert_eq!((edited["colour"].clone(), edited["version"].clone()), (json!("#1d4ed8"), json!(2)));
    assert_eq!(clinic.get("/v1/practice").as_owner().await.ok(), edited);
    let after = page().await;
    let text = after.text();
    for shown in
        ["Riverside Family Clinic", "(617) 555-0199", "--accent:#1d4ed8", "postal_code", "lang=\"es\""]
    {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(text.contains(&format!("data:image/png;base64,{}", logo())) && text.len() < 30_000);
    assert!(after.headers["content-security-policy"].to_str().unwrap().contains("img-src data:;"));
    let taken_away = json!({ "colour": null, "logo": null, "part_payment_from": null, "language": null });
    edit(&clinic, 2, &taken_away).await.ok();
    let text = page().await.text();
    assert!(!text.contains("<img") && !text.contains("#1d4ed8") && text.contains("lang=\"en\""), "{text}");
}

#[tokio::test]
async fn choices_that_cannot_be_are_refused_by_name_with_what_could() {
    let clinic = Clinic::open().await;
    let before = clinic.world.dump().await;
    for (field, value, named) in [
        ("colour", json!("#facc15"), "would be accepted"),
        ("colour", json!("yellow"), "#rrggbb"),
        ("logo", json!("iVBORw0KGgo="), "PNG"),
        ("logo", json!("A".repeat(12_000)), "8192"),
        ("name", json!(""), "1 to 60"),
        ("phone", json!("555"), "international"),
        ("part_payment_from", json!("0.49"), "0.50"),
        ("part_payment_from", json!("1e3"), ""),
        ("identity_check", json!("none"), ""),
        ("language", json!("fr"), ""),
        ("email", json!("a@b.co"), ""),
    ] {
        let refused = edit(&clinic, 1, &json!({ field: value })).await;
        let problem = refused.refused_at(422, &format!("/{field}"));
        assert!(problem.to_string().contains(named), "{field} {value}: {problem}");
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn an_edit_of_an_earlier_version_shows_what_it_is_now_and_the_same_again_changes_nothing() {
    let clinic = Clinic::open().await;
    edit(&clinic, 1, &json!({ "colour": "#14532d" })).await.ok();
    let stale = edit(&clinic, 1, &json!({ "colour": "#000000" })).await.refused(412);
    assert_eq!(stale["current"]["colour"], json!("#14532d"), "{stale}");
    let again = edit(&clinic, 2, &json!({ "colour": "#14532d" })).await.ok();
    assert_eq!(again["version"], json!(2));
    clinic.patch("/v1/practice", &json!({ "name": "X" })).as_owner().without("if-match").await.refused(428);
}

#[tokio::test]
async fn a_practice_says_on_which_days_it_works() {
    let clinic = Clinic::open().await;
    let known = clinic.get("/v1/practice").as_owner().await.ok();
    assert_eq!(known["closed_on"], json!(["saturday", "sunday"]));
    assert_eq!((&known["holidays"], &known["quiet_on_holidays"]), (&json!([]), &json!(true)));
    let days = json!({
        "closed_on": ["sunday", "monday"], "holidays": ["2026-12-25", "2026-07-03"], "quiet_on_holidays": false,
    });
    let edited = edit(&clinic, 1, &days).await.ok();
    assert_eq!(edited["holidays"], json!(["2026-07-03", "2026-12-25"]), "in order");
    assert_eq!(
        (&edited["closed_on"], &edited["quiet_on_holidays"]),
        (&json!(["monday", "sunday"]), &json!(false))
    );
    let again = edit(&clinic, 2, &days).await.ok();
    assert_eq!(again["version"], json!(2), "the same again changes nothing");
    let before = clinic.world.dump().await;
    let all = json!(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);
    let many: Vec<String> =
        (1..=61).map(|day| format!("2027-{:02}-{:02}", 1 + day / 28, 1 + day % 28)).collect();
    for (days, pointer) in [
        (json!({ "closed_on": all }), "/closed_on"),
        (json!({ "closed_on": ["sunday", "sunday"] }), "/closed_on"),
        (json!({ "closed_on": ["someday"] }), "/closed_on/0"),
        (json!({ "holidays": ["2026-12-25", "2026-12-25"] }), "/holidays"),
        (json!({ "holidays": many }), "/holidays"),
        (json!({ "holidays": ["25.12.2026"] }), "/holidays/0"),
        (json!({ "quiet_on_holidays": "yes" }), "/quiet_on_holidays"),
    ] {
        edit(&clinic, 2, &days).await.refused_at(422, pointer);
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}
