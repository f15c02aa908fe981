//! Tells the source of `oauth-core` who chooses what happens next, and makes a copy of it with mistakes that can be
//! switched on one by one.

use std::path::Path;
use std::{env, fs};

const SOURCE: &str = "../../crates/oauth-core/src";

/// A mistake: in which file, at which words, and what stands there with it.
const MISTAKES: &[(&str, &str, &str)] = &[
    // Wakes those who wait before the slot is cleared: they join a flight that is over.
    (
        "connections/flight.rs",
        "fn land(mut self, landed: Landed<P>, goal: Goal) {",
        r#"fn land(mut self, landed: Landed<P>, goal: Goal) {
        if crate::planted("woken early") {
            let landed = landed.as_ref().map(Arc::clone).map_err(Error::copied);
            self.progress.send_replace(Progress::Landed(landed));
        }"#,
    ),
    // A flight that does not land leaves itself in the slot.
    ("connections/flight.rs", "if !self.landed {", r#"if !self.landed && !crate::planted("left behind") {"#),
    // Looks and takes off in two steps.
    (
        "connections/flight.rs",
        "let now = Instant::now();",
        r#"if crate::planted("two steps") {
            drop(slot);
            slot = cell.slot();
        }
        let now = Instant::now();"#,
    ),
    // A flight undoes what was inserted or removed since it began.
    (
        "connections/cell.rs",
        "if slot.era != era {\n            // Inserted",
        "if slot.era != era && !crate::planted(\"undone\") {\n            // Inserted",
    ),
    // Looks at the era, and only then at what is in memory.
    (
        "connections/cell.rs",
        "self.checked_now();\n        if let Some(present) = self.live() {",
        r#"if crate::planted("unlocked") {
            drop(slot);
        }
        self.checked_now();
        if let Some(present) = self.live() {"#,
    ),
    // Takes the old token away before the new one is there.
    (
        "connections/cell.rs",
        "self.live.store(Some(Arc::clone(&live)));",
        r#"if crate::planted("emptied") {
            self.live.store(None);
        }
        self.live.store(Some(Arc::clone(&live)));"#,
    ),
    // Looks whether the end has come, and only then says that it has begun.
    (
        "connections/shared.rs",
        "self.under_way.send_modify(|count| *count += 1);",
        r#"if crate::planted("counted late") {
            self.check_open()?;
        }
        self.under_way.send_modify(|count| *count += 1);
        if crate::planted("counted late") {
            return Ok(UnderWay(Arc::clone(self)));
        }"#,
    ),
];

fn main() {
    println!("cargo::rustc-cfg=shuttle");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SOURCE}");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    copy(Path::new(SOURCE), &Path::new(&out).join("planted"));
    for (file, right, wrong) in MISTAKES {
        let file = Path::new(&out).join("planted").join(file);
        let text = fs::read_to_string(&file).expect("it was copied");
        assert_eq!(text.matches(right).count(), 1, "in {}: {right}", file.display());
        fs::write(&file, text.replace(right, wrong)).expect("it was copied");
    }
}

/// Copies a folder. Attributes of a crate stay behind: what includes its root has its own.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the build's own folder");
    for entry in fs::read_dir(from).expect("the source") {
        let entry = entry.expect("the source");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            let text = fs::read_to_string(entry.path()).expect("the source is text");
            let kept = text.lines().filter(|line| !line.starts_with("#![")).collect::<Vec<_>>().join("\n");
            // Its own tests are run where it is at home.
            let kept = kept.replace("#[cfg(test)]", "#[cfg(any())]");
            fs::write(to, kept).expect("the build's own folder");
        }
    }
}
