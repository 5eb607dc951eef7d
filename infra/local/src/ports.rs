use std::io::ErrorKind;
use std::net::Ipv4Addr;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// Where everything is: base URLs without a slash at their end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Addresses {
    /// The one origin of API, pay pages and webhooks.
    pub api: String,
    /// The API's reference.
    pub docs: String,
    /// The caught emails and texts.
    pub mailbox: String,
    /// The Stripe simulator.
    pub stripe: String,
    /// The issuer of staff tokens.
    pub issuer: String,
    /// The database.
    pub dynamodb: String,
    /// `cargo lambda watch`: every function by its name.
    pub lambda: String,
    /// Object storage.
    pub objects: String,
}

impl Addresses {
    /// Where a function is invoked with an event, past the gateway.
    pub(crate) fn invocations(&self, function: &str) -> String {
        format!("{}/2015-03-31/functions/{function}/invocations", self.lambda)
    }
}

/// The stack's ports, held from the start so that a port that is taken is known before anything else is done.
pub(crate) struct Ports {
    pub(crate) gateway: TcpListener,
    pub(crate) dynamodb: TcpListener,
    pub(crate) stripe: TcpListener,
    pub(crate) mailbox: TcpListener,
    pub(crate) issuer: TcpListener,
    pub(crate) lambda: TcpListener,
    pub(crate) objects: TcpListener,
}

impl Ports {
    pub(crate) async fn take(first: u16) -> Result<Self> {
        Ok(Self {
            gateway: listen(first, 0, "gateway").await?,
            dynamodb: listen(first, 1, "DynamoDB").await?,
            stripe: listen(first, 2, "Stripe simulator").await?,
            mailbox: listen(first, 3, "mailbox").await?,
            issuer: listen(first, 4, "issuer").await?,
            lambda: listen(first, 5, "cargo lambda watch").await?,
            objects: listen(first, 6, "object storage").await?,
        })
    }

    pub(crate) fn addresses(&self) -> Result<Addresses> {
        let api = url(&self.gateway)?;
        Ok(Addresses {
            docs: format!("{api}/docs"),
            api,
            mailbox: url(&self.mailbox)?,
            stripe: url(&self.stripe)?,
            issuer: url(&self.issuer)?,
            dynamodb: url(&self.dynamodb)?,
            lambda: url(&self.lambda)?,
            objects: url(&self.objects)?,
        })
    }
}

fn url(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Listens on the `nth` port after the first; on any, if the first is 0.
async fn listen(first: u16, nth: u16, user: &str) -> Result<TcpListener> {
    let port = match first {
        0 => 0,
        first => first.checked_add(nth).context("--port is too high: the stack needs seven ports")?,
    };
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("port {port} ({user}) is taken; --port N moves the stack to the seven ports from N on")
        }
        Err(error) => Err(error).with_context(|| format!("port {port} ({user})")),
    }
}
