#![allow(clippy::disallowed_types, reason = "what serde derives for a flattened field knows floats")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::data;
use crate::issuing::Tokens;
use crate::ports::Addresses;

/// The file in the data folder.
pub(crate) const NAME: &str = "stack.json";

/// `stack.json`: where a running stack is, for scripts. It is there exactly as long as the stack is ready.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StackFile {
    /// Where everything is.
    #[serde(flatten)]
    pub addresses: Addresses,
    /// The table's name.
    pub table: String,
    /// A token by practice and role.
    pub tokens: Tokens,
    /// Whether the clock can be moved.
    pub clock: bool,
    /// The process.
    pub pid: u32,
}

impl StackFile {
    /// Reads the file in a data folder.
    ///
    /// # Errors
    /// No stack is running there, or it is not ready.
    pub fn read(data: &Path) -> Result<Self> {
        // A process that was killed leaves the file.
        ensure!(data::is_taken(data), "no stack is running: start `cargo dev`");
        let json = fs::read(path(data)).context("the stack is not ready yet")?;
        Ok(serde_json::from_slice(&json)?)
    }

    /// Writes it; dropping the result removes it.
    pub(crate) fn publish(&self, data: &Path) -> Result<Published> {
        let path = path(data);
        let aside = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        fs::rename(&aside, &path).with_context(|| path.display().to_string())?;
        Ok(Published { path })
    }
}

fn path(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// The file, as long as the stack is ready.
pub(crate) struct Published {
    path: PathBuf,
}

impl Drop for Published {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
