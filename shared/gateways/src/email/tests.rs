//! Sending against a server that answers as SES does, and that sees at most one request a message.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Email, Message, MessageId, Refusal, SendError};
use crate::aws::tests::{aws, retrying};
use crate::test_server::{Reply, TestServer, closed_url};

const MESSAGE: Message<'_> = Message {
    from_name: "Lee Family Practice",
    from_address: "billing@example.com",
    to: "jane@example.org",
    reply_to: Some("desk@example.com"),
    subject: "A balance at Lee Family Practice – paiement",
    text: "https://pay.example.com/p/canary",
    html: "<p>canary</p>",
    tags: &[("step", "stp_1"), ("practice", "prc_1")],
};

/// A configuration that would retry, to prove that `Email` does not let it.
fn email(url: &str) -> Email {
    Email::new(&retrying(&aws(url).sesv2()), "paywell".to_owned())
}

fn refusal(status: u16, headers: &'static str, message: &str) -> Reply {
    Reply::Answer { status, headers, body: json!({"message": message}).to_string() }
}

async fn failing(reply: Reply) -> SendError {
    let server = TestServer::start([reply]).await;
    let error = email(&server.url).send(&MESSAGE).await.unwrap_err();
    assert_eq!(server.seen().len(), 1, "one request, no retry");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary") && !text.contains("jane"), "{text}");
    error
}

#[tokio::test]
async fn sends_one_message() {
    let server = TestServer::start([Reply::json(200, json!({"MessageId": "0100018f-1"}))]).await;
    let id = email(&server.url).send(&MESSAGE).await.unwrap();
    assert_eq!(id, MessageId("0100018f-1".to_owned()));

    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v2/email/outbound-emails HTTP/1.1");
    let authorization = seen.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDTEST/"), "{authorization}");
    assert!(authorization.contains("/us-east-1/ses/aws4_request"), "{authorization}");
    assert_eq!(seen.header("x-amz-security-token"), Some("session-token"));
    let content = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let expected = json!({
        "FromEmailAddress": "\"Lee Family Practice\" <billing@example.com>",
        "Destination": {"ToAddresses": ["jane@example.org"]},
        "ReplyToAddresses": ["desk@example.com"],
        "Content": {"Simple": {
            "Subject": content(MESSAGE.subject),
            "Body": {"Text": content(MESSAGE.text), "Html": content(MESSAGE.html)},
        }},
        "EmailTags": [{"Name": "step", "Value": "stp_1"}, {"Name": "practice", "Value": "prc_1"}],
        "ConfigurationSetName": "paywell",
    });
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), expected);
}

#[tokio::test]
async fn throttling_is_certain() {
    for reply in [
        refusal(429, "x-amzn-ErrorType: TooManyRequestsException\r\n", "canary"),
        refusal(400, "x-amzn-ErrorType: ThrottlingException\r\n", "Daily message quota exceeded"),
        refusal(400, "x-amzn-ErrorType: LimitExceededException\r\n", "canary"),
        Reply::json(429, "{}"),
    ] {
        assert_eq!(failing(reply).await, SendError::Throttled);
    }
}

#[tokio::test]
async fn refusals_are_certain_and_say_whom_they_concern() {
    let message = |code: &str| SendError::Refused(Refusal::Message(code.to_owned()));
    let sender = |code: &str| SendError::Refused(Refusal::Sender(code.to_owned()));
    for (status, headers, expected) in [
        (400, "x-amzn-ErrorType: BadRequestException\r\n", message("BadRequestException")),
        (400, "x-amzn-ErrorType: MessageRejected\r\n", message("MessageRejected")),
        (400, "x-amzn-ErrorType: AccountSuspendedException\r\n", sender("AccountSuspendedException")),
        (400, "x-amzn-ErrorType: SendingPausedException\r\n", sender("SendingPausedException")),
        (404, "x-amzn-ErrorType: NotFoundException\r\n", sender("NotFoundException")),
        (403, "x-amzn-ErrorType: AccessDeniedException\r\n", sender("AccessDeniedException")),
    ] {
        assert_eq!(failing(refusal(status, headers, "canary")).await, expected);
    }
}

#[tokio::test]
async fn whatever_may_have_been_sent_is_unknown() {
    let error_type = "x-amzn-ErrorType: InternalFailure\r\nx-amzn-RequestId: r-1\r\n";
    let known =
        SendError::Unknown { code: Some("InternalFailure".to_owned()), request_id: Some("r-1".to_owned()) };
    assert_eq!(failing(refusal(500, error_type, "canary")).await, known);
    for reply in [
        Reply::json(503, "busy"),
        Reply::json(400, "<html>a proxy's page</html>"),
        Reply::json(200, "<html>a proxy's page</html>"),
        Reply::json(200, "{}"),
        Reply::Drop,
        Reply::Half,
    ] {
        let error = failing(reply).await;
        assert!(matches!(error, SendError::Unknown { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_hang_times_out_as_unknown() {
    let server = TestServer::start([Reply::Hang]).await;
    let config = retrying(&aws(&server.url).sesv2());
    let email = Email::with_timeout(&config, "paywell".to_owned(), Duration::from_millis(200));
    let error = email.send(&MESSAGE).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let error = email(&closed_url().await).send(&MESSAGE).await.unwrap_err();
    assert_eq!(error, SendError::NotSent);
}

#[tokio::test]
async fn malformed_fields_never_leave() {
    let server = TestServer::start([]).await;
    let email = email(&server.url);
    for (message, field) in [
        (Message { from_name: "Lee\r\nBcc: x@example.com", ..MESSAGE }, "sender"),
        (Message { from_address: "billing@example.com>\n", ..MESSAGE }, "sender"),
        (Message { to: "jane@example.org, mallory@example.net", ..MESSAGE }, "recipient"),
        (Message { reply_to: Some("a@b\nBcc: c@d"), ..MESSAGE }, "reply-to"),
        (Message { subject: "A balance\r\nBcc: mallory@example.net", ..MESSAGE }, "subject"),
    ] {
        let expected = SendError::Refused(Refusal::Malformed(field));
        assert_eq!(email.send(&message).await, Err(expected));
    }
    assert!(server.seen().is_empty());
}
