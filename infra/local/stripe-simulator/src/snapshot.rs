//! The state as a JSON file, replaced as a whole.

use crate::state::State;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The state of the last run; `None` if there was none.
pub(crate) fn load(path: &Path) -> io::Result<Option<State>> {
    match fs::read(path) {
        Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes beside the file and renames, so that a crash leaves the old file or the new one.
pub(crate) fn save(path: &Path, json: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(json)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
