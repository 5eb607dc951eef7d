//! Malformed requests: whatever comes, nothing fails on our side, nothing is written, and the refusal names what is wrong.

mod mutate;
mod poison;

use std::{collections::BTreeMap, rc::Rc};

use paywell_tests::support::{Answer, Calls, Clinic, Dump, Furnished, Processor, RouteInfo, World};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{Figure, checked, schema::Description};
use mutate::{Case, mutate};

/// What is told of what went wrong: the rest is counted alone.
const SHOWN: u64 = 20;

/// Refusals of these statuses name a field, a parameter or a header.
const NAMING: [u16; 7] = [400, 401, 412, 413, 415, 422, 428];

struct Suite {
    world: Rc<World>,
    own: Furnished,
    /// The table as it was furnished.
    before: Dump,
    /// The token of a link that is good.
    link: String,
    description: Description,
}

/// So many malformed requests to every route of every function, one after another.
///
/// Statuses are counted, and what is wrong: answers of 5xx and panics, requests that are surely bad and were taken,
/// refusals that wrote, refusals that are no problem document or name nothing, and answers that are not as described.
pub async fn malformed(seed: u64, cases: u64) -> Vec<Figure> {
    println!("seed {seed}, {cases} requests");
    let processor = Processor::start();
    let world = World::at(processor.begun_at(), &processor.url).await;
    let own = Furnished::of(Clinic::open_in(&world, "prac_riverside").await).await;
    let url = own.clinic.get(&format!("/v1/payment-links/{}", own.link)).await.field("url");
    let link = url.rsplit('/').next().unwrap().to_owned();
    let before = world.dump().await;
    let suite = Suite { world, own, before, link, description: Description::committed() };
    let routes: Vec<RouteInfo> = suite.world.routes().cloned().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut counted: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut by_route: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..cases {
        let route = routes.choose(&mut rng).unwrap();
        *by_route.entry(format!("{} {}", route.method, route.pattern)).or_default() += 1;
        let case = mutate(&mut rng, &suite.own, &suite.description, route, &suite.link);
        let (status, wrong) = suite.judge(route, &case).await;
        *counted.entry(status).or_default() += 1;
        for (name, why) in wrong {
            let count = counted.entry(name).or_default();
            *count += 1;
            if *count <= SHOWN {
                println!(
                    "{name}: {} {}: {}: {why}\n    {}",
                    route.method,
                    route.pattern,
                    case.what,
                    shown(&case)
                );
            }
        }
    }
    assert_eq!(by_route.len(), routes.len(), "every route was asked");
    let figure = |name: &'static str| {
        let value = counted.get(name).copied().unwrap_or_default();
        Figure { name, value, unit: "requests", n: cases }
    };
    NAMES.map(figure).to_vec()
}

/// What is counted.
const NAMES: [&str; 8] = [
    "malformed_refused",
    "malformed_taken",
    "malformed_5xx",
    "malformed_wrongly_taken",
    "malformed_written",
    "malformed_unnamed",
    "malformed_misdescribed",
    "malformed_panics",
];

impl Suite {
    /// Sends a case: how it was answered, and everything that is wrong with that.
    async fn judge(&self, route: &RouteInfo, case: &Case) -> (&'static str, Vec<(&'static str, String)>) {
        let asked = self.world.recorder.of(checked(self.world.answer(&case.event))).await;
        let (answer, calls) = match asked {
            (Ok(answer), calls) => (answer, calls),
            (Err(panic), _) => return ("malformed_panics", vec![("malformed_panics", panic)]),
        };
        let mut wrong = Vec::new();
        let says = || format!("{} {}", answer.status, answer.text().chars().take(300).collect::<String>());
        if answer.status >= 500 {
            wrong.push(("malformed_5xx", says()));
        }
        if answer.status < 400 {
            if case.is_bad {
                wrong.push(("malformed_wrongly_taken", says()));
            }
            if route.permission.is_some()
                && case.what != "path"
                && answer.status < 300
                && !self.description.describes(route, &answer)
            {
                wrong.push(("malformed_misdescribed", says()));
            }
            self.world.restore(&self.before).await;
            return ("malformed_taken", wrong);
        }
        // A page says it to people; and a wrong answer to its question is counted in the table.
        let is_page = ["/pay/", "/portal/"].iter().any(|pages| route.pattern.starts_with(pages));
        if !is_page && let Some(why) = unnamed(&answer) {
            wrong.push(("malformed_unnamed", format!("{why}: {}", says())));
        }
        if wrote(&calls) {
            if !is_page && self.world.dump().await != self.before {
                wrong.push(("malformed_written", says()));
            }
            self.world.restore(&self.before).await;
        }
        ("malformed_refused", wrong)
    }
}

/// Whether anything was asked of the table but to read.
fn wrote(calls: &Calls) -> bool {
    const READS: [&str; 3] = ["BatchGetItem", "GetItem", "Query"];
    calls.by_operation.keys().any(|operation| !READS.contains(&operation.as_str()))
}

/// What is amiss with a refusal.
fn unnamed(answer: &Answer) -> Option<&'static str> {
    let problem = answer.json();
    let is_problem =
        answer.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json")
            && problem["status"] == json!(answer.status)
            && problem["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/"))
            && problem["detail"].as_str().is_some_and(|detail| !detail.is_empty());
    let names = problem["errors"]
        .as_array()
        .is_some_and(|errors| !errors.is_empty() && errors.iter().all(|error| error["pointer"].is_string()));
    match (is_problem, names || !NAMING.contains(&answer.status)) {
        (false, _) => Some("no problem document"),
        (true, false) => Some("names nothing"),
        (true, true) => None,
    }
}

/// A case, for people: all that the gateway says of it but the token.
fn shown(case: &Case) -> String {
    let mut headers = case.event["headers"].clone();
    if let Some(headers) = headers.as_object_mut() {
        headers.retain(|name, value| name != "authorization" || value.as_str().is_none_or(|v| v.len() < 60));
    }
    let part = |name: &str| -> &Value { &case.event[name] };
    let body: String = part("body").to_string().chars().take(400).collect();
    format!("{} ?{} {headers} {body}", part("rawPath"), part("rawQueryString"))
}
