use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use mailbox::Mailbox;
use stripe_simulator::Simulator;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::clock::{self, Clock};
use crate::data::{self, Data};
use crate::guard::Guarded;
use crate::issuing::{self, Tokens};
use crate::options::Options;
use crate::ports::{Addresses, Ports};
use crate::secrets::Secrets;
use crate::stack_file::{Published, StackFile};
use crate::{dynamodb, functions, gateway, loading, staff, tools};

/// How long requests under way may take when the stack stops.
const GRACE: Duration = Duration::from_secs(2);

/// The whole of Paywell on this machine.
#[derive(Clone, Debug)]
pub struct Stack {
    folder: PathBuf,
    options: Options,
}

impl Stack {
    /// A stack with its data in a folder. Nothing is started.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, options: Options) -> Self {
        Self { folder: folder.into(), options }
    }

    /// `target/dev`.
    #[must_use]
    pub fn default_folder() -> PathBuf {
        data::repository().join("target/dev")
    }

    /// Starts everything, and returns when it answers. Dropping the future ends what was started.
    ///
    /// # Errors
    /// A port is taken, a tool is missing, the functions do not compile, or a server does not start.
    pub async fn start(self) -> Result<Running> {
        let options = &self.options;
        let data = Data::take(&self.folder, options.fresh)?;
        let folder = self.folder.canonicalize()?;
        if options.install {
            tools::install_packages(options.dynamodb_local).await?;
        }
        let clock = Clock::of(&folder);
        let ports = Ports::take(options.port).await?;
        let addresses = ports.addresses()?;
        let secrets = Secrets::read_or_make(&data.file("secrets.json"))?;
        let environment = functions::environment(&addresses, &secrets);

        let mut servers = Servers::new();
        let tokens = servers.start_issuer(&addresses, &data, ports.issuer, options.synthea.is_some()).await?;
        servers.start_simulators(&addresses, &secrets, &data, ports.stripe, ports.mailbox)?;
        let mut children = Vec::new();
        if options.dynamodb_local {
            let (files, log) = (data.file("dynamodb-local"), data.file("dynamodb-local.log"));
            children.push(dynamodb::start_official(ports.dynamodb, &files, &log).await?);
        } else {
            let database = dynamodb::open(&data.file("dynamodb.sqlite"))?;
            let serving = dynamodb::serve(database, ports.dynamodb, servers.stopped());
            servers.spawn("DynamoDB", serving);
        }
        dynamodb::make_table(&addresses).await?;
        loading::load(&addresses, &secrets, options).await?;

        functions::build().await?;
        let watch = functions::start(ports.lambda, &environment, &data, &clock, options).await?;
        children.push(watch);
        let gateway = gateway::serve(addresses.clone(), ports.gateway, servers.stopped());
        servers.spawn("gateway", gateway);

        let file = StackFile {
            addresses,
            table: dynamodb::TABLE.to_owned(),
            tokens,
            clock: clock::is_preloaded(),
            pid: std::process::id(),
        };
        let published = file.publish(&folder)?;
        Ok(Running {
            file,
            environment,
            clock,
            folder,
            _published: published,
            children,
            servers,
            _data: data,
        })
    }
}

/// A stack that answers. Dropping it ends everything, at once.
pub struct Running {
    /// What `stack.json` says.
    pub file: StackFile,
    /// The functions' environment, for those who start one themselves.
    pub environment: Vec<(&'static str, String)>,
    /// The clock of all of it.
    pub clock: Clock,
    folder: PathBuf,
    // What follows ends in this order.
    _published: Published,
    children: Vec<Guarded>,
    servers: Servers,
    _data: Data,
}

impl Running {
    /// Where everything is.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.file.addresses
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits until a part of the stack ends by itself, and says which. It should not.
    pub async fn broken(&mut self) -> Error {
        let Self { children, servers, .. } = self;
        let children = children.iter().map(|child| {
            Box::pin(async {
                let status = child.ended().await;
                let how = status.map_or_else(|| "lost".to_owned(), |status| status.to_string());
                anyhow!("{} ended ({how})", child.name)
            })
        });
        let mut waiting: Vec<_> = children.collect();
        let any_child = std::future::poll_fn(|context| {
            let ready = waiting.iter_mut().find_map(|child| match child.as_mut().poll(context) {
                std::task::Poll::Ready(error) => Some(error),
                std::task::Poll::Pending => None,
            });
            ready.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        });
        tokio::select! {
            error = any_child => error,
            error = servers.ended() => error,
        }
    }

    /// Ends everything: requests under way are answered first.
    pub async fn stop(self) {
        let Self { _published, children, mut servers, _data, .. } = self;
        drop(_published);
        let _ = spawn_blocking(move || drop(children)).await;
        servers.stop().await;
    }
}

/// The servers inside this process.
struct Servers {
    tasks: JoinSet<(&'static str, Result<()>)>,
    stop: watch::Sender<bool>,
}

impl Servers {
    fn new() -> Self {
        Self { tasks: JoinSet::new(), stop: watch::Sender::new(false) }
    }

    /// Resolves when the servers are to stop.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move {
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }

    fn spawn<E: Into<Error>>(
        &mut self,
        name: &'static str,
        serving: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.tasks.spawn(async move { (name, serving.await.map_err(Into::into)) });
    }

    async fn start_issuer(
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

    fn start_simulators(
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
        let mailbox = Mailbox::new(mailbox::Config { snapshot: Some(data.file("mailbox.jsonl")) })?;
        self.spawn("mailbox", mailbox::serve(mailbox, mail, self.stopped()));
        Ok(())
    }

    async fn ended(&mut self) -> Error {
        match self.tasks.join_next().await {
            Some(Ok((name, Ok(())))) => anyhow!("{name} ended"),
            Some(Ok((name, Err(error)))) => error.context(format!("{name} ended")),
            Some(Err(error)) => anyhow!("a server failed: {error}"),
            None => anyhow!("there are no servers"),
        }
    }

    async fn stop(&mut self) {
        let _ = self.stop.send(true);
        let _ = timeout(GRACE, async { while self.tasks.join_next().await.is_some() {} }).await;
        self.tasks.shutdown().await;
    }
}
