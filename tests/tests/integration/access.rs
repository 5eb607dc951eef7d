//! Who may come, what each role may do, and that practices are apart.

use chrono::Duration;
use paywell_http::auth::{Permission, Role};
use paywell_tests::support::{Claims, Clinic, Furnished, issuer};
use serde_json::{Value, json};

#[tokio::test]
async fn whatever_is_not_for_staff_is_on_this_list() {
    let clinic = Clinic::open().await;
    let public = clinic.world.routes().filter(|route| route.permission.is_none());
    let public: Vec<String> = public.map(|route| format!("{} {}", route.method, route.pattern)).collect();
    let expected = [
        "GET /pay/receipts/{token}/receipt.pdf",
        "POST /webhooks/stripe",
        "GET /pay/{token}",
        "POST /pay/{token}/identity",
        "POST /pay/{token}/checkout",
        "POST /pay/{token}/renew",
        "POST /pay/language",
        "GET /pay/methods/{outcome}",
        "GET /pay/receipts/{token}",
        "POST /pay/receipts/{token}/continue",
        "GET /portal/{practice}",
        "GET /portal/{practice}/code",
        "POST /portal/{practice}/code",
        "POST /portal/{practice}/session",
        "POST /portal/{practice}/sign-out",
        "GET /portal/{practice}/invoices/{id}",
        "POST /portal/{practice}/pay",
        "GET /portal/{practice}/history",
        "GET /portal/{practice}/methods",
        "POST /portal/{practice}/methods",
        "POST /portal/{practice}/methods/autopay",
        "POST /portal/{practice}/methods/default",
        "POST /portal/{practice}/methods/remove",
        "GET /portal/{practice}/messages",
        "POST /portal/{practice}/messages",
    ];
    assert_eq!(public, expected);
}

