//! The servers inside this process.

use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use mailbox::Mailbox;
use stripe_simulator::Simulator;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::data::Data;
use crate::issuing::{self, Tokens};
use crate::ports::Addresses;
use crate::secrets::Secrets;
use crate::staff;

/// How long requests under way may take when the stack stops.
const GRACE: Duration = Duration::from_secs(2);

/// All of them; dropping it ends them.
pub(crate) struct Servers {
    tasks: JoinSet<(&'static str, Result<()>)>,
    stop: watch::Sender<bool>,
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { tasks: JoinSet::new(), stop: watch::Sender::new(false) }
    }

    /// Resolves when the servers are to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move {
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }

    pub(crate) fn spawn<E: Into<Error>>(
        &mut self,
        name: &'static str,
        serving: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.tasks.spawn(async move { (name, serving.await.map_err(Into::into)) });
    }

    pub(crate) async fn start_issuer(
        &mut self,
        addresses: &Addresses,
        data: &Data,
        listener: TcpListener,
        synthea: bool,
    ) -> Result<Tokens> {
        let (base_url, key_file) = (addresses.issuer.clone(), data.file("issuer.pem"));
        let opening = move || issuing::open(base_url, key_file, staff::users(synthea));
        let (issuer, tokens) = spawn_blocking(opening).await??;
        self.spawn("issuer", issuer::serve(issuer, listener, self.stopped()));
        Ok(tokens)
    }

    pub(crate) fn start_simulators(
        &mut self,
        addresses: &Addresses,
        secrets: &Secrets,
        data: &Data,
        stripe: TcpListener,
        mail: TcpListener,
    ) -> Result<()> {
        let simulator = Simulator::new(stripe_simulator::Config {
            secret_key: secrets.stripe_secret_key.clone(),
            public_url: Some(addresses.stripe.clone()),
            webhook_url: Some(format!("{}/webhooks/stripe", addresses.api)),
            webhook_secret: secrets.stripe_webhook_secret.clone(),
            snapshot: Some(data.file("stripe.json")),
            ..stripe_simulator::Config::default()
        })?;
        self.spawn("Stripe simulator", stripe_simulator::serve(simulator, stripe, self.stopped()));
        let mailbox = Mailbox::new(mailbox::Config {
            snapshot: Some(data.file("mailbox.jsonl")),
            events: Some(addresses.invocations("message-events")),
        })?;
        self.spawn("mailbox", mailbox::serve(mailbox, mail, self.stopped()));
        Ok(())
    }

    pub(crate) fn start_storage(&mut self, data: &Data, listener: TcpListener) -> Result<()> {
        let storage = bucket::Storage::in_folder(data.file("objects"))?;
        self.spawn("object storage", bucket::serve(storage, listener, self.stopped()));
        Ok(())
    }

    pub(crate) async fn ended(&mut self) -> Error {
        match self.tasks.join_next().await {
            Some(Ok((name, Ok(())))) => anyhow!("{name} ended"),
            Some(Ok((name, Err(error)))) => error.context(format!("{name} ended")),
            Some(Err(error)) => anyhow!("a server failed: {error}"),
            None => anyhow!("there are no servers"),
        }
    }

    pub(crate) async fn stop(&mut self) {
        let _ = self.stop.send(true);
        let _ = timeout(GRACE, async { while self.tasks.join_next().await.is_some() {} }).await;
        self.tasks.shutdown().await;
    }
}
