use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// The functions' secrets: made at the first start, so that links and cursors outlive a restart.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Secrets {
    pub(crate) link_key: String,
    pub(crate) cursor_key: String,
    pub(crate) stripe_secret_key: String,
    pub(crate) stripe_webhook_secret: String,
}

impl Secrets {
    pub(crate) fn read_or_make(path: &Path) -> Result<Self> {
        if path.try_exists()? { Self::read(path) } else { make(path) }
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let json = fs::read(path).with_context(|| path.display().to_string())?;
        serde_json::from_slice(&json).with_context(|| format!("{} cannot be read", path.display()))
    }
}

fn make(path: &Path) -> Result<Secrets> {
    let secrets = Secrets {
        link_key: random()?,
        cursor_key: random()?,
        stripe_secret_key: format!("sk_test_{}", random()?),
        stripe_webhook_secret: format!("whsec_{}", random()?),
    };
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&serde_json::to_vec_pretty(&secrets)?)?;
    Ok(secrets)
}

/// 48 hexadecimal digits.
fn random() -> Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
