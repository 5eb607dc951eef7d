//! The stack's template, as far as it must agree with the code: routes, table, permissions, secrets.
#![expect(clippy::indexing_slicing, reason = "JSON indexed by what it lacks is null")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The template of this stack.
pub const TEMPLATE: &str = include_str!("../../infra/template.yaml");

/// What a template defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The functions by name, such as `processor-events`.
    pub functions: BTreeMap<String, Function>,
    /// When what starts, by the schedule's name in the template: `rate(15 minutes)`.
    pub schedules: BTreeMap<String, String>,
    /// The one table.
    pub table: Table,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The routes that lead to it.
    pub routes: BTreeSet<Route>,
    /// The names of its environment variables.
    pub environment: BTreeSet<String>,
    /// The secrets whose ARNs its environment has, by their names in the template.
    pub secrets: BTreeSet<String>,
    /// What its role allows.
    pub grants: Vec<Grant>,
    /// After how many seconds it is ended; 0 where the template leaves that open.
    pub time_limit: u64,
    /// How many megabytes it has, and with them how much of a processor.
    pub memory: u64,
}

/// A route of the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// `GET`
    pub method: String,
    /// `/v1/invoices/{id}`
    pub path: String,
    /// Whether the gateway asks for staff's token.
    pub staff: bool,
}

/// A statement of a role's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `dynamodb:Query`
    pub actions: Vec<String>,
    /// As the template writes them, without tags: `Table.Arn`, `${Table.Arn}/index/by_due`.
    pub resources: Vec<String>,
    /// Patterns of partition keys; empty where it is not held to any.
    pub leading_keys: Vec<String>,
    /// Whether it holds within a transaction alone.
    pub in_transaction: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The attribute of the partition key.
    pub hash: String,
    /// The attribute of the sort key.
    pub range: String,
    /// The attribute after whose time an item may be deleted.
    pub ttl: String,
    /// The defined attributes with their types.
    pub attributes: BTreeMap<String, String>,
    /// The indexes.
    pub indexes: Vec<Index>,
}

/// An index over a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The attribute of its partition key.
    pub hash: String,
    /// The attribute of its sort key.
    pub range: String,
    /// `ALL`, `KEYS_ONLY`, `INCLUDE v h`
    pub projection: String,
}

/// Reads a SAM template. What it lacks is empty here, for the tests to miss.
///
/// # Panics
/// It is not YAML.
pub fn parse(yaml: &str) -> Template {
    let template = document(yaml);
    let resources = &template["Resources"];
    let functions = of_type(resources, "AWS::Serverless::Function").map(|(_, properties)| {
        let name = text(&properties["FunctionName"]).trim_start_matches("paywell-${Stage}-").to_owned();
        (name, function(properties, resources))
    });
    let schedules = of_type(resources, "AWS::Scheduler::Schedule");
    let schedules =
        schedules.map(|(name, properties)| (name.to_owned(), text(&properties["ScheduleExpression"])));
    let table = of_type(resources, "AWS::DynamoDB::Table").map(|(_, properties)| table(properties)).next();
    Template {
        functions: functions.collect(),
        schedules: schedules.collect(),
        table: table.unwrap_or_else(|| self::table(&Value::Null)),
    }
}

/// Tags vanish: `!Ref Table` is `Table`, `!GetAtt Table.Arn` is `Table.Arn`, `!Sub "${Stage}-x"` is `${Stage}-x`.
#[expect(clippy::panic, reason = "for tests, which are to end here")]
fn document(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("the template is not YAML: {error}"))
}

fn of_type<'a>(resources: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let all = resources.as_object().into_iter().flatten();
    all.filter(move |(_, r)| r["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
}

fn function(properties: &Value, resources: &Value) -> Function {
    let events = properties["Events"].as_object().into_iter().flat_map(|events| events.values());
    let routes = events.filter(|event| event["Type"] == "HttpApi").map(|event| {
        let route = &event["Properties"];
        let staff = route["Auth"]["Authorizer"] != "NONE";
        Route { method: text(&route["Method"]), path: text(&route["Path"]), staff }
    });
    let variables = properties["Environment"]["Variables"].as_object();
    let secrets = variables.into_iter().flatten().filter(|(name, _)| name.ends_with("_ARN"));
    let role = text(&properties["Role"]);
    let role = &resources[role.trim_end_matches(".Arn")]["Properties"];
    let statements =
        list(&role["Policies"]).iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    Function {
        routes: routes.collect(),
        environment: variables.into_iter().flat_map(|variables| variables.keys().cloned()).collect(),
        secrets: secrets.map(|(_, secret)| text(secret)).collect(),
        grants: statements.map(grant).collect(),
        time_limit: properties["Timeout"].as_u64().unwrap_or_default(),
        memory: properties["MemorySize"].as_u64().unwrap_or_default(),
    }
}

fn grant(statement: &Value) -> Grant {
    let condition = &statement["Condition"];
    Grant {
        actions: texts(&statement["Action"]),
        resources: texts(&statement["Resource"]),
        leading_keys: texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]),
        in_transaction: condition["StringEquals"]["dynamodb:EnclosingOperation"] == "TransactWriteItems",
    }
}

fn table(properties: &Value) -> Table {
    let attributes = list(&properties["AttributeDefinitions"]).iter();
    let indexes = list(&properties["GlobalSecondaryIndexes"]).iter().map(|index| Index {
        name: text(&index["IndexName"]),
        hash: key(index, "HASH"),
        range: key(index, "RANGE"),
        projection: projection(&index["Projection"]),
    });
    Table {
        hash: key(properties, "HASH"),
        range: key(properties, "RANGE"),
        ttl: text(&properties["TimeToLiveSpecification"]["AttributeName"]),
        attributes: attributes.map(|a| (text(&a["AttributeName"]), text(&a["AttributeType"]))).collect(),
        indexes: indexes.collect(),
    }
}

fn projection(of: &Value) -> String {
    let words = std::iter::once(text(&of["ProjectionType"])).chain(texts(&of["NonKeyAttributes"]));
    words.collect::<Vec<_>>().join(" ")
}

fn key(of: &Value, kind: &str) -> String {
    let found = list(&of["KeySchema"]).iter().find(|element| element["KeyType"] == kind);
    found.map(|element| text(&element["AttributeName"])).unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One, or several.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
