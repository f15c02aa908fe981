//! Line diffs of pending snapshots.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use similar::{ChangeTag, TextDiff};

use super::content;

/// The changed lines with some context.
///
/// # Errors
/// If a file cannot be read.
pub fn of(pending: &Path, colours: bool) -> Result<String> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let new = read(pending)?;
    if pending.extension().is_some_and(|end| end == "pending-snap") {
        return Ok(format!("{} inline snapshots\n", new.lines().count()));
    }
    let before = pending.with_extension("");
    if !before.exists() {
        return Ok(lines("", content(&new), colours));
    }
    let old = read(&before)?;
    let (old_content, new_content) = (content(&old), content(&new));
    // If only the metadata header differs, shows that.
    Ok(if old_content.trim_end() == new_content.trim_end() {
        lines(&old, &new, colours)
    } else {
        lines(old_content, new_content, colours)
    })
}

fn lines(old: &str, new: &str, colours: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut out = String::new();
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        if number > 0 {
            out += "    ⋮\n";
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ("-", "\x1b[31m"),
                ChangeTag::Insert => ("+", "\x1b[32m"),
                ChangeTag::Equal => (" ", ""),
            };
            let text = change.value().trim_end_matches('\n');
            let (begin, end) = if colours && !colour.is_empty() { (colour, "\x1b[0m") } else { ("", "") };
            let _ = writeln!(out, "{begin}  {sign} {text}{end}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diff_shows_changes_with_context() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        let new = old.replace("2\n", "two\n").replacen("11\n", "", 1);
        let expected = "    1\n  - 2\n  + two\n    3\n    4\n    5\n    ⋮\n    8\n    9\n    10\n  - 11\n";
        let text = lines(old, &new, false);
        assert!(text.starts_with(expected), "{text}");
        assert!(lines("a\n", "b\n", true).contains("\x1b[31m  - a\x1b[0m"));
    }

    #[test]
    fn shows_new_snapshot_whole_and_header_only_change() {
        let folder = std::env::temp_dir().join(format!("xtask-diff-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (snap, new) = (folder.join("a.snap"), folder.join("a.snap.new"));
        std::fs::write(&new, "---\nsource: a.rs\n---\none\n").unwrap();
        assert_eq!(of(&new, false).unwrap(), "  + one\n");
        std::fs::write(&snap, "---\nsource: b.rs\n---\none\n").unwrap();
        let head = of(&new, false).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(head.contains("- source: b.rs") && head.contains("+ source: a.rs"), "{head}");
    }
}
