//! How often what happened, and what must have happened for a run to prove anything.

use std::collections::BTreeMap;

/// Of what the run is for there is at least so much in a whole run, or it proves nothing.
const LEAST: u64 = 20;

/// What is counted: of the first three at least so much, of each other at least one.
const KINDS: [&str; 61] = [
    "mail",
    "text",
    "task",
    "fallback",
    "unknown",
    "failed",
    "answer to a text",
    "lost night",
    "twice at once",
    "race",
    "run at night",
    "throttled",
    "provider error",
    "answer lost",
    "put off until day",
    "sent now",
    "not sent now",
    "spanish",
    "guarantor",
    "charge",
    "payment",
    "pause",
    "pause with an end",
    "resume",
    "cancel",
    "write-off",
    "write-off taken back",
    "change of rules",
    "mail corrected",
    "number corrected",
    "zone corrected",
    "guarantor corrected",
    "death",
    "consent given",
    "consent withdrawn",
    "STOP",
    "START",
    "HELP",
    "other reply",
    "reply read",
    "reply read as a stop",
    "spoken stop",
    "bounce",
    "bounce lifted",
    "other rules followed",
    "rules revised",
    "collections",
    "collections taken back",
    "chased again",
    "refund",
    "chased for a refund",
    "arrived",
    "came back",
    "came back for good",
    "complaint",
    "goes another way",
    "staff do it instead",
    "no way is left",
    "came back late",
    "other holidays",
    "run on a holiday",
];

/// What there is too little of.
pub(super) fn missing(counts: &BTreeMap<&'static str, u64>) -> Vec<&'static str> {
    let least = |place: usize| if place < 3 { LEAST } else { 1 };
    let too_few = |(place, kind): &(usize, &&'static str)| {
        counts.get(**kind).copied().unwrap_or_default() < least(*place)
    };
    KINDS.iter().enumerate().filter(too_few).map(|(_, kind)| *kind).collect()
}
