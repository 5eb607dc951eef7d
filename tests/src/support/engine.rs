//! The engine under the table: embedded, or whatever `PAYWELL_TEST_DYNAMODB` names.

use std::sync::LazyLock;

use dynoxide::Database;
use paywell_app::config;

use super::loopback;

/// What answers DynamoDB's calls.
pub struct Engine {
    /// Where.
    pub url: String,
    /// Whether it is another process: DynamoDB Local.
    pub is_external: bool,
}

/// The one engine of this process.
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| match config::setting("PAYWELL_TEST_DYNAMODB") {
        Ok(url) => Engine { url, is_external: true },
        Err(_) => Engine { url: embedded(), is_external: false },
    });
    &ENGINE
}

fn embedded() -> String {
    let database = Database::memory().unwrap();
    loopback::serve(|listener| async move {
        dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await.unwrap();
    })
}
