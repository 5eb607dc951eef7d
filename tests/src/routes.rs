//! The routes of the code, as every description of them must have them.

use std::collections::BTreeSet;

use paywell_http::Route;

/// A route: function, method, path, and whether it is for staff alone.
pub type Served = BTreeSet<(String, String, String, bool)>;

/// The routes of all functions, from their route tables.
pub fn served() -> Served {
    let mut all = Served::new();
    add(&mut all, "tracker", &tracker::routes());
    add(&mut all, "documents", &documents::routes());
    add(&mut all, "exports", &exports::routes());
    add(&mut all, "payments", &payments::routes());
    add(&mut all, "links", &links::routes());
    add(&mut all, "checkout", &checkout::routes());
    add(&mut all, "portal", &portal::routes());
    add(&mut all, "processor-events", &processor_events::routes());
    all
}

fn add<S>(all: &mut Served, function: &str, routes: &[Route<S>]) {
    for route in routes {
        let staff = route.permission.is_some();
        all.insert((function.to_owned(), route.method.to_string(), route.pattern.to_owned(), staff));
        // A public page answers HEAD as well, and a gateway knows no HEAD by itself.
        if !staff && route.method == paywell_http::Method::GET {
            all.insert((function.to_owned(), "HEAD".to_owned(), route.pattern.to_owned(), staff));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{openapi, template};

    #[test]
    fn the_template_has_the_routes_of_the_code() {
        let template = template::parse(template::TEMPLATE);
        let routes = template.functions.iter().flat_map(|(name, function)| {
            function.routes.iter().map(move |r| (name.clone(), r.method.clone(), r.path.clone(), r.staff))
        });
        assert_eq!(routes.collect::<Served>(), served());
    }

    #[test]
    fn the_local_stack_has_the_routes_of_the_code() {
        let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
        let router = manifest["workspace"]["metadata"]["lambda"]["watch"]["router"].as_table().unwrap();
        let mut found = BTreeSet::new();
        for (path, functions) in router {
            for entry in functions.as_array().unwrap() {
                let text = |name: &str| entry[name].as_str().unwrap().to_owned();
                found.insert((text("function"), text("method"), path.clone()));
            }
        }
        let expected = served().into_iter().map(|(function, method, path, _)| (function, method, path));
        assert_eq!(found, expected.collect());
    }

    #[test]
    fn the_description_has_the_routes_for_staff() {
        let document: serde_json::Value = serde_json::from_str(openapi::COMMITTED).unwrap();
        let mut found = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            found.extend(operations.as_object().unwrap().keys().map(|m| (m.to_uppercase(), path.clone())));
        }
        let staff = served().into_iter().filter(|(_, _, _, staff)| *staff);
        assert_eq!(found, staff.map(|(_, method, path, _)| (method, path)).collect());
    }
}
