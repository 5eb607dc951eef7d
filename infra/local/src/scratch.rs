//! The application over a table in memory: for checks and tests.

use anyhow::{Result, anyhow};
use dynoxide::Database;
use paywell_app::App;
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::dynamodb;

/// The use cases over a new, empty table, which is gone when the runtime ends.
///
/// # Errors
/// There is no free port.
pub async fn app() -> Result<App> {
    let database = Database::memory().map_err(|error| anyhow!("{error}"))?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let store = dynamodb::store_at(&format!("http://{}", listener.local_addr()?));
    tokio::spawn(dynamodb::serve(database, listener, std::future::pending()));
    store.create_table().await?;
    let mut app = App::new(store, "http://127.0.0.1".to_owned());
    app.link_key = Some(SecretString::from("a link key of a table that nobody reaches"));
    Ok(app)
}
