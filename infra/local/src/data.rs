//! Where the stack keeps what it keeps.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stack_file;

/// What is no data, and so survives `--fresh`.
const KEPT: [&str; 3] = [LOCK, "issuer.pem", SECRETS];

/// The file with the functions' secrets.
pub(crate) const SECRETS: &str = "secrets.json";

/// Locked by the stack that uses the folder; the system unlocks it when that process ends.
const LOCK: &str = "lock";

/// The workspace's folder.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// Where installed tools are.
pub(crate) fn tools() -> PathBuf {
    repository().join("target/tools")
}

/// The folder of one stack. It is that stack's alone for as long as this value lives.
#[derive(Debug)]
pub(crate) struct Data {
    folder: PathBuf,
    _lock: File,
}

impl Data {
    /// Takes the folder, and empties it if asked to.
    pub(crate) fn take(folder: &Path, fresh: bool) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let lock = File::create(folder.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "a stack runs with the data in {} already; stop it, or give --data DIR",
                    folder.display()
                )
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // A process that was killed left it.
        let _ = fs::remove_file(folder.join(stack_file::NAME));
        if fresh {
            empty(folder)?;
        }
        Ok(Self { folder: folder.to_path_buf(), _lock: lock })
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Whether a stack uses the folder now.
pub(crate) fn is_taken(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if KEPT.iter().any(|kept| entry.file_name() == *kept) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
