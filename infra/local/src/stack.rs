use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow};
use futures_util::future::select_all;
use tokio::task::spawn_blocking;

use crate::clock::{self, Clock};
use crate::data::{self, Data};
use crate::guard::Guarded;
use crate::options::Options;
use crate::ports::{Addresses, Ports};
use crate::secrets::Secrets;
use crate::servers::Servers;
use crate::stack_file::{Published, StackFile};
use crate::{dynamodb, functions, gateway, loading, tools};

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
        let secrets = Secrets::read_or_make(&data.file(data::SECRETS))?;
        let environment = functions::environment(&addresses, &secrets);

        let mut servers = Servers::new();
        let tokens = servers.start_issuer(&addresses, &data, ports.issuer, options.synthea.is_some()).await?;
        servers.start_simulators(&addresses, &secrets, &data, ports.stripe, ports.mailbox)?;
        servers.start_storage(&data, ports.objects)?;
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
        let children = self.children.iter().map(|child| {
            Box::pin(async {
                let status = child.ended().await;
                let how = status.map_or_else(|| "lost".to_owned(), |status| status.to_string());
                anyhow!("{} ended ({how})", child.name)
            })
        });
        tokio::select! {
            (error, ..) = select_all(children) => error,
            error = self.servers.ended() => error,
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
