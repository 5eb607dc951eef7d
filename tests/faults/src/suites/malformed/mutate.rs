//! A good request, made bad in one place.

use base64::{Engine, engine::general_purpose::STANDARD};
use paywell_tests::support::{Furnished, RouteInfo};
use rand::{Rng, seq::IteratorRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::poison;
use crate::suites::schema::Description;

/// Routes that read a query.
const LISTS: [&str; 7] = [
    "/v1/invoices",
    "/v1/invoice-sets",
    "/v1/patients",
    "/v1/patients/{id}/invoices",
    "/v1/payments",
    "/v1/rule-sets",
    "/v1/transactions",
];

/// A request that something is wrong with.
pub(super) struct Case {
    /// What the gateway would send.
    pub(super) event: Value,
    /// What was done to it.
    pub(super) what: &'static str,
    /// Whether it is surely bad; the rest may happen to be good.
    pub(super) is_bad: bool,
}

/// Makes a route's good request bad.
pub(super) fn mutate(
    rng: &mut ChaCha8Rng,
    own: &Furnished,
    description: &Description,
    route: &RouteInfo,
    link: &str,
) -> Case {
    let mut event = match route.permission {
        Some(_) => own.request(&own.clinic, route).as_role("owner").event(),
        None => public(own, route, link),
    };
    let is_staff = route.permission.is_some();
    let body = own_body(own, route);
    if let Some(body) = body.filter(|_| rng.random_ratio(2, 3)) {
        let (what, text, is_bad) = bad_body(rng, description, route, &body);
        event["body"] = json!(text);
        return Case { event, what, is_bad };
    }
    let has = |name| description.has_header(route, name);
    let reads_body = description.body(route).is_some();
    let (what, is_bad) = match rng.random_range(0..9) {
        0 if reads_body => {
            event["headers"]["content-type"] = json!(poison::content_type(rng));
            ("content type", true)
        }
        1 => {
            event["headers"]["if-match"] = json!(poison::version(rng));
            ("If-Match", has("If-Match"))
        }
        2 => {
            event["headers"]["idempotency-key"] = json!(poison::key(rng));
            ("Idempotency-Key", has("Idempotency-Key"))
        }
        3 => {
            event["headers"]["authorization"] = json!(token(rng));
            ("Authorization", is_staff)
        }
        4 => {
            let bytes: Vec<u8> = (0..rng.random_range(1..200)).map(|_| rng.random()).collect();
            event["isBase64Encoded"] = json!(true);
            event["body"] = json!(STANDARD.encode(&bytes));
            // What cannot be JSON: no JSON text of one object or more is random bytes.
            ("random bytes for a body", is_staff && route.method != "GET")
        }
        5 => {
            let method = *["PURGE", "OPTIONS", "TRACE", "BREW"].iter().choose(rng).unwrap();
            event["requestContext"]["http"]["method"] = json!(method);
            ("method", true)
        }
        6 if route.method == "GET" => {
            event["rawQueryString"] = json!(poison::query(rng));
            ("query", LISTS.contains(&route.pattern))
        }
        7 => {
            event["headers"]["cookie"] = json!("paywell_identity=AAAA.BBBB; =; ;;");
            event["headers"]["x-forwarded-for"] = json!("\u{e9}, 999.999.999.999");
            event["headers"]["content-length"] = json!("-1");
            ("headers that nothing reads", false)
        }
        _ => (bad_path(rng, &mut event), false),
    };
    Case { event, what, is_bad }
}

/// The body of a good request, if it is JSON.
fn own_body(own: &Furnished, route: &RouteInfo) -> Option<Value> {
    route.permission.and_then(|_| own.body(route))
}

/// A request of the public: a page of a good link, or a delivery that nobody signed.
fn public(own: &Furnished, route: &RouteInfo, link: &str) -> Value {
    let path = route.pattern.replace("{token}", link).replace("{outcome}", "saved");
    let method = if route.method == "GET" { "GET" } else { "POST" };
    let request = own.clinic.request(method, &path).token("");
    let form = "application/x-www-form-urlencoded";
    match route.pattern {
        "/webhooks/stripe" => request.header("stripe-signature", "t=1780329600,v1=00").body("{}"),
        "/pay/{token}/identity" => {
            request.header("content-type", form).body("birth_date=2026-02-30&birth_date=%FF")
        }
        _ => request,
    }
    .event()
}

fn bad_body(
    rng: &mut ChaCha8Rng,
    description: &Description,
    route: &RouteInfo,
    body: &Value,
) -> (&'static str, String, bool) {
    let schema = description.body(route).unwrap();
    let mut bad = body.clone();
    let objects = pointers(body, "", &Value::is_object);
    let object = objects.into_iter().choose(rng).unwrap();
    let what = match rng.random_range(0..12) {
        0 => {
            let text = poison::body(rng);
            let is_bad = !(text.is_empty() && Furnished::may_be_empty(route));
            return ("no JSON", text, is_bad);
        }
        1 => {
            let text = body.to_string();
            let end = (1..text.len()).filter(|end| text.is_char_boundary(*end)).choose(rng).unwrap();
            return ("cut off", text[..end].to_owned(), true);
        }
        2 => {
            let Some((text, is_bad)) = twice(rng, body) else { return ("as it is", body.to_string(), false) };
            return ("a field twice", text, is_bad);
        }
        3 => {
            fields(&mut bad, &object).insert("flavour".to_owned(), poison::value(rng));
            return ("an unknown field", bad.to_string(), true);
        }
        4 => {
            let items = fields(&mut bad, &object).values().cloned().collect();
            *bad.pointer_mut(&object).unwrap() = Value::Array(items);
            return ("a list for an object", bad.to_string(), true);
        }
        5 => {
            let name = fields(&mut bad, &object).keys().choose(rng).cloned();
            name.and_then(|name| fields(&mut bad, &object).remove(&name));
            "a field left out"
        }
        _ => {
            let places = description.places(schema, body, "");
            let (place, parent) = places.into_iter().choose(rng).unwrap();
            let name = place[parent.len() + 1..].to_owned();
            match bad.pointer_mut(&parent).unwrap() {
                Value::Object(fields) => drop(fields.insert(name, poison::value(rng))),
                Value::Array(items) => items[name.parse::<usize>().unwrap()] = poison::value(rng),
                _ => unreachable!("only objects and lists have places"),
            }
            "another value"
        }
    };
    let is_bad = !description.accepts(schema, &bad);
    (what, bad.to_string(), is_bad)
}

/// A field of some object once more, with another value.
fn twice(rng: &mut ChaCha8Rng, body: &Value) -> Option<(String, bool)> {
    let text = body.to_string();
    let start = text.match_indices("{\"").map(|(start, _)| start).choose(rng)?;
    let (name, _) = text[start + 2..].split_once('"')?;
    Some((format!("{}\"{name}\":7,{}", &text[..=start], &text[start + 1..]), true))
}

fn fields<'a>(body: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    body.pointer_mut(pointer).unwrap().as_object_mut().unwrap()
}

