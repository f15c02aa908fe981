//! Writes the seeds of each fuzz target into a folder with its name, and its dictionary into `NAME.dict`.
//! `cargo xtask fuzz` runs it before libFuzzer.
#![allow(clippy::unwrap_used)] // a panic is shown to the user

use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("give the folder"));
    for target in fuzzing::ALL {
        let own = folder.join(target.name);
        // Removes old seeds.
        let _ = std::fs::remove_dir_all(&own);
        std::fs::create_dir_all(&own).unwrap();
        for (n, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(own.join(format!("seed-{n:03}")), seed).unwrap();
        }
        std::fs::write(folder.join(format!("{}.dict", target.name)), dictionary(target.dictionary)).unwrap();
    }
}

/// The format of libFuzzer: a quoted string on each line, with `\xAB` for bytes that are not printable ASCII.
fn dictionary(words: &[&str]) -> String {
    let mut out = String::new();
    for word in words {
        out.push('"');
        for byte in word.bytes() {
            match byte {
                b'"' | b'\\' => write!(out, "\\{}", char::from(byte)).unwrap(),
                b' '..=b'~' => out.push(char::from(byte)),
                _ => write!(out, "\\x{byte:02X}").unwrap(),
            }
        }
        out.push_str("\"\n");
    }
    out
}
