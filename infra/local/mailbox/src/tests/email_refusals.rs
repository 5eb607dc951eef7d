use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{RAW_EMAIL, Reply, SIMPLE_EMAIL, Server, body_of};

fn assert_refused(reply: &Reply, status: u16, code: &str, message: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert!(reply.head.contains(&format!("x-amzn-errortype: {}", code.to_lowercase())), "{reply:?}");
    let said = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains(message), "{said:?} lacks {message:?}");
}

/// Puts `value` where `pointer` (RFC 6901) says, and expects `BadRequestException` with `message`.
async fn assert_bad(pointer: &str, value: Value, message: &str) {
    let server = Server::start().await;
    let mut body = body_of(SIMPLE_EMAIL);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    let reply = server.with_body(SIMPLE_EMAIL, &body).await;
    assert_refused(&reply, 400, "BadRequestException", message);
    assert!(server.messages("").await.is_empty(), "what is refused is not kept");
}

#[tokio::test]
async fn a_request_that_is_not_signed() {
    let server = Server::start().await;
    let without = |name: &str| {
        SIMPLE_EMAIL.lines().filter(|line| !line.starts_with(name)).collect::<Vec<_>>().join("\n")
    };
    let reply = server.recorded(&without("Authorization")).await;
    assert_refused(&reply, 403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    let reply = server.recorded(&without("X-Amz-Date")).await;
    assert_refused(&reply, 400, "IncompleteSignatureException", "X-Amz-Date");
    let reply = server.recorded(&SIMPLE_EMAIL.replace("SignedHeaders", "Headers")).await;
    assert_refused(&reply, 400, "IncompleteSignatureException", "SignedHeaders");
}

#[tokio::test]
async fn a_body_that_is_not_what_the_model_says() {
    let server = Server::start().await;
    for body in [json!("text"), json!({"Content": 1}), json!({"EmailTags": [{"Name": "x"}]})] {
        let reply = server.with_body(SIMPLE_EMAIL, &body).await;
        assert_refused(&reply, 400, "SerializationException", "");
    }
    let reply = server.with_body(RAW_EMAIL, &json!({"Content": {"Raw": {"Data": "%"}}})).await;
    assert_refused(&reply, 400, "SerializationException", "Raw.Data is not base64");
}

#[tokio::test]
async fn members_that_are_missing() {
    assert_bad("/Content", Value::Null, "'content'").await;
    assert_bad("/FromEmailAddress", Value::Null, "'fromEmailAddress'").await;
    assert_bad("/Content/Simple/Subject", Value::Null, "'content.simple.subject'").await;
    assert_bad("/Content/Simple/Body", Value::Null, "'content.simple.body'").await;
    assert_bad("/Content/Simple/Body", json!({}), "a Text or an Html part").await;
    assert_bad("/Content", json!({}), "exactly one of").await;
    assert_bad("/Content/Raw", json!({"Data": ""}), "exactly one of").await;
}

#[tokio::test]
async fn addresses_that_cannot_be_sent_to() {
    for list in ["ToAddresses", "CcAddresses", "BccAddresses"] {
        assert_bad(&format!("/Destination/{list}"), json!(["ann"]), "Missing final '@domain'").await;
        assert_bad(&format!("/Destination/{list}"), json!(["Lee, Ann <a@example.org>"]), "Illegal").await;
    }
    assert_bad("/ReplyToAddresses", json!(["ann@"]), "Missing domain").await;
    assert_bad("/FromEmailAddress", json!("Müller <a@example.org>"), "Illegal address").await;
    assert_bad("/Destination", json!({}), "at least one recipient").await;
    let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.org")).collect();
    assert_bad("/Destination", json!({"ToAddresses": many}), "Recipient count exceeds 50").await;
}

#[tokio::test]
async fn tags_and_configuration_sets_out_of_their_alphabet() {
    let tag = |name: &str, value: &str| json!([{"Name": name, "Value": value}]);
    assert_bad("/EmailTags", tag("a b", "x"), "Invalid tag name <a b>").await;
    assert_bad("/EmailTags", tag("a", ""), "Invalid tag value <>").await;
    assert_bad("/EmailTags", tag("a", &"x".repeat(257)), "Invalid tag value").await;
    assert_bad("/EmailTags", vec![json!({"Name": "a", "Value": "b"}); 51].into(), "at most 50 tags").await;
    assert_bad("/ConfigurationSetName", json!("a.b"), "Invalid configuration set name <a.b>").await;
    assert_bad("/ConfigurationSetName", json!("x".repeat(65)), "Invalid configuration set name").await;
}

#[tokio::test]
async fn headers_out_of_their_limits() {
    let header = |name: &str, value: &str| json!([{"Name": name, "Value": value}]);
    let place = "/Content/Simple/Headers";
    assert_bad(place, header("a:b", "x"), "Invalid header name <a:b>").await;
    assert_bad(place, header(&"x".repeat(127), "x"), "Invalid header name").await;
    assert_bad(place, header("X-A", "a\r\nBcc: b@example.org"), "Invalid value of header <X-A>").await;
    assert_bad(place, header("X-A", &"x".repeat(996)), "Invalid value of header <X-A>").await;
    assert_bad(place, vec![json!({"Name": "a", "Value": "b"}); 16].into(), "at most 15 headers").await;
}

#[tokio::test]
async fn raw_messages_that_are_not_mail() {
    let server = Server::start().await;
    let long_line = format!("From: a@example.org\r\n\r\n{}", "x".repeat(1001));
    let cases = [
        ("To: ann@example.org\r\nSubject: x\r\n\r\nHi\r\n", "Missing required header 'From'"),
        ("From: a@example.org\r\n\r\nHi\r\n", "at least one recipient"),
        ("From: a@example.org\r\nTo: <ann@>\r\n\r\nHi\r\n", "Missing domain"),
        (long_line.as_str(), "longer than 1000"),
    ];
    for (message, complaint) in cases {
        let body = json!({"Content": {"Raw": {"Data": BASE64_STANDARD.encode(message)}}});
        let reply = server.with_body(RAW_EMAIL, &body).await;
        assert_refused(&reply, 400, "BadRequestException", complaint);
    }
}

#[tokio::test]
async fn a_template_is_not_found() {
    let server = Server::start().await;
    let mut body = body_of(SIMPLE_EMAIL);
    body["Content"] = json!({"Template": {"TemplateName": "reminder"}});
    let reply = server.with_body(SIMPLE_EMAIL, &body).await;
    assert_refused(&reply, 404, "NotFoundException", "Template reminder does not exist");
}