#[tokio::test]
async fn without_a_good_token_nobody_comes_in() {
    let own = Furnished::of(Clinic::open().await).await;
    let clinic = &own.clinic;
    let good = Claims::good("prac_riverside", "owner", "user_ada", clinic.world.now());
    let expired = Claims { expires: clinic.world.now(), ..good.clone() };
    let for_others = Claims { audience: "another-service".to_owned(), ..good.clone() };
    let unknown_role = Claims { role: "admin".to_owned(), ..good.clone() };
    let no_practice = Claims { practice: "riverside".to_owned(), ..good.clone() };
    let tokens = [
        ("none", String::new()),
        ("garbage", "garbage".to_owned()),
        ("three parts", "e30.e30.AAAA".to_owned()),
        ("expired", issuer().token(&expired)),
        ("for others", issuer().token(&for_others)),
        ("unknown role", issuer().token(&unknown_role)),
        ("no practice", issuer().token(&no_practice)),
        ("forged", issuer().forged(&good)),
    ];
    let before = clinic.world.dump().await;
    for route in own.staff_routes() {
        for (what, token) in &tokens {
            let answer = own.request(clinic, &route).token(token).await;
            assert_eq!(answer.status, 401, "{} {} with {what}", route.method, route.pattern);
            answer.refused(401);
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_token_ends_on_the_second() {
    let clinic = Clinic::open().await;
    let now = clinic.world.now();
    let expires = now + Duration::seconds(60);
    let token =
        issuer().token(&Claims { expires, ..Claims::good("prac_riverside", "viewer", "user_ada", now) });
    // The clock ticks a second before each request.
    clinic.world.set_clock(expires - Duration::seconds(2));
    clinic.get("/v1/invoices").token(&token).await.ok();
    clinic.get("/v1/invoices").token(&token).await.refused(401);
}

#[tokio::test]
async fn each_role_does_what_the_permission_table_says() {
    let own = Furnished::of(Clinic::open().await).await;
    for route in own.staff_routes() {
        let permission = route.permission.unwrap();
        for role in Role::ALL {
            let before = own.clinic.world.dump().await;
            // Without a version and a body, what is let in goes no further.
            let request = own.request(&own.clinic, &route).without("if-match").body("");
            let request = request.without("idempotency-key").as_role(role.name());
            let answer = request.await;
            let what = format!("{} {} by {}", route.method, route.pattern, role.name());
            if role.may(permission) {
                assert!(!matches!(answer.status, 401 | 403), "{what}: {}", answer.text());
            } else {
                let problem = answer.refused(403);
                let allowed: Vec<&str> = permission.roles().iter().map(|role| role.name()).collect();
                assert_eq!(problem["allowed"], json!(allowed), "{what}");
                assert!(own.clinic.world.dump().await == before, "{what}: nothing is written");
            }
        }
    }
}

/// The table by name, so that a route that is given another permission shows.
#[tokio::test]
async fn each_route_takes_its_permission() {
    use Permission::{
        ExportLists, IssueLinks, ManageOutreach, ManagePatients, ManagePractice, ReadTracker, Refund,
        TakePayments, WriteInvoices, WriteOff,
    };
    let own = Furnished::of(Clinic::open().await).await;
    for route in own.staff_routes() {
        let expected = match (route.method.as_str(), route.pattern.split('/').nth(2).unwrap()) {
            (_, "payment-links") => IssueLinks,
            (_, "exports") => ExportLists,
            (_, "invoices")
                if ["/reverse", "/write-off", "/collections"].iter().any(|e| route.pattern.ends_with(e)) =>
            {
                WriteOff
            }
            (_, "invoices") if route.pattern.ends_with("/apply") => TakePayments,
            (_, "payments") if route.pattern.contains("/refunds") => Refund,
            (_, "practice") => ManagePractice,
            ("GET", _) => ReadTracker,
            (_, "invoices") => WriteInvoices,
            (_, "payments" | "payment-plans" | "appointments") => TakePayments,
            (_, "patients" | "treatments") => ManagePatients,
            (_, "rule-sets" | "invoice-sets") => ManageOutreach,
            (method, kind) => panic!("{method} {kind} has no expected permission here"),
        };
        assert_eq!(route.permission, Some(expected), "{} {}", route.method, route.pattern);
    }
}

#[tokio::test]
async fn another_practices_things_are_not_there() {
    let theirs = Furnished::of(Clinic::open().await).await;
    let own = Furnished::of(theirs.clinic.neighbour().await).await;
    let before = own.clinic.world.dump().await;
    for route in theirs.staff_routes().iter().filter(|route| route.pattern.contains("{id}")) {
        let what = format!("{} {}", route.method, route.pattern);
        let permission = route.permission.unwrap();
        for role in permission.roles().iter().map(|role| role.name()) {
            // A good body of one's own, so that only the id in the path is somebody else's.
            let request = theirs.request(&own.clinic, route).as_role(role);
            let request = match own.body(route) {
                Some(body) => request.json(&body),
                None => request,
            };
            let answer = request.await;
            if route.pattern == "/v1/patients/{id}/invoices" {
                assert_eq!(answer.ok()["items"], json!([]), "{what}: as of a patient who never was");
            } else {
                assert_eq!(answer.refused(404)["type"], json!("/problems/not-found"), "{what}");
            }
        }
    }
    assert!(own.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn another_practices_things_cannot_be_named_in_a_body() {
    let theirs = Furnished::of(Clinic::open().await).await;
    let own = Furnished::of(theirs.clinic.neighbour().await).await;
    let replace = |body: &Value, pointer: &str, id: &str| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = json!(id);
        body
    };
    let before = own.clinic.world.dump().await;
    for route in own.staff_routes() {
        let Some(body) = own.body(&route) else { continue };
        for (pointer, id) in [
            ("/patient_id", &theirs.patient),
            ("/treatment_id", &theirs.treatment),
            ("/appointment_id", &theirs.appointment),
            ("/lines/0/treatment_id", &theirs.treatment),
            ("/allocations/0/invoice_id", &theirs.invoice),
            ("/invoice_ids/0", &theirs.invoice),
            ("/payment_id", &theirs.payment),
            ("/rule_set_id", &theirs.rule_set),
        ] {
            if body.pointer(pointer).is_none() {
                continue;
            }
            let body = replace(&body, pointer, id);
            let answer = own.request(&own.clinic, &route).json(&body).await;
            if route.pattern == "/v1/invoice-sets/actions" {
                // It is answered set by set, and the answer is kept.
                let result = answer.ok()["results"][0].clone();
                assert_eq!(result["problem"]["errors"][0]["pointer"], json!(pointer), "{result}");
                own.clinic.world.restore(&before).await;
            } else {
                answer.refused_at(422, pointer);
            }
        }
    }
    let link = json!({ "patient_id": own.patient, "payment_id": theirs.payment });
    own.clinic.post("/v1/payment-links", &link).await.refused_at(422, "/payment_id");
    assert!(own.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn lists_and_figures_are_a_practices_own() {
    let theirs = Furnished::of(Clinic::open().await).await;
    let own = theirs.clinic.neighbour().await;
    let received: String = theirs.clinic.cash(&theirs.patient, "5.00", &[]).await.field("id");
    for path in [
        "/v1/invoices",
        "/v1/invoices?status=unpaid",
        "/v1/invoices?sort=due",
        "/v1/invoices?q=ada",
        "/v1/payments",
        "/v1/transactions",
        "/v1/invoice-sets",
        "/v1/patients",
        "/v1/patients?q=lovelace",
    ] {
        assert_eq!(own.ids(path).await, Vec::<String>::new(), "{path}");
        assert!(!theirs.clinic.ids(path).await.is_empty(), "{path}");
    }
    let transaction = format!("/v1/transactions/{received}.charge-0");
    theirs.clinic.get(&transaction).await.ok();
    own.get(&transaction).await.refused(404);
    assert_eq!(own.metric("invoices", "open").await, (0, "0.00".to_owned()));
    assert_eq!(theirs.clinic.metric("invoices", "open").await, (2, "80.00".to_owned()));
}

#[tokio::test]
async fn a_cursor_is_good_for_its_practice_list_and_order_alone() {
    let clinic = Clinic::open().await;
    let neighbour = clinic.neighbour().await;
    for clinic in [&clinic, &neighbour] {
        let ada = clinic.patient("Ada").await;
        for _ in 0..3 {
            clinic.open_invoice(&ada, "10.00").await;
            clinic.asked_for(&ada, "10.00").await;
        }
    }
    let page = clinic.get("/v1/invoices?limit=1").await.ok();
    let cursor = page["next_cursor"].as_str().unwrap();
    clinic.get(&format!("/v1/invoices?limit=2&cursor={cursor}")).await.ok();
    neighbour.get(&format!("/v1/invoices?limit=1&cursor={cursor}")).await.refused_at(400, "?cursor");
    for other in ["/v1/payments?", "/v1/invoices?sort=due&", "/v1/invoices?status=unpaid&"] {
        clinic.get(&format!("{other}cursor={cursor}")).await.refused_at(400, "?cursor");
    }
    let (start, end) = cursor.split_at(12);
    clinic.get(&format!("/v1/invoices?cursor={start}A{end}")).await.refused_at(400, "?cursor");
    clinic.world.pass(Duration::hours(25));
    clinic.get(&format!("/v1/invoices?limit=2&cursor={cursor}")).await.refused_at(400, "?cursor");
}
