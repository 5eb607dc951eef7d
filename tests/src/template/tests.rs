//! The template against the code, and against itself.

use std::path::Path;

use paywell_gateways::message_events;
use paywell_store::{Holds, TABLE};

use super::*;

/// What partition keys begin with: `shared/store/src/keys.rs`.
const ENTITIES: [&str; 39] = [
    "APPOINTMENT",
    "ATTEMPTS",
    "CHANGED",
    "CONTACTS",
    "COPAYS",
    "COUNTERS",
    "CUSTOMER",
    "DUE",
    "EXPORT",
    "EXPORTS",
    "IDEMPOTENCY",
    "INVOICE",
    "INVOICES",
    "JOURNAL",
    "LINK",
    "METHODS",
    "NUMBERS",
    "PATIENT",
    "PATIENTS",
    "PAYMENT",
    "PAYMENTS",
    "PAYOUT",
    "PLAN",
    "PLANS",
    "PRACTICE",
    "PRACTICES",
    "RULESET",
    "SENDS",
    "SESSION",
    "SET",
    "SETS",
    "SIGNIN",
    "STANDING",
    "TEXTNUMBER",
    "TOKEN",
    "TRANSACTIONS",
    "TREATMENT",
    "UNSETTLED",
    "WEBHOOK",
];

/// Settings that are read from Secrets Manager, by their names in the template.
const SECRETS: [(&str, &[&str]); 4] = [
    ("PAYWELL_CURSOR_KEY", &["CursorKey"]),
    ("PAYWELL_LINK_KEY", &["LinkKey"]),
    // The second reads alone.
    ("STRIPE_SECRET_KEY", &["StripeSecretKey", "StripeReadKey"]),
    ("STRIPE_WEBHOOK_SECRET", &["StripeWebhookSecret"]),
];

fn names<'a>(of: impl IntoIterator<Item = &'a String>) -> BTreeSet<&'a str> {
    of.into_iter().map(String::as_str).collect()
}

fn on_table(function: &Function) -> impl Iterator<Item = &Grant> {
    function.grants.iter().filter(|grant| grant.actions.iter().any(|action| action.starts_with("dynamodb:")))
}

#[test]
fn tags_of_every_kind_are_read() {
    let read = document("a: !Ref T\nb: !GetAtt T.Arn\nc: !Sub 'x-${T}'\nd: !FindInMap [A, !Ref B, C]\n");
    assert_eq!(read, serde_json::json!({ "a": "T", "b": "T.Arn", "c": "x-${T}", "d": ["A", "B", "C"] }));
}

#[test]
fn the_table_is_the_stores() {
    let table = parse(TEMPLATE).table;
    assert_eq!((&*table.hash, &*table.range, &*table.ttl), (TABLE.hash, TABLE.range, TABLE.ttl));
    let attributes = TABLE.key_attributes().into_iter().map(|name| (name.to_owned(), "S".to_owned()));
    assert_eq!(table.attributes, attributes.collect());
    let indexes = TABLE.indexes.iter().map(|index| Index {
        name: index.name.to_owned(),
        hash: index.hash.to_owned(),
        range: index.range.to_owned(),
        projection: match index.holds {
            Holds::Keys => "KEYS_ONLY".to_owned(),
            Holds::Also(names) => format!("INCLUDE {}", names.join(" ")),
        },
    });
    assert_eq!(table.indexes, indexes.collect::<Vec<_>>());
}

#[test]
fn every_function_has_its_log_and_alarms() {
    let (template, document) = (parse(TEMPLATE), document(TEMPLATE));
    let watched = texts(&document["Resources"]["Fn::ForEach::Functions"][1]);
    assert_eq!(names(&watched), names(template.functions.keys()));
    let slow = document["Mappings"]["Slow"].as_object().unwrap();
    assert_eq!(names(slow.keys()), names(template.functions.keys()));
}

#[test]
fn what_strangers_reach_is_limited_by_itself() {
    let (template, document) = (parse(TEMPLATE), document(TEMPLATE));
    let routes = template.functions.values().flat_map(|function| &function.routes);
    let public: Vec<String> =
        routes.filter(|r| !r.staff).map(|r| format!("{} {}", r.method, r.path)).collect();
    let limited = document["Resources"]["Api"]["Properties"]["RouteSettings"].as_object().unwrap();
    assert_eq!(names(limited.keys()), names(&public));
}

#[test]
fn only_the_pay_page_the_portal_and_webhooks_are_public() {
    for route in parse(TEMPLATE).functions.values().flat_map(|function| &function.routes) {
        assert_eq!(route.staff, route.path.starts_with("/v1/"), "{route:?}");
        assert!(
            ["/v1/", "/pay/", "/portal/", "/webhooks/"].iter().any(|start| route.path.starts_with(start)),
            "{route:?}"
        );
    }
}

