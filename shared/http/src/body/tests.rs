use std::collections::BTreeMap;

use lambda_http::Body;
use lambda_http::http::Method;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::problem::{Kind, kinds};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tender {
    Cash,
    Check,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    quantity: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    tender: Tender,
    lines: Vec<Line>,
    memo: Option<String>,
    #[serde(rename = "a/b~c")]
    odd: Option<bool>,
}

fn request(content_type: &str, body: impl Into<Body>) -> Request {
    lambda_http::http::Request::builder()
        .method(Method::POST)
        .uri("/v1/payments")
        .header(CONTENT_TYPE, content_type)
        .body(body.into())
        .unwrap()
}

fn read(body: &str) -> Result<(Payment, Fingerprint), Problem> {
    parse(&request("application/json", body), DEFAULT_LIMIT)
}

fn assert_refused(body: &str, kind: &Kind, pointer: &str, detail: &str, accepted: &[&str]) {
    let problem = read(body).unwrap_err();
    assert_eq!(problem.kind(), kind, "{body}");
    let error = &problem.document().errors[0];
    assert_eq!((error.pointer.as_str(), error.detail.as_str()), (pointer, detail), "{body}");
    assert_eq!(error.accepted, accepted, "{body}");
}

#[test]
fn a_body_is_read_as_text_and_as_bytes() {
    let body = r#"{"tender":"cash","lines":[{"quantity":2}]}"#;
    let expected = Payment { tender: Tender::Cash, lines: vec![Line { quantity: 2 }], memo: None, odd: None };
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        for body in [Body::from(body), Body::from(body.as_bytes())] {
            assert_eq!(parse::<Payment>(&request(content_type, body), DEFAULT_LIMIT).unwrap().0, expected);
        }
    }
}

