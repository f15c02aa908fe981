//! Checks that each published crate contains the licence texts.

use std::path::Path;

use crate::diagnostic::Diagnostic;

/// Licence files at the root.
pub const TEXTS: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Missing or different licence texts in the folder of a published crate, which is what cargo packages.
#[must_use]
pub fn check(root: &Path, name: &str, folder: &Path) -> Vec<Diagnostic> {
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let mut found = Vec::new();
    for text in TEXTS {
        let at_root = read(&root.join(text));
        let help = format!("cp {text} crates/{name}/");
        match (at_root, read(&folder.join(text))) {
            (None, _) => {
                let help = format!("git checkout HEAD -- {text}");
                found.push(Diagnostic::new(format!("{text} is missing in the workspace root"), help));
            }
            (Some(_), None) => {
                found.push(Diagnostic::new(format!("`{name}` would be published without {text}"), help));
            }
            (Some(at_root), Some(in_crate)) if at_root != in_crate => {
                found.push(Diagnostic::new(
                    format!("crates/{name}/{text} differs from the one in the workspace root"),
                    help,
                ));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_missing_and_different_licence() {
        let root = std::env::temp_dir().join(format!("xtask-licences-{}", std::process::id()));
        let folder = root.join("crates/one");
        std::fs::create_dir_all(&folder).unwrap();
        for text in TEXTS {
            std::fs::write(root.join(text), text).unwrap();
        }
        std::fs::write(folder.join(TEXTS[1]), "something else").unwrap();
        let found: Vec<String> = check(&root, "one", &folder).iter().map(ToString::to_string).collect();
        for text in TEXTS {
            std::fs::write(folder.join(text), text).unwrap();
        }
        let valid = check(&root, "one", &folder);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("without LICENSE-MIT") && found[0].contains("help: cp LICENSE-MIT crates/one/")
        );
        assert!(found[1].contains("differs from the one in the workspace root"));
        assert_eq!(valid, []);
    }
}
