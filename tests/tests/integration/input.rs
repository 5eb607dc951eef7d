//! Bad input is refused, names the field, and is never our fault.

use paywell_tests::support::{CARD, Clinic, Furnished};
use serde_json::{Value, json};

const NO_AMOUNTS: [&str; 14] =
    ["1e3", "12.345", "-5", "", "NaN", "1000000", "0", "0.00", "1,000.00", " 5.00", "$5", "5.", ".5", "٥"];
const NO_DATES: [&str; 8] = [
    "2026-02-30",
    "2026-13-01",
    "",
    "tomorrow",
    "06/01/2026",
    "2026-6-1",
    "2026-06-01T00:00:00Z",
    "+262142-12-31",
];
const NO_IDS: [&str; 6] =
    ["", "1", "inv_", "inv_01h455vb4pex5vsknk084sn02!", "xyz_01h455vb4pex5vsknk084sn02q", "../x"];

async fn furnished() -> Furnished {
    Furnished::of(Clinic::open().await).await
}

/// Every value that stands where `wanted` says is replaced by each of `values`, and refused at its field.
async fn refuses(own: &Furnished, wanted: &[&str], values: &[Value]) {
    let before = own.clinic.world.dump().await;
    let mut tried = 0;
    for route in own.staff_routes() {
        let Some(body) = own.body(&route) else { continue };
        for pointer in wanted {
            if body.pointer(pointer).is_none() {
                continue;
            }
            for value in values {
                let mut bad = body.clone();
                *bad.pointer_mut(pointer).unwrap() = value.clone();
                let answer = own.request(&own.clinic, &route).json(&bad).await;
                let what =
                    format!("{} {}: {pointer} = {value}: {}", route.method, route.pattern, answer.text());
                assert_eq!(answer.status, 422, "{what}");
                answer.refused_at(422, pointer);
                tried += 1;
            }
        }
    }
    assert!(tried >= values.len(), "no route has any of {wanted:?}");
    assert!(own.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn what_is_no_amount_is_refused() {
    let own = furnished().await;
    let mut values: Vec<Value> = NO_AMOUNTS.iter().map(|text| json!(text)).collect();
    values.extend([json!(5), json!(5.0), json!(null), json!(["5.00"]), json!(true)]);
    refuses(&own, &["/amount", "/lines/0/unit_price", "/allocations/0/amount"], &values).await;
    let edit = |edit: Value| own.clinic.patch(&format!("/v1/invoices/{}", own.draft), &edit).on_version(1);
    for discount in ["-1%", "101%", "%", "ten", "1e1", "-5", "12.345", ""] {
        edit(json!({ "discount": discount })).await.refused_at(422, "/discount");
    }
}

#[tokio::test]
async fn what_is_no_day_is_refused() {
    let own = furnished().await;
    let mut values: Vec<Value> = NO_DATES.iter().map(|text| json!(text)).collect();
    values.extend([json!(20_260_601), json!(["2026-06-01"])]);
    refuses(&own, &["/birth_date", "/date", "/due_date"], &values).await;
    let times: Vec<Value> =
        ["2026-06-01", "", "now", "2026-06-01T25:00:00Z"].iter().map(|t| json!(t)).collect();
    refuses(&own, &["/service_at", "/expires_at", "/starts_at"], &times).await;
}

#[tokio::test]
async fn what_is_no_id_is_refused() {
    let own = furnished().await;
    let mut values: Vec<Value> = NO_IDS.iter().map(|text| json!(text)).collect();
    values.push(json!(7));
    let fields = [
        "/patient_id",
        "/treatment_id",
        "/appointment_id",
        "/lines/0/treatment_id",
        "/allocations/0/invoice_id",
        "/invoice_ids/0",
    ];
    refuses(&own, &fields, &values).await;
}

#[tokio::test]
async fn what_is_none_of_the_choices_is_refused() {
    let own = furnished().await;
    let values = [json!(""), json!("x"), json!(1), json!({})];
    refuses(&own, &["/currency", "/channels/0"], &values).await;
    let payment =
        json!({ "patient_id": own.patient, "amount": "5.00", "currency": "USD", "payment_type": "gift" });
    own.clinic.post("/v1/payments", &payment).await.refused_at(422, "/payment_type");
    let tender = json!({ "tender": { "type": "barter" } });
    own.clinic.post(&format!("/v1/payments/{}/record", own.payment), &tender).await.refused(422);
    let check = json!({ "tender": { "type": "check" } });
    own.clinic.post(&format!("/v1/payments/{}/record", own.payment), &check).await.refused(422);
}

#[tokio::test]
async fn what_lies_out_of_range_is_refused() {
    let own = furnished().await;
    let clinic = &own.clinic;
    let line = |more: Value| {
        let mut line = json!({ "description": "Visit", "unit_price": "5.00" });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "patient_id": own.patient, "currency": "USD", "lines": [line] })
    };
    for (more, pointer) in [
        (json!({ "quantity": 0 }), "/lines/0/quantity"),
        (json!({ "quantity": 10_000 }), "/lines/0/quantity"),
        (json!({ "quantity": -1 }), "/lines/0/quantity"),
        (json!({ "description": "" }), "/lines/0/description"),
        (json!({ "description": "x".repeat(121) }), "/lines/0/description"),
        (json!({ "description": "two\nlines" }), "/lines/0/description"),
        (json!({ "quantity": 9_999, "unit_price": "999999.99" }), "/lines"),
    ] {
        clinic.post("/v1/invoices", &line(more)).await.refused_at(422, pointer);
    }
    for (field, value, pointer) in [
        ("lines", json!([]), "/lines"),
        ("lines", json!(vec![line(json!({}))["lines"][0].clone(); 101]), "/lines"),
        ("term_days", json!(366), "/term_days"),
        ("date", json!("1899-12-31"), "/date"),
        ("date", json!("2027-07-01"), "/date"),
        ("location", json!("nowhere"), "/location"),
    ] {
        let mut body = line(json!({}));
        body[field] = value;
        clinic.post("/v1/invoices", &body).await.refused_at(422, pointer);
    }
    let visit =
        json!({ "patient_id": own.patient, "service_at": "2026-05-01T14:00:00Z", "location": "nowhere" });
    clinic.post("/v1/treatments", &visit).await.refused_at(422, "/location");
    for (field, value) in [
        ("birth_date", "2026-06-02"),
        ("birth_date", "1879-12-31"),
        ("email", "ada"),
        ("phone", "555"),
        ("time_zone", "Moon/Base"),
    ] {
        let mut body = json!({ "first_name": "Ada", "last_name": "Ito", "birth_date": "1990-01-01" });
        body[field] = json!(value);
        clinic.post("/v1/patients", &body).await.refused_at(422, &format!("/{field}"));
    }
    for expires in ["2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z"] {
        let body = json!({ "patient_id": own.patient, "invoice_ids": [own.invoice], "expires_at": expires });
        clinic.post("/v1/payment-links", &body).await.refused_at(422, "/expires_at");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let own = furnished().await;
    let before = own.clinic.world.dump().await;
    for route in own.staff_routes() {
        let Some(body) = own.body(&route) else { continue };
        let request = || own.request(&own.clinic, &route);
        let what = format!("{} {}", route.method, route.pattern);
        println!("{what}");
        let mut unknown = body.clone();
        unknown["colour"] = json!("red");
        request().json(&unknown).await.refused_at(422, "/colour");
        for text in ["", "{", "nonsense", "{\"a\": 1} {}", "[1,"] {
            if !(text.is_empty() && Furnished::may_be_empty(&route)) {
                request().body(text).await.refused(400);
            }
        }
        for value in [json!([]), json!("x"), json!(null), json!(7)] {
            let answer = request().json(&value).await;
            assert_eq!(answer.status, 422, "{what}: {value}: {}", answer.text());
        }
        request().header("content-type", "text/plain").await.refused(415);
        request().without("content-type").await.refused(415);
        let large = format!("{}{}", " ".repeat(64 * 1024), body);
        request().body(large).await.refused(413);
        let doubled = body.to_string().replacen('{', "{\"colour\":1,\"colour\":2,", 1);
        request().body(doubled).await.refused_at(422, "/colour");
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        request().body(deep).await.refused(400);
    }
    assert!(own.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_body_where_none_is_read_is_refused() {
    let own = furnished().await;
    for route in own.staff_routes() {
        if own.body(&route).is_none() && route.method != "GET" {
            own.request(&own.clinic, &route).json(&json!({ "x": 1 })).await.refused(422);
        }
    }
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let own = furnished().await;
    for base in [
        "/v1/invoices".to_owned(),
        format!("/v1/patients/{}/invoices", own.patient),
        "/v1/payments".to_owned(),
    ] {
        for (query, pointer) in [
            ("limit=0", "?limit"),
            ("limit=101", "?limit"),
            ("limit=-1", "?limit"),
            ("limit=ten", "?limit"),
            ("limit=", "?limit"),
            ("limit=99999999999", "?limit"),
            ("sort=colour", "?sort"),
            ("sort=--due", "?sort"),
            ("sort=", "?sort"),
            ("status=late", "?status"),
            ("status=Draft", "?status"),
            ("status=draft&status=paid", "?status"),
            ("cursor=", "?cursor"),
            ("cursor=nonsense", "?cursor"),
            ("cursor=%FF", "?cursor"),
            ("page=2", "?page"),
        ] {
            own.clinic.get(&format!("{base}?{query}")).await.refused_at(400, pointer);
        }
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_is_not_there() {
    let own = furnished().await;
    for route in own.staff_routes().iter().filter(|route| route.pattern.contains("{id}")) {
        for id in ["x", "inv_1", "%00", "inv_01h455vb4pex5vsknk084sn02q%20", "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz"]
        {
            let path = route.pattern.replace("{id}", id).replace("{method}", CARD);
            let request = match route.method.as_str() {
                "GET" => own.clinic.get(&path),
                "PATCH" => own.clinic.request("PATCH", &path),
                "DELETE" => own.clinic.request("DELETE", &path),
                "PUT" => own.clinic.request("PUT", &path),
                _ => own.clinic.request("POST", &path),
            };
            let request = request.on_version(1);
            let answer = match own.body(route) {
                Some(body) => request.json(&body).await,
                None => request.await,
            };
            assert_eq!(answer.status, 404, "{} {path}: {}", route.method, answer.text());
        }
    }
}

#[tokio::test]
async fn an_address_or_method_that_is_not_there_says_so() {
    let clinic = Clinic::open().await;
    for path in ["/", "/v1", "/v1/invoices/", "/v1/refunds", "/v2/invoices", "/v1/invoices/a/b/c"] {
        clinic.get(path).await.refused(404);
    }
    let answer = clinic.request("PUT", "/v1/metrics").await;
    answer.refused(405);
    assert_eq!(answer.headers["allow"], "GET, HEAD");
}
