//! Values that have no business where they are put.

use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Texts: no amounts, no days, no instants, no ids; too long, too odd.
const TEXTS: [&str; 44] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}evil",
    "\u{feff}",
    "\u{1f4b8}",
    "e\u{301}\u{301}\u{301}",
    "line\nline",
    "\u{7f}",
    "1e3",
    "12.345",
    "-5",
    "-0.00",
    "0",
    "NaN",
    "Infinity",
    "99999999999999999999.99",
    "1,000.00",
    "\u{665}.00",
    "+5.00",
    "0x10",
    "100.01%",
    "%",
    "2026-02-30",
    "0000-00-00",
    "+262142-12-31",
    "2026-06-01T25:00:00Z",
    "2026-06-01T12:00:00.123456789123Z",
    "2026-06-01T12:00:60Z",
    "9999-12-31T23:59:59Z",
    "-262143-01-01T00:00:00Z",
    "inv_01h455vb4pex5vsknk084sn02q",
    "pat_01h455vb4pex5vsknk084sn02q",
    "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "PAT_01H455VB4PEX5VSKNK084SN02Q",
    "pat_",
    "../../etc/passwd",
    "' OR 1=1 --",
    "{\"$ne\":null}",
    "<script>alert(1)</script>",
    "${jndi:ldap://127.0.0.1/}",
    "null",
    "USD\u{0}",
];

/// Ids and other segments of a path, as they stand in it.
const SEGMENTS: [&str; 17] = [
    "x",
    "inv_",
    "inv_01h455vb4pex5vsknk084sn02!",
    "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "inv_01h455vb4pex5vsknk084sn02q%00",
    "%00",
    "%FF%FE",
    "%",
    "%2e%2e",
    "%2F..%2F",
    "..",
    "%F0%9F%92%B8",
    "INV_01H455VB4PEX5VSKNK084SN02Q",
    "pat_01h455vb4pex5vsknk084sn02q;x=1",
    "lnk_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    "null",
    "-1",
];

/// Queries of a list that are none.
const QUERIES: [&str; 20] = [
    "limit=0",
    "limit=-1",
    "limit=101",
    "limit=1e2",
    "limit=99999999999999999999",
    "limit=%EF%BC%95",
    "limit=5&limit=5",
    "sort=colour",
    "sort=%00",
    "status=",
    "status=late",
    "status=paid,paid,%00",
    "cursor=",
    "cursor=%FF",
    "cursor=AAAA",
    "cursor=e30.e30",
    "cursor=%00%00%00%00",
    "colour=red",
    "limit[]=5",
    "=",
];

const CONTENT_TYPES: [&str; 8] = [
    "",
    "text/plain",
    "application/xml",
    "application/jsonx",
    "multipart/form-data; boundary=x",
    "application/json, application/json",
    "application\\json",
    "\u{e9}",
];

const VERSIONS: [&str; 12] = [
    "*",
    "W/\"1\"",
    "1",
    "\"1\", \"2\"",
    "\"01\"",
    "\"-1\"",
    "\"18446744073709551616\"",
    "\"99\"",
    "\"",
    "\"x\"",
    "",
    "\u{e9}",
];

const KEYS: [&str; 9] = ["", "\"\"", "\"", "a b", "a,b", "a;b", "\"\\x\"", "\u{e9}", "key\\"];

/// Bodies that are no JSON text of one object.
const TEXTS_OF_BODIES: [&str; 16] = [
    "",
    " ",
    "{",
    "}",
    "{}{}",
    "nonsense",
    "{\"a\":}",
    "{'a':1}",
    "{\"a\":1e999}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":01}",
    "\u{feff}{}",
    "null",
    "7",
    "\"x\"",
    "[{}]",
];

pub(super) fn one_of(rng: &mut ChaCha8Rng, from: &[&'static str]) -> &'static str {
    from.choose(rng).unwrap()
}

pub(super) fn segment(rng: &mut ChaCha8Rng) -> String {
    if rng.random_ratio(1, 12) { "a".repeat(2_000) } else { one_of(rng, &SEGMENTS).to_owned() }
}

pub(super) fn query(rng: &mut ChaCha8Rng) -> String {
    if rng.random_ratio(1, 12) {
        format!("cursor={}", "A".repeat(4_000))
    } else {
        one_of(rng, &QUERIES).to_owned()
    }
}

pub(super) fn content_type(rng: &mut ChaCha8Rng) -> &'static str {
    one_of(rng, &CONTENT_TYPES)
}

pub(super) fn version(rng: &mut ChaCha8Rng) -> &'static str {
    one_of(rng, &VERSIONS)
}

pub(super) fn key(rng: &mut ChaCha8Rng) -> String {
    if rng.random_ratio(1, 8) { "k".repeat(256) } else { one_of(rng, &KEYS).to_owned() }
}

pub(super) fn body(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..6) {
        0 => "[".repeat(5_000) + &"]".repeat(5_000),
        1 => "{\"a\":".repeat(200) + "1" + &"}".repeat(200),
        2 => " ".repeat(64 * 1024 + 1),
        _ => one_of(rng, &TEXTS_OF_BODIES).to_owned(),
    }
}

/// A value of any type.
pub(super) fn value(rng: &mut ChaCha8Rng) -> Value {
    match rng.random_range(0..16) {
        0 => Value::Null,
        1 => json!(rng.random::<bool>()),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(i64::MIN),
        5 => json!(u64::MAX),
        6 => serde_json::from_str(["5.0", "1e308", "0.1", "-0.0"].choose(rng).unwrap()).unwrap(),
        7 => json!(rng.random_range(1..100_000)),
        8 => json!([]),
        9 => json!({}),
        10 => json!([[]]),
        11 => json!({ "": null }),
        12 => json!("x".repeat(*[61, 121, 256, 501, 5_000, 60_000].choose(rng).unwrap())),
        _ => json!(one_of(rng, &TEXTS)),
    }
}
