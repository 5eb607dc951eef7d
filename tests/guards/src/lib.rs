//! Guards of the product, found in its source, each with the edit that takes it away: so that it can be shown which
//! test goes red without it.

pub mod guard;
mod kinds;
pub mod red;
pub mod source;
pub mod table;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use guard::Guard;
use source::Source;

/// The crates whose source is searched.
const SEARCHED: [&str; 6] = [
    "shared/domain/src",
    "shared/store/src",
    "shared/http/src",
    "shared/app/src",
    "shared/gateways/src/stripe",
    "functions",
];

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every guard of the product, in the order of its source.
///
/// # Errors
/// The source cannot be read.
pub fn all() -> io::Result<Vec<Guard>> {
    let root = root();
    let mut guards = Vec::new();
    for folder in SEARCHED {
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        for file in files {
            let path = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
            guards.extend(kinds::all(&Source::new(&path, fs::read_to_string(&file)?)));
        }
    }
    guard::number(&mut guards);
    Ok(guards)
}

/// The files of a folder that are compiled into what ships.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // `books.rs` is a test of the domain, as the fixtures are for tests.
        if matches!(name.as_str(), "tests" | "fixtures" | "test_server" | "books") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
