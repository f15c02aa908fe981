//! Each published crate brings the texts of its licences along.

use std::path::Path;

use crate::finding::Finding;

/// The texts, as they lie at the root.
pub const TEXTS: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// What is missing or different in the folder of one published crate, which is what cargo packages.
#[must_use]
pub fn of(root: &Path, name: &str, folder: &Path) -> Vec<Finding> {
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let mut found = Vec::new();
    for text in TEXTS {
        let at_root = read(&root.join(text));
        let mend = format!("cp {text} crates/{name}/");
        match (at_root, read(&folder.join(text))) {
            (None, _) => {
                let mend = format!("git checkout HEAD -- {text}");
                found.push(Finding::new(format!("{text} is missing at the root"), mend));
            }
            (Some(_), None) => {
                found.push(Finding::new(format!("`{name}` would be published without {text}"), mend));
            }
            (Some(at_root), Some(own)) if at_root != own => {
                found.push(Finding::new(format!("crates/{name}/{text} is not the one at the root"), mend));
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
    fn a_missing_text_and_another_one() {
        let root = std::env::temp_dir().join(format!("xtask-licences-{}", std::process::id()));
        let folder = root.join("crates/one");
        std::fs::create_dir_all(&folder).unwrap();
        for text in TEXTS {
            std::fs::write(root.join(text), text).unwrap();
        }
        std::fs::write(folder.join(TEXTS[1]), "something else").unwrap();
        let found: Vec<String> = of(&root, "one", &folder).iter().map(ToString::to_string).collect();
        for text in TEXTS {
            std::fs::write(folder.join(text), text).unwrap();
        }
        let sound = of(&root, "one", &folder);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("without LICENSE-MIT") && found[0].contains("mend: cp LICENSE-MIT crates/one/")
        );
        assert!(found[1].contains("is not the one at the root"));
        assert_eq!(sound, []);
    }
}
