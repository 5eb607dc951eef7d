//! The functions as they ship, built by cargo.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

/// How the functions are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As this program is, so that nothing is compiled twice: unoptimised, or under the profile `faults`.
    Debug,
    /// As deployed.
    Release,
}

impl Profile {
    /// Builds the functions, once a process; gives the folder they are in.
    pub(crate) fn build(self) -> &'static Path {
        static FOLDERS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        let [own, release] = &FOLDERS;
        let own_name = own_profile();
        // Cargo's folder of the profile `dev` has another name.
        let own_profile = if own_name == "debug" { "dev" } else { own_name.as_str() };
        let (folder, selection, name): (_, &[&str], _) = match self {
            // With an example: cargo then compiles for what tests ask for too, as it did for this program.
            Self::Debug => (
                own,
                &["--workspace", "--bins", "--example", "guards", "--profile", own_profile],
                own_name.as_str(),
            ),
            Self::Release => (release, &["--release", "--bins"], "release"),
        };
        folder.get_or_init(|| {
            cargo_build(selection);
            target().join(name)
        })
    }
}

/// Builds a function as it is deployed; gives the program.
pub(crate) fn shipped(function: &str) -> PathBuf {
    cargo_build(&["--release", "--bin", function]);
    target().join("release").join(function)
}

/// In the workspace's folder, where what is not chosen otherwise is what ships.
fn cargo_build(selection: &[&str]) {
    let mut cargo = verify::command("cargo");
    cargo.arg("build").args(selection).stdin(Stdio::null()).stdout(Stdio::null());
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    assert!(cargo.status().unwrap().success(), "the functions do not compile");
}

/// The folder of the profile that this program was built under.
fn own_profile() -> String {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap().file_name().unwrap().to_string_lossy().into_owned()
}

/// The target folder that this program was built in: it lies in `target/<profile>/<deps or examples>`.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().to_owned()
}
