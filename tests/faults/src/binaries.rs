//! The functions as they ship, built by cargo.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// What cargo tells a program that it runs. Build scripts watch some of these: left in the environment of another
/// cargo, they make it build again.
const OF_CARGO: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_"];

/// How the functions are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Unoptimised; compiled with the rest of the workspace, so that nothing is compiled twice.
    Debug,
    /// As deployed.
    Release,
}

impl Profile {
    /// Builds the functions, once a process; gives the folder they are in.
    pub(crate) fn build(self) -> &'static Path {
        static FOLDERS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        let [debug, release] = &FOLDERS;
        let (folder, selection, name): (_, &[&str], _) = match self {
            Self::Debug => (debug, &["--workspace", "--bins"], "debug"),
            Self::Release => (release, &["--release", "--bins"], "release"),
        };
        folder.get_or_init(|| {
            let mut cargo = Command::new("cargo");
            cargo.arg("build").args(selection).stdin(Stdio::null()).stdout(Stdio::null());
            cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
            for (name, _) in std::env::vars_os() {
                let name = name.to_string_lossy().into_owned();
                if OF_CARGO.iter().any(|prefix| name.starts_with(prefix)) {
                    cargo.env_remove(name);
                }
            }
            assert!(cargo.status().unwrap().success(), "the functions do not compile");
            target().join(name)
        })
    }
}

/// The target folder that this program was built in: it lies in `target/<profile>/<deps or examples>`.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().to_owned()
}
