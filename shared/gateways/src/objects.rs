//! Object storage: documents that are written once and read again (Amazon S3).

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};

use crate::aws::{ATTEMPT_TIMEOUT, CALL_TIMEOUT};

/// How many bytes a second are sent at the very least.
const BYTES_A_SECOND: usize = 2_000_000;

/// How somebody who is handed an object finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Download<'a> {
    /// The name under which it is kept: letters, digits, dots and dashes.
    pub file_name: &'a str,
    /// The media type.
    pub content_type: &'a str,
}

/// A bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
}

/// Storage could not be reached, or refused.
#[derive(Debug, thiserror::Error)]
#[error("object storage: {0}")]
pub struct ObjectsError(String);

impl<E: std::error::Error + ProvideErrorMetadata + 'static> From<SdkError<E>> for ObjectsError {
    fn from(error: SdkError<E>) -> Self {
        Self(DisplayErrorContext(&error).to_string())
    }
}

impl Objects {
    /// A bucket, with the configuration of [`crate::aws::Aws::s3`].
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        Self { client: Client::new(config), bucket: bucket.into() }
    }

    /// Keeps a new object; gives whether it is new: one of that key is never overwritten
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>). With its SHA-256, which a
    /// locked bucket asks for.
    ///
    /// # Errors
    /// [`ObjectsError`]; the same again after it tells whether it was kept.
    pub async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<bool, ObjectsError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).if_none_match("*");
        let timeouts = timeouts(bytes.len());
        let put = put.checksum_algorithm(ChecksumAlgorithm::Sha256).body(ByteStream::from(bytes));
        let put = put.customize().config_override(aws_sdk_s3::Config::builder().timeout_config(timeouts));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads an object; none where there is none.
    ///
    /// # Errors
    /// [`ObjectsError`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let body = answer.body.collect().await.map_err(|error| ObjectsError(error.to_string()))?;
        Ok(Some(body.into_bytes().to_vec()))
    }

    /// An address from which anybody can fetch an object until `good_for` after `now`, with nothing sent: the signature is
    /// made here
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>).
    ///
    /// # Errors
    /// `good_for` is more than a week, or there are no credentials.
    pub async fn address(
        &self,
        key: &str,
        download: Download<'_>,
        now: DateTime<Utc>,
        good_for: Duration,
    ) -> Result<String, ObjectsError> {
        let config = PresigningConfig::builder().start_time(now.into()).expires_in(good_for).build();
        let config = config.map_err(|error| ObjectsError(error.to_string()))?;
        let get = self.client.get_object().bucket(&self.bucket).key(key);
        let get = get.response_content_type(download.content_type);
        let disposition = format!("attachment; filename=\"{}\"", download.file_name);
        let signed = get.response_content_disposition(disposition).presigned(config).await?;
        Ok(signed.uri().to_owned())
    }

    /// The keys that begin so, in order.
    ///
    /// # Errors
    /// [`ObjectsError`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        let (mut keys, mut from) = (Vec::new(), None);
        loop {
            let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
            let answer = list.set_continuation_token(from).send().await?;
            keys.extend(answer.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            from = answer.next_continuation_token;
            if from.is_none() {
                return Ok(keys);
            }
        }
    }
}

/// A large object takes longer than the answers that the time limits of all clients are made for.
fn timeouts(bytes: usize) -> TimeoutConfig {
    let seconds = u64::try_from(bytes / BYTES_A_SECOND).unwrap_or_default();
    let sending = Duration::from_secs(seconds);
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT + sending)
        .operation_timeout(CALL_TIMEOUT + 3 * sending)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::tests::aws;
    use crate::test_server::{Reply, TestServer};

    fn objects(url: &str) -> Objects {
        Objects::new(&aws(url).s3(), "anchors")
    }

    fn refusal(status: u16, code: &str) -> Reply {
        Reply::json(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
    }

    #[tokio::test]
    async fn an_object_is_kept_once_with_its_hash() {
        let server = TestServer::start([Reply::json(200, ""), refusal(412, "PreconditionFailed")]).await;
        let objects = objects(&server.url);
        assert!(objects.put_new("a/1", b"text".to_vec()).await.unwrap());
        assert!(!objects.put_new("a/1", b"other".to_vec()).await.unwrap());
        let seen = server.seen();
        assert!(seen[0].line.starts_with("PUT /anchors/a/1"), "{}", seen[0].line);
        assert_eq!(seen[0].header("if-none-match"), Some("*"));
        // A locked bucket asks for it.
        assert_eq!(
            seen[0].header("x-amz-checksum-sha256"),
            Some("mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=")
        );
    }

    #[tokio::test]
    async fn a_list_goes_on_to_its_last_page() {
        let page = |key: &str, next: &str| {
            let keys = format!("<Contents><Key>{key}</Key></Contents>");
            Reply::json(200, format!("<ListBucketResult>{keys}{next}</ListBucketResult>"))
        };
        let next = "<NextContinuationToken>a/1</NextContinuationToken>";
        let server = TestServer::start([page("a/1", next), page("a/2", "")]).await;
        assert_eq!(objects(&server.url).list("a/").await.unwrap(), ["a/1", "a/2"]);
        assert!(server.seen()[1].line.contains("continuation-token=a%2F1"), "{}", server.seen()[1].line);
    }

    #[tokio::test]
    async fn an_address_is_signed_for_a_while_and_names_the_file() {
        let now = "2026-06-01T16:00:00Z".parse().unwrap();
        let download = Download { file_name: "invoices.csv", content_type: "text/csv" };
        let objects = objects("http://127.0.0.1:9");
        let address = objects.address("a/1", download, now, Duration::from_secs(300)).await.unwrap();
        assert!(address.starts_with("http://127.0.0.1:9/anchors/a/1?"), "{address}");
        for part in [
            "X-Amz-Date=20260601T160000Z",
            "X-Amz-Expires=300",
            "X-Amz-Signature=",
            "response-content-type=text%2Fcsv",
            "response-content-disposition=attachment%3B%20filename%3D%22invoices.csv%22",
        ] {
            assert!(address.contains(part), "{part} in {address}");
        }
    }

    #[test]
    fn a_large_object_may_take_longer() {
        assert_eq!(timeouts(1_000).operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT));
        let large = timeouts(200_000_000);
        assert_eq!(large.operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT + Duration::from_secs(100)));
        assert_eq!(large.operation_timeout(), Some(CALL_TIMEOUT + Duration::from_secs(300)));
    }

    #[tokio::test]
    async fn what_is_not_there_is_none_and_what_is_refused_an_error() {
        let replies = [Reply::json(200, "text"), refusal(404, "NoSuchKey"), refusal(403, "AccessDenied")];
        let server = TestServer::start(replies).await;
        let objects = objects(&server.url);
        assert_eq!(objects.get("a/1").await.unwrap(), Some(b"text".to_vec()));
        assert_eq!(objects.get("a/2").await.unwrap(), None);
        assert!(objects.get("a/3").await.unwrap_err().to_string().contains("AccessDenied"));
    }
}
