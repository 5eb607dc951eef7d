//! The database, and its one table.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use aws_sdk_dynamodb::Client;
use aws_smithy_types::retry::RetryConfig;
use dynoxide::Database;
use paywell_gateways::aws::{Aws, AwsSettings};
use paywell_store::Store;
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::guard::{self, Guarded};
use crate::ports::Addresses;
use crate::{functions, http, tools};

/// The table's name.
pub(crate) const TABLE: &str = "paywell";

/// How long Java may take to start.
const START: Duration = Duration::from_secs(30);

/// Opens the embedded database.
pub(crate) fn open(file: &Path) -> Result<Database> {
    Database::new(&file.to_string_lossy()).map_err(|error| anyhow!("{}: {error}", file.display()))
}

/// Serves the embedded database.
pub(crate) async fn serve(
    database: Database,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    dynoxide::server::serve_with_shutdown(listener, database, shutdown).await.map_err(|error| anyhow!(error))
}

/// Starts DynamoDB Local on the listener's port. It goes by the real clock, which it only looks at for time to live,
/// and listens on every interface: it has no option not to.
pub(crate) async fn start_official(listener: TcpListener, folder: &Path, log: &Path) -> Result<Guarded> {
    let program = tools::dynamodb_local().await?;
    std::fs::create_dir_all(folder)?;
    let address = listener.local_addr()?;
    drop(listener);
    let log = std::fs::File::create(log)?;
    let mut command = guard::command("java")?;
    command.arg("-Djava.library.path=DynamoDBLocal_lib").args(["-jar", "DynamoDBLocal.jar"]);
    command.arg("-sharedDb").arg("-dbPath").arg(folder).arg("-port").arg(address.port().to_string());
    command.current_dir(program).stdout(log.try_clone()?).stderr(log);
    let child = Guarded::spawn("DynamoDB Local", command)?;
    http::wait_for(address, START, &child).await?;
    Ok(child)
}

/// Makes the table if it is not there.
pub(crate) async fn make_table(addresses: &Addresses) -> Result<()> {
    let store = store(addresses);
    if !store.table_exists().await? {
        store.create_table().await?;
    }
    Ok(())
}

/// The store over the stack's table, as the functions have it.
pub(crate) fn store(addresses: &Addresses) -> Store {
    store_at(&addresses.dynamodb)
}

/// The store over the table at an endpoint.
pub(crate) fn store_at(endpoint: &str) -> Store {
    let client = Client::new(&aws(endpoint, None).dynamodb(RetryConfig::standard().with_max_attempts(3)));
    Store::new(client, TABLE)
}

/// The clients of the stack's servers.
pub(crate) fn aws(dynamodb: &str, objects: Option<&str>) -> Aws {
    Aws::new(AwsSettings {
        region: functions::REGION.to_owned(),
        access_key_id: functions::ACCESS_KEY.to_owned(),
        secret_access_key: SecretString::from(functions::ACCESS_KEY),
        session_token: None,
        dynamodb_endpoint: Some(dynamodb.to_owned()),
        sesv2_endpoint: None,
        sms_endpoint: None,
        secretsmanager_endpoint: None,
        s3_endpoint: objects.map(str::to_owned),
    })
}
