//! Object storage: documents that are written once and read again (Amazon S3).

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_types::SdkConfig;

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
        let put = put.checksum_algorithm(ChecksumAlgorithm::Sha256).body(ByteStream::from(bytes));
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
