//! Sending against a server that answers as the service does, and that sees at most one request a text.

use std::time::Duration;

use serde_json::{Value, json};

use super::{SendError, Sms, Text, TextId};
use crate::aws::tests::{aws, retrying};
use crate::test_server::{Reply, TestServer, closed_url};

const TEXT: Text<'_> = Text {
    from: None,
    to: "+16175550123",
    body: "Your code is 123456 canary",
    good_for: 600,
    context: &[("session", "ses_1")],
};

/// A configuration that would retry, to prove that `Sms` does not let it.
fn sms(url: &str) -> Sms {
    Sms::new(&retrying(&aws(url).sms()), "paywell-sms".to_owned(), "+18005550199".to_owned())
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::json(status, json!({ "__type": code, "Message": "canary" }))
}

async fn failing(reply: Reply) -> SendError {
    let server = TestServer::start([reply]).await;
    let error = sms(&server.url).send(&TEXT).await.unwrap_err();
    assert_eq!(server.seen().len(), 1, "one request, no retry");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary") && !text.contains("6175550123"), "{text}");
    error
}

#[tokio::test]
async fn sends_one_text() {
    let server = TestServer::start([Reply::json(200, json!({ "MessageId": "m-1" }))]).await;
    assert_eq!(sms(&server.url).send(&TEXT).await.unwrap(), TextId("m-1".to_owned()));
    let seen = &server.seen()[0];
    assert_eq!(seen.header("x-amz-target"), Some("PinpointSMSVoiceV2.SendTextMessage"));
    let authorization = seen.header("authorization").unwrap();
    assert!(authorization.contains("/us-east-1/sms-voice/aws4_request"), "{authorization}");
    let expected = json!({
        "DestinationPhoneNumber": "+16175550123", "OriginationIdentity": "+18005550199",
        "MessageBody": TEXT.body, "MessageType": "TRANSACTIONAL", "ConfigurationSetName": "paywell-sms",
        "TimeToLive": 600, "Context": { "session": "ses_1" },
    });
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), expected);
}

#[tokio::test]
async fn refusals_are_certain_and_say_whom_they_concern() {
    let refused = |code: &str| SendError::Refused(code.to_owned());
    let sender = |code: &str| SendError::SenderRefused(code.to_owned());
    for (status, code, expected) in [
        (400, "ConflictException", refused("ConflictException")),
        (400, "ValidationException", refused("ValidationException")),
        (400, "AccessDeniedException", sender("AccessDeniedException")),
        (400, "ResourceNotFoundException", sender("ResourceNotFoundException")),
        (400, "ServiceQuotaExceededException", sender("ServiceQuotaExceededException")),
        (400, "ThrottlingException", SendError::Throttled),
        (429, "anything", SendError::Throttled),
    ] {
        assert_eq!(failing(refusal(status, code)).await, expected);
    }
}

#[tokio::test]
async fn whatever_may_have_been_sent_is_unknown() {
    for reply in [
        refusal(500, "InternalServerException"),
        Reply::json(503, "busy"),
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
    let config = retrying(&aws(&server.url).sms());
    let limit = Duration::from_millis(200);
    let sms = Sms::with_timeout(&config, "paywell-sms".to_owned(), "+18005550199".to_owned(), limit);
    let error = sms.send(&TEXT).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    assert_eq!(sms(&closed_url().await).send(&TEXT).await.unwrap_err(), SendError::NotSent);
}
