//! Object storage: one server for this process, a bucket for each table.

use std::sync::LazyLock;

use bucket::Storage;
use bytes::Bytes;
use http::{Request, Response};

use super::loopback;

/// Object storage and where it is.
pub struct ObjectStorage {
    /// Where.
    pub url: String,
    /// What it holds.
    pub storage: Storage,
}

impl ObjectStorage {
    /// Fetches what an address leads to, as a browser does: with nothing but the address.
    pub async fn fetch(&self, address: &str) -> Response<Bytes> {
        loopback::send(Request::get(address).body(String::new()).unwrap()).await
    }
}

/// The one storage of this process.
pub fn object_storage() -> &'static ObjectStorage {
    static STORAGE: LazyLock<ObjectStorage> = LazyLock::new(|| {
        let storage = Storage::in_memory();
        let served = storage.clone();
        let url = loopback::serve(|listener| async move {
            bucket::serve(served, listener, std::future::pending()).await.unwrap();
        });
        ObjectStorage { url, storage }
    });
    &STORAGE
}
