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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn guards_of_every_kind_are_found_each_with_a_name_of_its_own() {
        let guards = all().unwrap();
        let kinds: BTreeSet<&str> = guards.iter().map(|guard| guard.kind).collect();
        let expected = [
            "arm",
            "bound",
            "condition",
            "filter",
            "permission",
            "prefix",
            "refusal",
            "required",
            "role",
            "states",
            "token",
            "transition",
        ];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
        let names: BTreeSet<String> = guards.iter().map(table::name).collect();
        assert_eq!(names.len(), guards.len());
    }

    #[test]
    fn a_guard_taken_away_leaves_the_rest_of_the_file() {
        let text = "fn pay(x: u8) -> Result<(), E> {\n    if x > 1 || x == 0 {\n        return Err(E);\n    }\n    Ok(())\n}\n";
        let found = kinds::all(&Source::new("shared/domain/src/x.rs", text.to_owned()));
        let [guard] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((guard.kind, guard.name.as_str()), ("refusal", "pay: x > 1 || x == 0"));
        assert_eq!(guard.removed(text), text.replace("x > 1 || x == 0", "(x > 1 || x == 0) && false"));
    }

    #[test]
    fn what_is_in_strings_comments_and_tests_is_no_guard() {
        let text = "// return Err(E)\nfn say() -> &'static str {\n    \"if a { return Err(E) }\"\n}\n\n#[cfg(test)]\nmod tests {\n    fn f() -> R {\n        if true {\n            return Err(E);\n        }\n        Ok(())\n    }\n}\n";
        assert!(kinds::all(&Source::new("shared/domain/src/x.rs", text.to_owned())).is_empty());
    }
}