#[test]
fn no_route_leads_to_two_functions() {
    let template = parse(TEMPLATE);
    let mut seen = BTreeSet::new();
    for route in template.functions.values().flat_map(|function| &function.routes) {
        assert!(seen.insert((&route.method, &route.path)), "{route:?}");
    }
}

#[test]
fn access_logs_name_the_route_and_never_the_path() {
    let document = document(TEMPLATE);
    let format = text(&document["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]);
    assert!(format.contains("$context.routeKey"));
    for holds_the_token in ["$context.path", "$context.http.path", "$context.requestOverride"] {
        assert!(!format.contains(holds_the_token), "{holds_the_token}");
    }
}

#[test]
fn every_use_of_the_table_is_held_to_known_keys() {
    for (name, function) in parse(TEMPLATE).functions {
        assert!(on_table(&function).next().is_some(), "{name}");
        for grant in on_table(&function) {
            assert!(!grant.leading_keys.is_empty(), "{name}: {grant:?}");
            for pattern in &grant.leading_keys {
                let entity = pattern.strip_suffix("#*").unwrap_or_default();
                assert!(ENTITIES.contains(&entity), "{name}: {pattern}");
            }
            for resource in &grant.resources {
                let index = resource.strip_prefix("${Table.Arn}/index/");
                let known =
                    |index: &str| index == "by_*" || TABLE.indexes.iter().any(|known| known.name == index);
                assert!(resource == "Table.Arn" || index.is_some_and(known), "{name}: {resource}");
                assert!(index.is_none() || grant.actions == ["dynamodb:Query"], "{name}: {grant:?}");
            }
        }
    }
}

#[test]
fn decisions_are_written_in_transactions_alone() {
    for (name, function) in parse(TEMPLATE).functions {
        for grant in on_table(&function) {
            for action in &grant.actions {
                match action.as_str() {
                    "dynamodb:BatchGetItem"
                    | "dynamodb:ConditionCheckItem"
                    | "dynamodb:GetItem"
                    | "dynamodb:Query" => {}
                    "dynamodb:DeleteItem" | "dynamodb:PutItem" => {
                        assert!(grant.in_transaction, "{name}: {grant:?}");
                    }
                    "dynamodb:UpdateItem" => {
                        let counts =
                            |key: &String| ["NUMBERS#*", "ATTEMPTS#*", "SENDS#*"].contains(&key.as_str());
                        let counts = grant.leading_keys.iter().all(counts);
                        assert!(grant.in_transaction || counts, "{name}: {grant:?}");
                    }
                    other => panic!("{name} may {other}"),
                }
            }
        }
    }
}

#[test]
fn the_tracker_reads_and_nothing_else() {
    let tracker = parse(TEMPLATE).functions.remove("tracker").unwrap();
    for grant in on_table(&tracker) {
        assert!(
            grant.actions.iter().all(|a| a == "dynamodb:BatchGetItem" || a == "dynamodb:Query"),
            "{grant:?}"
        );
    }
}

#[test]
fn documents_are_read_and_nothing_else() {
    let documents = parse(TEMPLATE).functions.remove("documents").unwrap();
    for grant in on_table(&documents) {
        let reads = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
        assert!(grant.actions.iter().all(|action| reads.contains(&action.as_str())), "{grant:?}");
        assert!(grant.resources == ["Table.Arn"], "no list: {grant:?}");
    }
}

#[test]
fn exports_read_lists_and_write_of_the_table_nothing_but_themselves() {
    let exports = parse(TEMPLATE).functions.remove("exports").unwrap();
    for grant in on_table(&exports) {
        let may_write = grant.actions.iter().any(|action| action == "dynamodb:PutItem");
        let reads = ["dynamodb:BatchGetItem", "dynamodb:Query"];
        assert!(
            may_write || grant.actions.iter().all(|action| reads.contains(&action.as_str())),
            "{grant:?}"
        );
        let own = ["EXPORT#*", "IDEMPOTENCY#*"];
        assert!(!may_write || grant.leading_keys.iter().all(|key| own.contains(&key.as_str())), "{grant:?}");
    }
}

#[test]
fn files_of_exports_are_private_and_forgotten_when_the_answer_says_so() {
    let document = document(TEMPLATE);
    let files = &document["Resources"]["ExportFiles"]["Properties"];
    let rule = &files["LifecycleConfiguration"]["Rules"][0];
    assert_eq!((&rule["Status"], &rule["Prefix"]), (&Value::from("Enabled"), &Value::Null), "every object");
    assert_eq!(rule["ExpirationInDays"], paywell_domain::export::KEPT_DAYS);
    for block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        assert_eq!(files["PublicAccessBlockConfiguration"][block], true, "{block}");
    }
    let encryption = &files["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "aws:kms");
    assert!(files["ObjectLockEnabled"].is_null(), "what is locked cannot be deleted");
}

#[test]
fn nothing_is_allowed_on_everything() {
    for (name, function) in parse(TEMPLATE).functions {
        for grant in &function.grants {
            assert!(grant.actions.iter().all(|action| !action.contains('*')), "{name}: {grant:?}");
            assert!(grant.resources.iter().all(|resource| resource != "*"), "{name}: {grant:?}");
        }
    }
}

#[test]
fn a_function_may_read_the_secrets_it_is_told_of_and_no_other() {
    for (name, function) in parse(TEMPLATE).functions {
        let reads = |grant: &&Grant| grant.actions == ["secretsmanager:GetSecretValue"];
        let allowed = function.grants.iter().filter(reads).flat_map(|grant| &grant.resources);
        assert_eq!(names(allowed), names(&function.secrets), "{name}");
        for (setting, secrets) in SECRETS {
            assert!(!function.environment.contains(setting), "{name}: {setting}");
            let told = function.environment.contains(&format!("{setting}_ARN"));
            let known = secrets.iter().filter(|secret| function.secrets.contains(**secret)).count();
            assert_eq!(usize::from(told), known, "{name}: {setting}");
        }
    }
}

#[test]
fn what_is_believed_of_messages_is_published_by_their_providers_alone() {
    let document = document(TEMPLATE);
    let resources = &document["Resources"];
    let events = resources["MessageEvents"]["Properties"]["Events"].as_object().unwrap();
    assert_eq!(events.len(), 3);
    for event in events.values() {
        let topic = text(&event["Properties"]["Topic"]);
        assert_eq!(resources[&topic]["Properties"]["KmsMasterKeyId"], "OperationsKey", "{topic}");
        let lost = &event["Properties"]["RedrivePolicy"]["deadLetterTargetArn"];
        assert_eq!(lost, "LostMessageEvents.Arn", "{topic}");
        let policies = of_type(resources, "AWS::SNS::TopicPolicy");
        let policies = policies.filter(|(_, policy)| texts(&policy["Topics"]).contains(&topic));
        let statements: Vec<&Value> =
            policies.flat_map(|(_, policy)| list(&policy["PolicyDocument"]["Statement"])).collect();
        let [statement] = statements[..] else { panic!("{topic}: {statements:?}") };
        let publisher = text(&statement["Principal"]["Service"]);
        assert!(["ses.amazonaws.com", "sms-voice.amazonaws.com"].contains(&publisher.as_str()), "{topic}");
        assert_eq!((&statement["Action"], &statement["Resource"]), (&"sns:Publish".into(), &topic.into()));
        assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "AWS::AccountId");
    }
}

#[test]
fn the_provider_of_texts_is_asked_for_what_is_read() {
    let document = document(TEMPLATE);
    let [destination] = list(&document["Resources"]["Texts"]["Properties"]["EventDestinations"]) else {
        panic!("one destination")
    };
    for kind in texts(&destination["MatchingEventTypes"]) {
        let event = serde_json::json!({
            "eventType": kind, "messageId": "1", "destinationPhoneNumber": "+16175550123",
        });
        assert!(matches!(message_events::parse(&event.to_string()), Ok(Some(_))), "{kind}");
    }
}

#[test]
fn sample_events_ask_for_routes_of_their_function() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    for (name, function) in parse(TEMPLATE).functions {
        let mut samples = 0;
        for sample in std::fs::read_dir(events.join(&name)).unwrap() {
            let sample = sample.unwrap().path();
            let event: Value = serde_json::from_str(&std::fs::read_to_string(&sample).unwrap()).unwrap();
            samples += 1;
            match name.as_str() {
                "message-events" => {
                    for record in event["Records"].as_array().unwrap() {
                        let read = message_events::parse(&text(&record["Sns"]["Message"]));
                        assert!(matches!(read, Ok(Some(_))), "{}: {read:?}", sample.display());
                    }
                    continue;
                }
                "outreach" => {
                    assert_eq!(event["detail-type"], "Scheduled Event");
                    continue;
                }
                "exports" if event.get("requestContext").is_none() => {
                    assert_eq!(event, serde_json::json!({}), "what the schedule sends");
                    continue;
                }
                "reconcile" => {
                    assert!(serde_json::from_value::<paywell_app::reconcile::Order>(event).is_ok());
                    continue;
                }
                _ => {}
            }
            let route = text(&event["routeKey"]);
            let known = function.routes.iter().any(|r| format!("{} {}", r.method, r.path) == route);
            assert!(known, "{}: {route}", sample.display());
            assert_eq!(event["rawPath"], event["requestContext"]["http"]["path"], "{}", sample.display());
        }
        assert!(samples > 0, "{name}");
    }
}