/// The pointers of what is so, the value itself among them.
fn pointers(value: &Value, pointer: &str, wanted: &dyn Fn(&Value) -> bool) -> Vec<String> {
    let mut found = if wanted(value) { vec![pointer.to_owned()] } else { Vec::new() };
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                found.extend(pointers(inner, &format!("{pointer}/{name}"), wanted));
            }
        }
        Value::Array(items) => {
            for (place, inner) in items.iter().enumerate() {
                found.extend(pointers(inner, &format!("{pointer}/{place}"), wanted));
            }
        }
        _ => {}
    }
    found
}

fn token(rng: &mut ChaCha8Rng) -> String {
    const TOKENS: [&str; 9] = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer e30.e30.AAAA",
        "Bearer ....",
        "Basic YTpi",
        "\u{e9}",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ];
    if rng.random_ratio(1, 10) {
        format!("Bearer {}", "a.".repeat(4_000))
    } else {
        poison::one_of(rng, &TOKENS).to_owned()
    }
}

/// Another segment in place of an id, or one more or less.
fn bad_path(rng: &mut ChaCha8Rng, event: &mut Value) -> &'static str {
    let path = event["rawPath"].as_str().unwrap().to_owned();
    let mut segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    match rng.random_range(0..4) {
        0 => segments.push(poison::segment(rng)),
        1 => drop(segments.pop()),
        _ => {
            let place = rng.random_range(1..segments.len());
            segments[place] = poison::segment(rng);
        }
    }
    let path = segments.join("/");
    let path = if path.is_empty() { "/".to_owned() } else { path };
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    "path"
}
