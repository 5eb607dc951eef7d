//! What a function's role lets it do, by the template's word: what it asks of the table is held to it at the wire, and it has no
//! client for what it may not call.

use std::sync::LazyLock;

use serde_json::Value;

use crate::template::{Function, Grant, TEMPLATE, Template, parse};

/// The role of a function.
#[derive(Debug)]
pub(super) struct Role {
    function: &'static str,
    allowed: &'static Function,
}

/// What a request asks: one action on one resource, of some partitions.
struct Asked<'a> {
    action: &'static str,
    /// As the template writes it.
    resource: String,
    partitions: Vec<&'a str>,
    in_transaction: bool,
}

impl Role {
    /// The role that the template gives a function.
    pub(super) fn of(function: &'static str) -> Self {
        static STACK: LazyLock<Template> = LazyLock::new(|| parse(TEMPLATE));
        Self { function, allowed: &STACK.functions[function] }
    }

    /// Whether an action is allowed on anything.
    pub(super) fn may(&self, action: &str) -> bool {
        self.allowed.grants.iter().any(|grant| grant.actions.iter().any(|allowed| allowed == action))
    }

    /// Whether it may read a secret, by its name in the template.
    pub(super) fn knows(&self, secret: &str) -> bool {
        self.allowed.secrets.contains(secret)
    }

    /// A request that the role does not allow ends the test: in production it would be refused.
    pub(super) fn require(&self, operation: &str, request: &Value) {
        for asked in asked(operation, request) {
            let Asked { action, resource, partitions, in_transaction } = &asked;
            let allowed = self.allowed.grants.iter().any(|grant| allows(grant, &asked));
            let within = if *in_transaction { "within a transaction " } else { "" };
            assert!(
                allowed,
                "the role of {} in infra/template.yaml does not allow {action} {within}on {resource} of {partitions:?}",
                self.function,
            );
        }
    }
}

/// One statement must cover all partitions of a request: `ForAllValues` is asked of each statement by itself.
fn allows(grant: &Grant, asked: &Asked<'_>) -> bool {
    let matches = |pattern: &String, text: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    };
    let key = |partition: &&str| grant.leading_keys.iter().any(|pattern| matches(pattern, partition));
    grant.actions.iter().any(|action| action == asked.action)
        && grant.resources.iter().any(|resource| matches(resource, &asked.resource))
        && (asked.in_transaction || !grant.in_transaction)
        && asked.partitions.iter().all(key)
}

fn asked<'a>(operation: &str, request: &'a Value) -> Vec<Asked<'a>> {
    let one = |action, partitions| Asked {
        action,
        resource: "Table.Arn".to_owned(),
        partitions,
        in_transaction: false,
    };
    match operation {
        "GetItem" => vec![one("dynamodb:GetItem", vec![partition(&request["Key"])])],
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().unwrap().values();
            let keys = tables.flat_map(|table| table["Keys"].as_array().unwrap());
            vec![one("dynamodb:BatchGetItem", keys.map(partition).collect())]
        }
        "Query" => {
            let index = request["IndexName"].as_str();
            let resource =
                index.map_or("Table.Arn".to_owned(), |index| format!("${{Table.Arn}}/index/{index}"));
            vec![Asked { resource, ..one("dynamodb:Query", vec![queried(request)]) }]
        }
        "PutItem" => vec![one("dynamodb:PutItem", vec![partition(&request["Item"])])],
        "UpdateItem" => vec![one("dynamodb:UpdateItem", vec![partition(&request["Key"])])],
        "TransactWriteItems" => {
            const WRITES: [(&str, &str, &str); 4] = [
                ("Put", "Item", "dynamodb:PutItem"),
                ("Update", "Key", "dynamodb:UpdateItem"),
                ("Delete", "Key", "dynamodb:DeleteItem"),
                ("ConditionCheck", "Key", "dynamodb:ConditionCheckItem"),
            ];
            let items = request["TransactItems"].as_array().unwrap();
            let of = |(kind, holds, action): (&str, &str, &'static str)| {
                let written = items.iter().filter_map(|item| item.get(kind));
                let partitions = written.map(|write| partition(&write[holds])).collect();
                Asked { in_transaction: true, ..one(action, partitions) }
            };
            WRITES.into_iter().map(of).filter(|asked| !asked.partitions.is_empty()).collect()
        }
        other => panic!("no function asks the table for {other}"),
    }
}

fn partition(key: &Value) -> &str {
    key["pk"]["S"].as_str().unwrap()
}

/// The partition that a query reads: what its first condition is equal to.
fn queried(request: &Value) -> &str {
    let condition = request["KeyConditionExpression"].as_str().unwrap();
    let placeholder = condition.split(" AND ").next().and_then(|first| first.split(" = ").nth(1)).unwrap();
    request["ExpressionAttributeValues"][placeholder]["S"].as_str().unwrap()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn get(partitions: &[&str]) -> Value {
        let keys: Vec<Value> = partitions.iter().map(|pk| json!({ "pk": { "S": pk } })).collect();
        json!({ "RequestItems": { "paywell": { "Keys": keys } } })
    }

    fn query(index: &str, partition: &str) -> Value {
        json!({
            "IndexName": index,
            "KeyConditionExpression": "queue = :shard AND due_at < :until",
            "ExpressionAttributeValues": { ":shard": { "S": partition }, ":until": { "S": "2026" } },
        })
    }

    #[test]
    fn what_the_template_grants_is_asked_for() {
        Role::of("outreach").require("Query", &query("queues", "DUE#0"));
        Role::of("links").require("BatchGetItem", &get(&["LINK#prac_a#1", "INVOICE#prac_a#1"]));
    }

    #[test]
    #[should_panic(expected = "the role of links")]
    fn one_partition_that_is_not_granted_is_enough() {
        Role::of("links").require("BatchGetItem", &get(&["LINK#prac_a#1", "SET#prac_a#1"]));
    }

    #[test]
    #[should_panic(expected = "the role of outreach")]
    fn an_index_that_is_not_granted_is_refused() {
        Role::of("outreach").require("Query", &query("changed", "DUE#0"));
    }

    #[test]
    #[should_panic(expected = "dynamodb:PutItem on Table.Arn")]
    fn what_is_granted_in_a_transaction_is_not_outside_of_one() {
        Role::of("links").require("PutItem", &json!({ "Item": { "pk": { "S": "LINK#prac_a#1" } } }));
    }
}
