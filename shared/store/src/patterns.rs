//! The design of the table: who asks what, and what it costs.

/// Whether a read sees every acknowledged write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// It does.
    Strong,
    /// Within moments; nothing is decided on it.
    Eventual,
    /// It is a write.
    Write,
}

/// A way in which the table is used. There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessPattern {
    /// The method of [`crate::Store`].
    pub method: &'static str,
    /// The question.
    pub question: &'static str,
    /// The index asked, or the table.
    pub index: &'static str,
    /// The key.
    pub key: &'static str,
    /// What it sees.
    pub consistency: Consistency,
    /// Calls, and items read or written.
    pub cost: &'static str,
}

const fn pattern(
    method: &'static str,
    question: &'static str,
    (index, key): (&'static str, &'static str),
    consistency: Consistency,
    cost: &'static str,
) -> AccessPattern {
    AccessPattern { method, question, index, key, consistency, cost }
}

use Consistency::{Eventual, Strong, Write};

/// Every access pattern; the store's README shows it as a table.
pub const ACCESS_PATTERNS: &[AccessPattern] = &[
    pattern(
        "load",
        "What a command decides on",
        ("table", "the keys of its aggregates and its idempotency record"),
        Strong,
        "1 BatchGetItem",
    ),
    pattern(
        "commit",
        "What a command changes",
        ("table", "aggregates, events, journal, rows, counters, answer"),
        Write,
        "1 TransactWriteItems, at most 100 items",
    ),
    pattern(
        "history",
        "An invoice, payment, set, appointment or export with all that happened",
        ("table", "INVOICE#practice#id"),
        Strong,
        "1 Query, its own items",
    ),
    pattern(
        "links_of",
        "The links of an invoice",
        ("table", "INVOICE#practice#id, L#…"),
        Strong,
        "1 Query, its links",
    ),
    pattern(
        "list",
        "Invoices, payments or sets by creation",
        ("by_created", "INVOICES#practice, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… by due date, sets by their next message",
        ("by_due", "INVOICES#practice, date#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… by amount",
        ("by_amount", "INVOICES#practice, cents#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… by the patient's name",
        ("by_name", "INVOICES#practice, name#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… and patients, by a later word of a name",
        ("by_word2", "INVOICES#practice, rest of the name#id"),
        Eventual,
        "1 Query, beside that of by_name",
    ),
    pattern(
        "list",
        "… by a third",
        ("by_word3", "INVOICES#practice, rest of the name#id"),
        Eventual,
        "1 Query, beside that of by_name",
    ),
    pattern(
        "list",
        "… by a fourth",
        ("by_word4", "INVOICES#practice, rest of the name#id"),
        Eventual,
        "1 Query, beside that of by_name",
    ),
    pattern(
        "list",
        "… that are paid, by when",
        ("by_paid", "INVOICES#practice, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "The invoice or payment of a number, the patient of another system's id",
        ("by_number", "INVOICES#practice, number#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a status by creation",
        ("by_status", "INVOICES#practice#status, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a status by due date",
        ("by_status_due", "INVOICES#practice#status, date#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a status by amount",
        ("by_status_amount", "INVOICES#practice#status, cents#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a status by the patient's name",
        ("by_status_name", "INVOICES#practice#status, name#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a patient",
        ("by_patient", "INVOICES#practice#patient, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… of a location (invoices), a method (payments) or a rule set (sets)",
        ("by_facet", "INVOICES#practice#facet, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "Invoices with a line of a code; patients with a telephone number",
        ("by_code1", "INVOICES#practice#code, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… as their second code",
        ("by_code2", "INVOICES#practice#code, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "list",
        "… as their third code, and those with more",
        ("by_code3", "INVOICES#practice#code or *, instant#id"),
        Eventual,
        "1 Query a round: a page and one, at most 2,000 items",
    ),
    pattern(
        "counters",
        "How many and how much in every status, and what was collected, by month",
        ("table", "COUNTERS#practice#shard, S and Y#year"),
        Strong,
        "1 BatchGetItem, 8 items and 8 a year",
    ),
    pattern(
        "all_counters",
        "Everything that is counted",
        ("table", "COUNTERS#practice#shard"),
        Strong,
        "8 Queries at once",
    ),
    pattern(
        "journal",
        "A month's journal",
        ("table", "JOURNAL#practice#month, time#cause"),
        Strong,
        "1 Query a megabyte",
    ),
    pattern("pointer", "What a token leads to", ("table", "TOKEN#hash"), Strong, "1 GetItem"),
    pattern(
        "customer",
        "Whose a customer or method of the processor is",
        ("table", "CUSTOMER#id"),
        Strong,
        "1 GetItem",
    ),
    pattern(
        "due",
        "Invoice sets and payment plans due, payments to ask the processor about, copays to collect and exports to go on with, by now, of all practices",
        (
            "queues",
            "DUE#shard, PLANS#shard, UNSETTLED#shard, COPAYS#shard or EXPORTS#shard, instant#practice#id",
        ),
        Eventual,
        "1 Query a shard, only what is due",
    ),
    pattern(
        "practices",
        "Every practice",
        ("queues", "PRACTICES#ALL, practice"),
        Eventual,
        "1 Query a megabyte",
    ),
    pattern(
        "changes",
        "Everything that a practice has with a history, or what was changed since a day: keys, versions and heads",
        ("changed", "CHANGED#practice, day"),
        Eventual,
        "1 Query a page, about 150 bytes each",
    ),
    pattern(
        "chain",
        "The texts and hashes of a history",
        ("table", "KIND#practice#id"),
        Strong,
        "1 Query, its own items",
    ),
    pattern(
        "row_ids",
        "Which rows a list holds",
        ("table", "INVOICES#practice, PAYMENTS#practice or SETS#practice, id"),
        Strong,
        "1 Query a megabyte",
    ),
    pattern(
        "rebuild_rows",
        "What is derived from some aggregates, made anew",
        ("table", "KIND#practice#id, and their rows"),
        Write,
        "2 BatchGetItems a hundred, and of each that is wrong 2 and 1 TransactWriteItems",
    ),
    pattern(
        "remove_rows_of_nothing",
        "Rows that no aggregate has, removed",
        ("table", "INVOICES#practice, PAYMENTS#practice or SETS#practice, id"),
        Write,
        "1 Query a megabyte, 1 BatchGetItem a hundred, and of each 1 and 1 TransactWriteItems",
    ),
    pattern(
        "correct_counter",
        "A counter that is off",
        ("table", "COUNTERS#practice#shard, S or Y#year"),
        Write,
        "1 TransactWriteItems",
    ),
    pattern(
        "counted_in_shard",
        "What a shard holds of it",
        ("table", "COUNTERS#practice#shard, S or Y#year"),
        Strong,
        "1 BatchGetItem",
    ),
    pattern(
        "journal_items",
        "A month's journal, item by item",
        ("table", "JOURNAL#practice#month, time#cause"),
        Strong,
        "1 Query a megabyte",
    ),
    pattern(
        "take_numbers",
        "The next numbers of a series",
        ("table", "NUMBERS#practice#series"),
        Write,
        "1 UpdateItem a block",
    ),
    pattern(
        "patients_by_contact",
        "Whom a mail address or telephone number answers for",
        ("table", "CONTACTS#practice, hash#patient"),
        Strong,
        "1 Query, an item a patient",
    ),
    pattern(
        "add_sends",
        "How much of a practice's outreach went out on a day",
        ("table", "SENDS#practice#day"),
        Write,
        "1 UpdateItem for what is read together",
    ),
    pattern(
        "count_attempt",
        "How many identity checks, or codes asked for and tried, this hour",
        ("table", "ATTEMPTS#practice#link, contact or source#hour"),
        Write,
        "1 UpdateItem",
    ),
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const README: &str = include_str!("../README.md");

    fn rendered() -> String {
        let mut table =
            String::from("| method | question | index | key | sees | cost |\n|---|---|---|---|---|---|\n");
        for p in ACCESS_PATTERNS {
            let sees = match p.consistency {
                Strong => "every acknowledged write",
                Eventual => "eventually",
                Write => "write",
            };
            let _ = writeln!(
                table,
                "| `{}` | {} | {} | `{}` | {sees} | {} |",
                p.method, p.question, p.index, p.key, p.cost
            );
        }
        table
    }

    #[test]
    fn the_readme_shows_the_access_patterns() {
        assert!(README.contains(&rendered()), "shared/store/README.md should hold:\n\n{}", rendered());
    }

    #[test]
    fn every_index_of_the_table_has_a_pattern() {
        for index in crate::TABLE.indexes {
            assert!(ACCESS_PATTERNS.iter().any(|p| p.index == index.name), "{}", index.name);
        }
    }
}
