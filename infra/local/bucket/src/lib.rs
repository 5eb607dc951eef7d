//! Object storage on one machine: the three calls of S3 that Paywell makes, path style. Nothing is deleted. Of signatures
//! only those of addresses are verified; a request without any is refused, for every bucket is private.
//!
//! | call | |
//! |---|---|
//! | `PUT /{bucket}/{key}` | keeps an object; with `If-None-Match: *` only a new one, else 412 |
//! | `GET /{bucket}/{key}` | the object, or 404; by an address with a signature, under the name and type that it says, until it expires |
//! | `GET /{bucket}?list-type=2&prefix=…` | the keys in order, at most 1,000 a page |
//!
//! Our own and not `s3s`: three calls need no framework of the whole protocol. Sources:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>.

mod address;
mod clock;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// How many keys a page holds.
const PAGE: usize = 1_000;

/// Every bucket: whatever is asked for exists. Clones are the same storage.
#[derive(Clone, Default)]
pub struct Storage {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    times: Arc<Mutex<BTreeMap<String, DateTime<Utc>>>>,
    folder: Option<PathBuf>,
}

impl Storage {
    /// Storage in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Storage that is kept in a folder, one file an object.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn in_folder(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut objects = BTreeMap::new();
        for file in fs::read_dir(&folder)? {
            let file = file?;
            let name = file.file_name().into_string().ok().and_then(|name| URL_SAFE_NO_PAD.decode(name).ok());
            if let Some(key) = name.and_then(|key| String::from_utf8(key).ok()) {
                objects.insert(key, fs::read(file.path())?);
            }
        }
        Ok(Self { objects: Arc::new(Mutex::new(objects)), folder: Some(folder), ..Self::default() })
    }

    /// Every object, by bucket and key.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.lock().clone()
    }

    /// Keeps an object under `bucket/key`, as somebody who may do everything does, or removes it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn force(&self, key: &str, bytes: Option<Vec<u8>>) -> io::Result<()> {
        let file = self.folder.as_ref().map(|folder| folder.join(URL_SAFE_NO_PAD.encode(key)));
        match bytes {
            Some(bytes) => {
                if let Some(file) = file {
                    fs::write(file, &bytes)?;
                }
                self.lock().insert(key.to_owned(), bytes);
            }
            None => {
                if let Some(file) = file {
                    fs::remove_file(file)?;
                }
                self.lock().remove(key);
            }
        }
        Ok(())
    }

    /// Sets what time it is for a bucket's addresses; it is the system's for a bucket of which nothing is said.
    pub fn set_time(&self, bucket: &str, now: DateTime<Utc>) {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).insert(bucket.to_owned(), now);
    }

    fn time(&self, bucket: &str) -> DateTime<Utc> {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.get(bucket).copied().unwrap_or_else(clock::now)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the storage over HTTP until `shutdown` ends.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    storage: Storage,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new()
        .route("/{bucket}", get(list))
        .route("/{bucket}/", get(list))
        .route("/{bucket}/{*key}", put(keep).get(read))
        // An object may have 5 GB; a framework's limit for requests is not the storage's.
        .layer(DefaultBodyLimit::disable())
        .with_state(storage);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn keep(
    State(storage): State<Storage>,
    Path((bucket, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let name = format!("{bucket}/{key}");
    let sent = headers.get("x-amz-checksum-sha256").and_then(|value| value.to_str().ok());
    if sent.is_some_and(|sent| sent != STANDARD.encode(Sha256::digest(&body))) {
        return refusal(StatusCode::BAD_REQUEST, "BadDigest");
    }
    if headers.contains_key(header::IF_NONE_MATCH) && storage.lock().contains_key(&name) {
        return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    match storage.force(&name, Some(body.to_vec())) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
    }
}

/// How whoever fetches an object wants it told.
#[derive(Deserialize, Default)]
struct Told {
    #[serde(rename = "response-content-type")]
    content_type: Option<String>,
    #[serde(rename = "response-content-disposition")]
    disposition: Option<String>,
}

async fn read(
    State(storage): State<Storage>,
    Path((bucket, key)): Path<(String, String)>,
    uri: Uri,
    Query(told): Query<Told>,
    headers: HeaderMap,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let refused = match address::signed(uri.query().unwrap_or_default()) {
        Some(query) => address::refused(&query, uri.path(), host, storage.time(&bucket)),
        None if headers.contains_key(header::AUTHORIZATION) => None,
        None => Some("AccessDenied"),
    };
    if let Some(code) = refused {
        return refusal(StatusCode::FORBIDDEN, code);
    }
    let Some(bytes) = storage.lock().get(&format!("{bucket}/{key}")).cloned() else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let mut response = bytes.into_response();
    for (name, value) in
        [(header::CONTENT_TYPE, told.content_type), (header::CONTENT_DISPOSITION, told.disposition)]
    {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Which keys are asked for.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    prefix: String,
    #[serde(rename = "continuation-token", default)]
    after: String,
}

async fn list(
    State(storage): State<Storage>,
    Path(bucket): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let objects = storage.lock();
    let keys = objects.keys().filter_map(|name| name.strip_prefix(&bucket)?.strip_prefix('/'));
    let keys = keys.filter(|key| key.starts_with(&wanted.prefix) && *key > wanted.after.as_str());
    let mut page: Vec<&str> = keys.take(PAGE + 1).collect();
    let more = page.len() > PAGE;
    page.truncate(PAGE);
    let mut xml = format!("<ListBucketResult><Name>{bucket}</Name><IsTruncated>{more}</IsTruncated>");
    for key in &page {
        let _ = write!(xml, "<Contents><Key>{key}</Key></Contents>");
    }
    if let Some(last) = page.last().filter(|_| more) {
        let _ = write!(xml, "<NextContinuationToken>{last}</NextContinuationToken>");
    }
    xml.push_str("</ListBucketResult>");
    ([(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let xml = format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    (status, [(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}