#[test]
fn each_bad_field_is_named() {
    let invalid = &kinds::INVALID_FIELD;
    assert_refused(r#"{"tender":"cash"}"#, invalid, "/lines", "Required.", &[]);
    assert_refused(r#"{"tender":"cash","lines":[{}]}"#, invalid, "/lines/0/quantity", "Required.", &[]);
    assert_refused(
        r#"{"tender":"gold","lines":[]}"#,
        invalid,
        "/tender",
        "Not one of the accepted values.",
        &["cash", "check"],
    );
    let number = "Expected a whole number from 0 to 4294967295.";
    for bad in ["\"2\"", "-1", "1.5", "4294967296", "null", "[]"] {
        let body = format!(r#"{{"tender":"cash","lines":[{{"quantity":1}},{{"quantity":{bad}}}]}}"#);
        assert_refused(&body, invalid, "/lines/1/quantity", number, &[]);
    }
    assert_refused(r#"{"tender":"cash","lines":[],"memo":7}"#, invalid, "/memo", "Expected a string.", &[]);
    assert_refused(r#"{"tender":"cash","lines":{}}"#, invalid, "/lines", "Expected a list.", &[]);
    assert_refused(r#"{"tender":"cash","lines":[7]}"#, invalid, "/lines/0", "Expected an object.", &[]);
    assert_refused(r#"{"a/b~c":7}"#, invalid, "/a~1b~0c", "Expected true or false.", &[]);
    for bad in ["7", "null", "\"x\""] {
        assert_refused(bad, invalid, "", "Expected an object.", &[]);
    }
}

#[test]
fn an_unknown_field_is_named_with_what_would_do() {
    let kind = &kinds::UNKNOWN_FIELD;
    let fields = &["tender", "lines", "memo", "a/b~c"];
    assert_refused(r#"{"tendr":"cash"}"#, kind, "/tendr", "There is no such field.", fields);
    assert_refused(r#"{"x/y":1}"#, kind, "/x~1y", "There is no such field.", fields);
    let nested = r#"{"lines":[{"quantity":1,"price":2}]}"#;
    assert_refused(nested, kind, "/lines/0/price", "There is no such field.", &["quantity"]);
}

#[test]
fn a_key_that_comes_twice_is_refused_at_any_depth() {
    let (kind, detail) = (&kinds::INVALID_FIELD, "Sent more than once.");
    assert_refused(r#"{"tender":"cash","tender":"check"}"#, kind, "/tender", detail, &[]);
    assert_refused(r#"{"lines":[{"quantity":1,"quantity":1}]}"#, kind, "/lines/0/quantity", detail, &[]);
    assert_refused(r#"{"memo":"x","\u006demo":"y"}"#, kind, "/memo", detail, &[]);
    let free = request("application/json", r#"{"a":{"b~":1,"b~":2}}"#);
    let problem = parse::<Value>(&free, DEFAULT_LIMIT).unwrap_err();
    assert_eq!(problem.document().errors[0].pointer, "/a/b~0");
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Received {
    Cash {},
    Check { number: String },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Whole {
    All,
    Part(Line),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nested {
    line: Option<Line>,
    received: Option<Received>,
    whole: Option<Whole>,
    pair: Option<(u8, u8)>,
}

fn nested(body: &str) -> Result<Nested, Problem> {
    parse(&request("application/json", body), DEFAULT_LIMIT).map(|(nested, _)| nested)
}

#[test]
fn a_list_is_no_object_at_any_depth() {
    assert_refused(r#"["cash",[],null,null]"#, &kinds::INVALID_FIELD, "", "Expected an object.", &[]);
    let lines = r#"{"tender":"cash","lines":[{"quantity":1},[2]]}"#;
    assert_refused(lines, &kinds::INVALID_FIELD, "/lines/1", "Expected an object.", &[]);
    for (body, pointer) in [
        (r#"{"line":[1]}"#, "/line"),
        (r#"{"received":["cash"]}"#, "/received"),
        (r#"{"received":["check","7"]}"#, "/received"),
        (r#"{"whole":{"part":[1]}}"#, "/whole/part"),
    ] {
        let problem = nested(body).unwrap_err();
        let error = &problem.document().errors[0];
        assert_eq!(
            (error.pointer.as_str(), error.detail.as_str()),
            (pointer, "Expected an object."),
            "{body}"
        );
    }
}

#[test]
fn a_number_is_no_name() {
    for (body, pointer) in [(r#"{"received":{"type":0}}"#, "/received/type"), (r#"{"whole":0}"#, "/whole")] {
        let problem = nested(body).unwrap_err();
        assert_eq!(problem.document().errors[0].pointer, pointer, "{body}");
    }
}

#[test]
fn objects_and_lists_are_read_where_they_belong() {
    let read = nested(r#"{"line":{"quantity":1},"received":{"type":"check","number":"7"},"pair":[1,2]}"#);
    let (line, received) = (Some(Line { quantity: 1 }), Some(Received::Check { number: "7".to_owned() }));
    assert_eq!(read.unwrap(), Nested { line, received, whole: None, pair: Some((1, 2)) });
    assert_eq!(nested(r#"{"received":{"type":"cash"}}"#).unwrap().received, Some(Received::Cash {}));
    assert_eq!(nested(r#"{"whole":"all"}"#).unwrap().whole, Some(Whole::All));
    let part = nested(r#"{"whole":{"part":{"quantity":3}}}"#).unwrap().whole;
    assert_eq!(part, Some(Whole::Part(Line { quantity: 3 })));
    assert!(nested(r#"{"pair":[1,2,3]}"#).is_err() && nested(r#"{"whole":{"part":{},"all":1}}"#).is_err());
    assert!(nested(r#"{"received":{"type":"cash","number":"7"}}"#).is_err());
}

#[test]
fn what_is_not_json_is_refused() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let bad = ["", " ", "{", "{}{}", "{} x", "{'a':1}", "NaN", "{\"a\":1,}", "\u{feff}{}", "1e999", &deep];
    for body in bad {
        assert_eq!(*read(body).unwrap_err().kind(), kinds::MALFORMED_BODY, "{body}");
    }
    let problem =
        parse::<Payment>(&request("application/json", &b"{\"memo\":\"\xff\"}"[..]), 100).unwrap_err();
    assert_eq!(problem.document().errors[0].detail, "Not UTF-8 after byte 9.");
}

#[test]
fn size_and_type_are_looked_at_first() {
    let problem = |content_type, limit| {
        parse::<Payment>(&request(content_type, "{\"x\":1}"), limit).unwrap_err().kind().path
    };
    assert_eq!(problem("application/json", 6), kinds::BODY_TOO_LARGE.path);
    assert_eq!(problem("application/json", 7), kinds::UNKNOWN_FIELD.path);
    for content_type in ["", "text/plain", "application/json-patch+json", "application/x-www-form-urlencoded"]
    {
        assert_eq!(problem(content_type, 7), kinds::UNSUPPORTED_MEDIA_TYPE.path, "{content_type}");
    }
}

#[test]
fn a_form_is_read_as_strictly() {
    let form = |body: &str| {
        form::<BTreeMap<String, String>>(&request("application/x-www-form-urlencoded", body), 99)
    };
    assert_eq!(form("a=1&b=x+y").unwrap()["b"], "x y");
    let problem = form("a=1&a=2").unwrap_err();
    assert_eq!(*problem.kind(), kinds::INVALID_FIELD);
    assert_eq!(problem.document().errors[0].pointer, "/a");
    let problem =
        super::form::<Line>(&request("application/x-www-form-urlencoded", "quantity=x"), 99).unwrap_err();
    assert_eq!(problem.document().errors[0].pointer, "/quantity");
    let problem =
        super::form::<Line>(&request("application/x-www-form-urlencoded", "extra=x"), 99).unwrap_err();
    assert_eq!(*problem.kind(), kinds::UNKNOWN_FIELD);
    assert_eq!(problem.document().errors[0].pointer, "/extra");
    assert_eq!(
        *super::form::<Line>(&request("application/json", "{}"), 99).unwrap_err().kind(),
        kinds::UNSUPPORTED_MEDIA_TYPE
    );
}

#[test]
fn another_method_path_or_body_is_another_command() {
    let body = json!({ "a": 1 });
    let reference = Fingerprint::new(&Method::POST, "/v1/a", Some(&body));
    assert_eq!(reference.to_string().len(), 43);
    assert_ne!(reference, Fingerprint::new(&Method::PUT, "/v1/a", Some(&body)));
    assert_ne!(reference, Fingerprint::new(&Method::POST, "/v1/b", Some(&body)));
    assert_ne!(reference, Fingerprint::new(&Method::POST, "/v1/a", Some(&json!({ "a": "1" }))));
    assert_ne!(reference, Fingerprint::new(&Method::POST, "/v1/a", None));
    assert_ne!(
        Fingerprint::new(&Method::POST, "/v1/a", Some(&json!([1, 2]))),
        Fingerprint::new(&Method::POST, "/v1/a", Some(&json!([2, 1])))
    );
}

/// JSON text whose object fields are in the order given, or in the reverse.
fn written(value: &Value, reversed: bool) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| {
                    format!(" {} : {}", Value::from(name.as_str()), written(value, reversed))
                })
                .collect();
            if reversed {
                fields.reverse();
            }
            format!("{{{}\n}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(item, reversed)).collect();
            format!("[{}]", items.join(" , "))
        }
        scalar => scalar.to_string(),
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn field_order_and_white_space_change_no_fingerprint(value in any_json()) {
        let of = |text: String| parse::<Value>(&request("application/json", text), usize::MAX).unwrap().1;
        let one = of(value.to_string());
        prop_assert_eq!(one, of(written(&value, false)));
        prop_assert_eq!(one, of(written(&value, true)));
    }

    #[test]
    fn a_pointer_leads_to_its_field(keys in prop::collection::vec("[a-z~/0-9é\"]{0,5}", 1..5)) {
        let value = keys.iter().rev().fold(json!("here"), |inner, key| json!({ key: inner }));
        let pointer: String = keys.iter().map(|key| format!("/{}", escape(key))).collect();
        prop_assert_eq!(value.pointer(&pointer), Some(&json!("here")));
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = parse::<Payment>(&request("application/json", bytes), DEFAULT_LIMIT);
    }
}
