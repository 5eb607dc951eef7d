//! What is in the table before anybody comes.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use paywell_app::App;
use secrecy::SecretString;

use crate::options::Options;
use crate::ports::Addresses;
use crate::secrets::Secrets;
use crate::{clock, demo, dynamodb, staff, synthea};

/// Loads what the options ask for and the table does not have.
pub(crate) async fn load(addresses: &Addresses, secrets: &Secrets, options: &Options) -> Result<()> {
    let mut app = App::new(dynamodb::store(addresses), addresses.api.clone());
    app.link_key = Some(SecretString::from(secrets.link_key.as_str()));
    if options.no_demo {
        demo::set_up(&app, clock::now()).await?;
    } else {
        eprintln!("Loading the demo");
        for loaded in demo::load(&app, clock::now()).await? {
            if let Some(counts) = loaded.new {
                eprintln!("  {}: {counts:?}", loaded.practice);
            }
        }
    }
    if let Some(folder) = &options.synthea {
        load_synthea(&app, folder, options).await?;
    }
    Ok(())
}

async fn load_synthea(app: &App, folder: &Path, options: &Options) -> Result<()> {
    eprintln!("Loading {}", folder.display());
    let practice = staff::SYNTHEA.id.parse().map_err(anyhow::Error::msg)?;
    let choices = synthea::Options { practice, withhold_percent: options.withhold, seed: options.seed };
    let report = synthea::load(app, folder, choices, clock::now()).await;
    let report = report.with_context(|| format!("{} cannot be loaded", folder.display()))?;
    eprintln!("{report}");
    ensure!(report.agrees(), "the table does not agree with the files");
    Ok(())
}
