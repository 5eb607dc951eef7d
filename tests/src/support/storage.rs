//! Object storage: one server for this process, a bucket for each table.

use std::sync::LazyLock;

use bucket::Storage;

use super::loopback;

/// Object storage and where it is.
pub struct ObjectStorage {
    /// Where.
    pub url: String,
    /// What it holds.
    pub storage: Storage,
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
