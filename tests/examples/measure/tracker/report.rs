//! What the answers cost, for people and for machines.

use std::{cmp::Reverse, collections::BTreeMap};

use paywell_tests::support::engine;
use serde_json::json;

/// What the pages of one answer cost.
pub(super) struct Cost {
    pub(super) name: String,
    /// Whether the goal is one item read for each shown.
    pub(super) natural: bool,
    pub(super) rows: usize,
    pub(super) items: usize,
    pub(super) pages: usize,
    pub(super) rounds: usize,
    pub(super) tenths: u64,
}

impl Cost {
    /// Items read for each row shown, in hundredths.
    fn amplification(&self) -> usize {
        self.items * 100 / self.rows.max(1)
    }
}

/// Prints a practice's figures, the worst by name; gives them a line each.
pub(super) fn report(count: u64, bytes: usize, costs: &[Cost]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut figure = |name: &str, hundredths: u64, unit: &str, n: usize| {
        println!("  {name:<34} {:>6}.{:02} {unit} (n = {n})", hundredths / 100, hundredths % 100);
        let value: serde_json::Number =
            format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().unwrap_or(0.into());
        lines.push(
            json!({ "name": name, "value": value, "unit": unit, "n": n, "invoices": count }).to_string(),
        );
    };
    println!("{count} invoices, {}", if engine().is_external { "DynamoDB Local" } else { "embedded" });
    figure(
        "row_bytes",
        u64::try_from(bytes * 100).unwrap_or_default(),
        "bytes",
        usize::try_from(count).unwrap_or_default(),
    );
    for (class, natural) in [("natural", true), ("other", false)] {
        let mut some: Vec<&Cost> =
            costs.iter().filter(|cost| cost.natural == natural && cost.rows > 0).collect();
        some.sort_by_key(|cost| cost.amplification());
        let at = |share: usize| {
            some.get((some.len().saturating_sub(1)) * share / 100).map_or(0, |cost| cost.amplification())
        };
        for (name, share) in [("median", 50), ("p90", 90), ("p99", 99), ("worst", 100)] {
            figure(
                &format!("amplification.{class}.{name}"),
                u64::try_from(at(share)).unwrap_or_default(),
                "items a row",
                some.len(),
            );
        }
        let mut rounds: BTreeMap<usize, usize> = BTreeMap::new();
        some.iter().for_each(|cost| *rounds.entry(cost.rounds).or_default() += 1);
        println!("  rounds of a page at most, {class}: {rounds:?}");
        let units: u64 =
            some.iter().map(|cost| cost.tenths * 10 / u64::try_from(cost.pages).unwrap_or(1)).sum();
        figure(
            &format!("page_rcu.{class}.mean"),
            units / u64::try_from(some.len().max(1)).unwrap_or(1),
            "RCU",
            some.len(),
        );
        some.sort_by_key(|cost| Reverse(cost.amplification()));
        for cost in some.iter().take(8) {
            println!(
                "    {:>4}.{:02}  {}",
                cost.amplification() / 100,
                cost.amplification() % 100,
                cost.name
            );
        }
    }
    lines
}
