//! Practices are apart: every route, with whatever ids of another practice it can be given, by every role.

use paywell_http::auth::Role;
use paywell_tests::support::{Answer, CARD, Clinic, Furnished, Request, RouteInfo};
use serde_json::{Value, json};

use super::{Figure, schema::Description};

/// The card that only the neighbour's patient has on file.
const THEIR_CARD: &str = "pm_next_door";

/// Fields of requests that are called ids and name nothing of ours: the practice's other systems know what they mean.
const NOT_OURS: [&str; 1] = ["external_id"];

/// Fields that leave no room for another one.
const INSTEAD: [(&str, &str); 2] = [("/method_on_file/id", "tender"), ("/payment_id", "invoice_ids")];

/// Routes whose requests name nothing that there is.
const NAMELESS: [&str; 3] = ["/v1/patients", "/v1/exports", "/v1/rule-sets"];

/// Requests that name what is another practice's, and how many of them reached it: were not refused, were answered with
/// anything of the neighbour's, or changed anything at all.
///
/// # Panics
/// A field of the API's description is called an id and has no entry in [`their`].
pub async fn cross_practice() -> Vec<Figure> {
    let theirs = Furnished::of(Clinic::open().await).await;
    theirs.clinic.keep_card(&theirs.patient, THEIR_CARD).await;
    let own = Furnished::of(theirs.clinic.neighbour().await).await;
    let description = Description::committed();
    let before = own.clinic.world.dump().await;
    let (mut asked, mut reached, mut routes) = (0, 0, 0);
    for route in own.staff_routes() {
        routes += 1;
        for (what, path, body) in strangers(&own, &theirs, &route, &description) {
            for role in Role::ALL {
                let answer =
                    request(&own, &route, &path, body.as_ref()).as_role(role.name()).may_fail().await;
                asked += 1;
                let may = role.may(route.permission.unwrap());
                if !is_refused(&route, &answer, may) || mentions(&theirs, &answer) {
                    reached += 1;
                    println!(
                        "{} {}: {what}, {}: {} {}",
                        route.method,
                        route.pattern,
                        role.name(),
                        answer.status,
                        answer.text()
                    );
                }
            }
            // An action on many sets keeps its answer, whatever became of each.
            let kept: &[&str] =
                if route.pattern == "/v1/invoice-sets/actions" { &["IDEMPOTENCY#"] } else { &[] };
            let written = own.clinic.world.dump().await.without(kept) != before.without(kept);
            if written {
                reached += 1;
                println!("{} {}: {what}: something was written", route.method, route.pattern);
            }
            if written || !kept.is_empty() {
                own.clinic.world.restore(&before).await;
            }
        }
    }
    vec![
        Figure { name: "cross_practice_reached", value: reached, unit: "requests", n: asked },
        Figure { name: "cross_practice_routes", value: routes, unit: "routes", n: routes },
    ]
}

/// What of a route's request can be another practice's, one at a time: what it is, the path, and the body.
fn strangers(
    own: &Furnished,
    theirs: &Furnished,
    route: &RouteInfo,
    description: &Description,
) -> Vec<(String, String, Option<Value>)> {
    let body = own.body(route);
    let mut strangers = Vec::new();
    if route.pattern.contains("{id}") || route.method == "GET" {
        let path = theirs.path(route).replace(CARD, THEIR_CARD);
        strangers.push(("path".to_owned(), path, body.clone()));
    }
    if route.pattern.contains("{method}") {
        let path = own.path(route).replace(CARD, THEIR_CARD);
        strangers.push(("method".to_owned(), path, body.clone()));
    }
    let (Some(body), Some(schema)) = (body, description.body(route)) else { return strangers };
    let mut whole = body.clone();
    if description.places(schema, &body, "").contains_key("/method_on_file") {
        whole["method_on_file"] = json!({});
    }
    for (place, parent) in description.places(schema, &whole, "") {
        let name = &place[parent.len() + 1..];
        let is_id = name == "id" || name.ends_with("_id") || name.ends_with("_ids");
        if !is_id || NOT_OURS.contains(&name) {
            continue;
        }
        let mut body = if place.starts_with("/method_on_file") { whole.clone() } else { body.clone() };
        for (_, other) in INSTEAD.iter().filter(|(one, _)| *one == place) {
            body.as_object_mut().unwrap().remove(*other);
        }
        let id = their(theirs, &place, name);
        let value = if name.ends_with("_ids") { json!([id]) } else { json!(id) };
        body.pointer_mut(&parent).unwrap()[name] = value;
        strangers.push((place, own.path(route), Some(body)));
    }
    assert!(
        !strangers.is_empty() || NAMELESS.contains(&route.pattern),
        "{} has no entry here",
        route.pattern
    );
    strangers
}

/// What of the neighbour a field can name.
fn their<'a>(theirs: &'a Furnished, place: &str, name: &str) -> &'a str {
    match name {
        "patient_id" => &theirs.patient,
        "treatment_id" => &theirs.treatment,
        "appointment_id" => &theirs.appointment,
        "invoice_id" | "invoice_ids" => &theirs.invoice,
        "payment_id" => &theirs.payment,
        "rule_set_id" => &theirs.rule_set,
        "id" if place == "/method_on_file/id" => THEIR_CARD,
        "method_id" => THEIR_CARD,
        _ => panic!("{place} has no entry here"),
    }
}

fn request(own: &Furnished, route: &RouteInfo, path: &str, body: Option<&Value>) -> Request {
    let request = own.request_to(&own.clinic, route, path);
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// Whether an answer is as if the other practice were not there.
fn is_refused(route: &RouteInfo, answer: &Answer, may: bool) -> bool {
    match (route.method.as_str(), route.pattern) {
        _ if !may => answer.status == 403,
        // What names nobody shows one's own; a patient who never was has no invoices.
        (
            "GET",
            "/v1/invoices" | "/v1/payments" | "/v1/metrics" | "/v1/patients" | "/v1/transactions"
            | "/v1/invoice-sets" | "/v1/practice" | "/v1/rule-sets",
        ) => answer.status == 200,
        // It is answered set by set.
        ("POST", "/v1/invoice-sets/actions") => {
            let results = answer.json()["results"].clone();
            let none = |results: &Vec<Value>| results.iter().all(|result| result["done"] == json!(false));
            answer.status == 200 && results.as_array().is_some_and(none)
        }
        ("GET", "/v1/patients/{id}/invoices") => answer.status == 200 && answer.json()["items"] == json!([]),
        _ => matches!(answer.status, 404 | 422),
    }
}

/// Whether an answer has anything in it that only the neighbour's have.
fn mentions(theirs: &Furnished, answer: &Answer) -> bool {
    let text = answer.text();
    let ids = [
        &theirs.patient,
        &theirs.newcomer,
        &theirs.draft,
        &theirs.invoice,
        &theirs.payment,
        &theirs.link,
        &theirs.treatment,
        &theirs.appointment,
        &theirs.rule_set,
        &theirs.set,
        &theirs.keeper,
        &theirs.plan,
    ];
    ids.into_iter().any(|id| text.contains(id.as_str())) || text.contains(THEIR_CARD)
}
