//! As much of JSON Schema as the API's description uses: enough to say that a body is surely bad.

use std::collections::BTreeMap;

use paywell_tests::{
    openapi,
    support::{Answer, RouteInfo},
};
use serde_json::{Value, json};

/// The committed description of the API.
pub(super) struct Description(Value);

impl Description {
    pub(super) fn committed() -> Self {
        Self(serde_json::from_str(openapi::COMMITTED).unwrap())
    }

    fn operation(&self, route: &RouteInfo) -> &Value {
        &self.0["paths"][route.pattern][route.method.as_str().to_lowercase()]
    }

    /// Whether a route's description has a header.
    pub(super) fn has_header(&self, route: &RouteInfo, name: &str) -> bool {
        let parameters = self.operation(route)["parameters"].as_array();
        parameters.into_iter().flatten().any(|parameter| parameter["name"] == json!(name))
    }

    /// The schema of a route's body, if it has one.
    pub(super) fn body(&self, route: &RouteInfo) -> Option<&Value> {
        self.operation(route).pointer("/requestBody/content/application~1json/schema")
    }

    /// Whether an answer is as its route's description says.
    pub(super) fn describes(&self, route: &RouteInfo, answer: &Answer) -> bool {
        let response = &self.operation(route)["responses"][answer.status.to_string()];
        let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let described = &response["content"][kind];
        let is_json = kind == "application/json";
        described.is_object() && (!is_json || self.accepts(&described["schema"], &answer.json()))
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// Whether a value is what a schema describes. Formats and patterns are not looked at.
    pub(super) fn accepts(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        let each = |name: &str| schema[name].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        let is_one_of = each("oneOf").len() == 0 || each("oneOf").any(|one| self.accepts(one, value));
        let is_all_of = each("allOf").all(|one| self.accepts(one, value));
        let is_listed = each("enum").len() == 0 || each("enum").any(|one| one == value);
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        };
        let is_of_type = types.is_empty() || types.iter().any(|wanted| *wanted == json!(kind(value)));
        is_one_of && is_all_of && is_listed && is_of_type && self.accepts_inside(schema, value)
    }

    fn accepts_inside(&self, schema: &Value, value: &Value) -> bool {
        let below = |name: &str, count: usize| {
            schema[name].as_u64().is_none_or(|bound| u64::try_from(count).unwrap() >= bound)
        };
        let above = |name: &str, count: usize| {
            schema[name].as_u64().is_none_or(|bound| u64::try_from(count).unwrap() <= bound)
        };
        match value {
            Value::Object(fields) => {
                let required = schema["required"].as_array().into_iter().flatten();
                let known = &schema["properties"];
                required.into_iter().all(|name| fields.contains_key(name.as_str().unwrap()))
                    && fields.iter().all(|(name, value)| match known.get(name) {
                        Some(schema) => self.accepts(schema, value),
                        None => schema["additionalProperties"] != json!(false),
                    })
            }
            Value::Array(items) => {
                below("minItems", items.len())
                    && above("maxItems", items.len())
                    && (schema["items"].is_null()
                        || items.iter().all(|item| self.accepts(&schema["items"], item)))
            }
            Value::String(text) => {
                let length = text.chars().count();
                below("minLength", length) && above("maxLength", length)
            }
            Value::Number(number) => {
                let bound = |name: &str| schema[name].as_i64().map(i128::from);
                let number = number.as_i128();
                number.is_none_or(|number| {
                    bound("minimum").is_none_or(|bound| number >= bound)
                        && bound("maximum").is_none_or(|bound| number <= bound)
                })
            }
            Value::Null | Value::Bool(_) => true,
        }
    }

    /// Every place of a body, there or not, that the schema knows: its pointer, and the one it stands in.
    pub(super) fn places(&self, schema: &Value, value: &Value, pointer: &str) -> BTreeMap<String, String> {
        let schema = self.resolve(schema);
        let mut places = BTreeMap::new();
        for one in ["oneOf", "allOf"].iter().flat_map(|name| schema[*name].as_array()).flatten() {
            places.extend(self.places(one, value, pointer));
        }
        match value {
            Value::Object(fields) => {
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    let inner = format!("{pointer}/{name}");
                    if let Some(value) = fields.get(name) {
                        places.extend(self.places(schema, value, &inner));
                    }
                    places.insert(inner, pointer.to_owned());
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    let inner = format!("{pointer}/{place}");
                    places.extend(self.places(&schema["items"], value, &inner));
                    places.insert(inner, pointer.to_owned());
                }
            }
            _ => {}
        }
        places
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
