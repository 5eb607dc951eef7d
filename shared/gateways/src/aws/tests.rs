//! The shared configuration, used by real clients of two services.

use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{AMAZON_ROOTS, Aws, AwsSettings};
use crate::test_server::{Reply, TestServer};

/// Settings that lead every service to one test server.
pub(crate) fn aws(url: &str) -> Aws {
    Aws::new(AwsSettings {
        region: "us-east-1".to_owned(),
        access_key_id: "AKIDTEST".to_owned(),
        secret_access_key: "secret".into(),
        session_token: Some("session-token".into()),
        dynamodb_endpoint: Some(url.to_owned()),
        sesv2_endpoint: Some(url.to_owned()),
        sms_endpoint: Some(url.to_owned()),
        secretsmanager_endpoint: None,
        s3_endpoint: Some(url.to_owned()),
    })
}

pub(crate) fn retrying(config: &SdkConfig) -> SdkConfig {
    config.to_builder().retry_config(RetryConfig::standard().with_max_attempts(3)).build()
}

/// A sender's connection is given up sooner than one whose calls may be repeated.
#[tokio::test]
async fn senders_share_one_http_client_and_the_others_another() {
    let (none, sent) = (json!({"TableNames": []}), json!({"MessageId": "m"}));
    let replies = [none.clone(), sent.clone(), none, sent.clone(), sent];
    let server = TestServer::start(replies.map(|body| Reply::json(200, body))).await;
    let aws = aws(&server.url);
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws.dynamodb(RetryConfig::standard()));
    let ses = || aws_sdk_sesv2::Client::new(&aws.sesv2());
    let sms = aws_sdk_pinpointsmsvoicev2::Client::new(&aws.sms());
    dynamodb.list_tables().send().await.unwrap();
    ses().send_email().send().await.unwrap();
    dynamodb.list_tables().send().await.unwrap();
    ses().send_email().send().await.unwrap();
    sms.send_text_message().destination_phone_number("+16175550123").send().await.unwrap();

    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 0, 1, 1]);
}

#[tokio::test]
async fn retries_are_the_callers_choice() {
    for (retry, requests) in [(RetryConfig::disabled(), 1), (RetryConfig::standard().with_max_attempts(2), 2)]
    {
        let server = TestServer::start([Reply::json(500, "{}"), Reply::json(500, "{}")]).await;
        let client = aws_sdk_dynamodb::Client::new(&aws(&server.url).dynamodb(retry));
        client.list_tables().send().await.unwrap_err();
        assert_eq!(server.seen().len(), requests);
    }
}

#[test]
fn the_roots_are_amazons_four_that_mozilla_trusts() {
    let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
    let certificates = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    let ders: Vec<Vec<u8>> = certificates
        .map(|pem| pem.split("-----END").next().unwrap().split_whitespace().collect::<String>())
        .map(|base64| STANDARD.decode(base64).unwrap())
        .collect();
    assert_eq!(ders.len(), 4);
    for (der, name) in
        ders.iter().zip(["Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4"])
    {
        assert!(der.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
        assert!(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().any(|root| root.as_ref() == der), "{name}");
    }
}
