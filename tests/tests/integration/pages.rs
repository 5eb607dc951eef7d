//! What all pages for patients have in common: their language, and what the browser may do there.

use paywell_tests::support::{Clinic, Request, pay_path};
use serde_json::json;

async fn link_of(clinic: &Clinic, patient: &serde_json::Value) -> String {
    let ada = clinic.patient_with("Ada", patient).await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    pay_path(&clinic.link(&ada, &[&invoice]).await).to_owned()
}

fn form(clinic: &Clinic, path: &str, body: &str) -> Request {
    let request = clinic.by_patient("POST", path).body(body);
    request.header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_page_is_in_the_readers_the_patients_or_the_browsers_language() {
    let clinic = Clinic::open().await;
    let spanish = link_of(&clinic, &json!({ "language": "es" })).await;
    let unsaid = link_of(&clinic, &json!({})).await;
    for (path, cookie, asks, language) in [
        (&spanish, "a=1", "en", "es"),
        (&spanish, "paywell_language=en", "es", "en"),
        (&unsaid, "a=1", "es-MX,es;q=0.9,en;q=0.5", "es"),
        (&unsaid, "a=1", "fr", "en"),
        (&unsaid, "paywell_language=es", "en", "es"),
        (&"/pay/x".to_owned(), "a=1", "es", "es"),
    ] {
        let request = clinic.by_patient("GET", path).header("cookie", cookie);
        let page = request.header("accept-language", asks).await.text();
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path} {cookie} {asks}");
        let hello = if language == "es" { "Hola, Ada" } else { "Hello Ada" };
        assert_eq!(page.contains(hello), path != "/pay/x", "{page}");
    }
}

#[tokio::test]
async fn a_language_is_chosen_without_a_script_and_leads_back_to_the_page() {
    let clinic = Clinic::open().await;
    let path = link_of(&clinic, &json!({})).await;
    let before = clinic.world.dump().await;
    let page = path.replace('/', "%2F");
    let chosen = form(&clinic, "/pay/language", &format!("language=es&page={page}")).await;
    assert_eq!((chosen.status, chosen.headers["location"].to_str().unwrap()), (303, path.as_str()));
    let cookie = chosen.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let shown = clinic.by_patient("GET", &path).header("cookie", &cookie).await.text();
    assert!(shown.contains("Hola, Ada"), "{shown}");
    for body in [
        "language=fr&page=%2Fpay%2Fx",
        "language=es&page=https%3A%2F%2Fevil.example",
        "language=es&page=%2F%2Fevil.example",
        "language=es",
        "language=es&language=en&page=%2Fpay%2Fx",
        "language=es&page=%2Fpay%2Fx&more=1",
        "",
    ] {
        let refused = form(&clinic, "/pay/language", body).await;
        assert_eq!(refused.status, 404, "{body}");
        assert!(!refused.headers.contains_key("set-cookie") && !refused.headers.contains_key("location"));
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn every_page_forbids_scripts_frames_and_keeping_it() {
    let clinic = Clinic::open().await;
    let good = link_of(&clinic, &json!({})).await;
    for path in [
        good.as_str(),
        "/pay/x",
        "/pay/receipts/x",
        "/pay/methods/saved",
        "/pay/methods/x",
        "/portal/prac_riverside",
        "/portal/x",
    ] {
        let page = clinic.by_patient("GET", path).await;
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(!page.text().contains("<script"), "{path}");
    }
}
