//! `fuzz/` has exactly one program for each target, and uses the dependencies of this workspace.
#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_target_has_one_program() {
    let folder = fuzzing::folder();
    let manifest = read(folder.join("Cargo.toml"));
    let names: Vec<&str> = fuzzing::ALL.iter().map(|target| target.name).collect();
    for name in &names {
        let program = read(folder.join(format!("fuzz_targets/{name}.rs")));
        assert!(
            program.contains(&format!("fuzz_target!(|data: &[u8]| fuzzing::{name}(data));")),
            "{program}"
        );
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n")),
            "{name}"
        );
    }
    let programs = std::fs::read_dir(folder.join("fuzz_targets")).unwrap().count();
    assert_eq!((programs, manifest.matches("[[bin]]").count()), (names.len(), names.len()));
    // A folder of another name would never be read.
    for entry in std::fs::read_dir(folder.join("regressions")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(!entry.file_type().unwrap().is_dir() || names.contains(&name.as_str()), "{name}");
    }
}

/// Packages in both lock files have the same version.
#[test]
fn lock_files_agree_on_versions() {
    let packages = |lock: &str| -> BTreeSet<(String, String)> {
        let field = |part: &str, name: &str| {
            let line = part.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
            line.unwrap().trim_end_matches('"').to_owned()
        };
        lock.split("[[package]]").skip(1).map(|part| (field(part, "name"), field(part, "version"))).collect()
    };
    let here = packages(&read(fuzzing::folder().join("../Cargo.lock")));
    let names: BTreeSet<&String> = here.iter().map(|(name, _)| name).collect();
    let there = packages(&read(fuzzing::folder().join("Cargo.lock")));
    assert!(there.len() > 50, "the lock file is incomplete");
    for package in &there {
        let help = "cp Cargo.lock fuzz/ && cargo metadata --manifest-path fuzz/Cargo.toml >/dev/null";
        assert!(here.contains(package) || !names.contains(&package.0), "{package:?} differs; help: {help}");
    }
}
