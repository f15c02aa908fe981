//! How many instructions the hot path takes, as valgrind counts them, against what is kept in the repository.
//!
//! Another compiler makes other instructions of the same code, so counts are compared only where it is the same one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// By how many parts of a hundred a count may grow.
const GROWTH: u64 = 5;

/// The counts of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// `rustc --version`.
    pub rustc: String,
    /// By the name of the benchmark.
    pub counts: BTreeMap<String, u64>,
}

/// What a comparison says.
#[derive(Debug, PartialEq, Eq)]
pub enum Judged {
    /// None has grown by more than it may.
    Same(String),
    /// Nothing can be said.
    OtherRustc(String),
    /// Some have, or are missing, or are new.
    Grown(String),
}

impl Counts {
    /// What the repository keeps.
    ///
    /// # Errors
    /// When it is none of ours.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("benches/instructions.json cannot be read")
    }

    /// As the repository keeps it.
    ///
    /// # Errors
    /// Never, for what these are.
    pub fn written(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// One line each.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for (name, count) in &self.counts {
            let _ = writeln!(out, "{count:>12}  {name}");
        }
        out
    }

    /// Holds these counts against the kept ones.
    #[must_use]
    pub fn against(&self, kept: &Self) -> Judged {
        if self.rustc != kept.rustc {
            return Judged::OtherRustc(format!(
                "the kept counts are those of {}, this is {}",
                kept.rustc, self.rustc
            ));
        }
        let mut wrong = Vec::new();
        let mut least = f64::MAX;
        let mut most = f64::MIN;
        for (name, &count) in &self.counts {
            let Some(&before) = kept.counts.get(name) else {
                wrong.push(format!("{name} takes {count} instructions, and no count is kept for it"));
                continue;
            };
            let change = (count as f64 / before.max(1) as f64 - 1.0) * 100.0;
            (least, most) = (least.min(change), most.max(change));
            if count * 100 > before * (100 + GROWTH) {
                wrong.push(format!("{name} takes {count} instructions and took {before}: {change:+.1} %"));
            }
        }
        for name in kept.counts.keys().filter(|name| !self.counts.contains_key(*name)) {
            wrong.push(format!("{name} was counted before and is not any more"));
        }
        if wrong.is_empty() {
            return Judged::Same(format!(
                "{} counts, {least:+.1} to {most:+.1} % of those kept, by the same rustc",
                self.counts.len()
            ));
        }
        Judged::Grown(wrong.join("\n"))
    }
}

/// The counts in what gungraun prints as JSON: one object a line, among other lines.
///
/// # Errors
/// When there is none, or one is not as it should be.
pub fn read(said: &str) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    for line in said.lines().filter(|line| line.starts_with('{')) {
        let summary: Value =
            serde_json::from_str(line).context("gungraun printed something else than JSON")?;
        let name = summary["function_name"].as_str().context("a summary of gungraun's names no function")?;
        let name = match summary["id"].as_str() {
            Some(id) => format!("{name} {id}"),
            None => name.to_owned(),
        };
        let count =
            find(&summary, "Ir").with_context(|| format!("gungraun tells no instructions of {name}"))?;
        counts.insert(name, count);
    }
    ensure!(!counts.is_empty(), "gungraun told nothing");
    Ok(counts)
}

/// The first whole number below a key of this name, wherever it is.
fn find(value: &Value, name: &str) -> Option<u64> {
    match value {
        Value::Object(fields) => match fields.get(name) {
            Some(found) => number(found),
            None => fields.values().find_map(|value| find(value, name)),
        },
        Value::Array(values) => values.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::Object(fields) => fields.values().find_map(number),
        Value::Array(values) => values.iter().find_map(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rustc: &str, counts: &[(&str, u64)]) -> Counts {
        Counts {
            rustc: rustc.to_owned(),
            counts: counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        }
    }

    #[test]
    fn growth_of_more_than_five_percent_fails() {
        let kept = counts("1", &[("headers", 1_000), ("finish", 100)]);
        assert!(matches!(counts("1", &[("headers", 1_050), ("finish", 90)]).against(&kept), Judged::Same(_)));
        let Judged::Grown(what) = counts("1", &[("headers", 1_051), ("finish", 100)]).against(&kept) else {
            panic!("it has grown");
        };
        assert_eq!(what, "headers takes 1051 instructions and took 1000: +5.1 %");
    }

    #[test]
    fn what_is_new_or_gone_fails() {
        let kept = counts("1", &[("headers", 1_000)]);
        let Judged::Grown(what) = counts("1", &[("header", 1_000)]).against(&kept) else {
            panic!("it is gone")
        };
        assert!(what.contains("no count is kept") && what.contains("not any more"), "{what}");
    }

    #[test]
    fn another_compiler_is_not_compared() {
        let kept = counts("1", &[("headers", 1)]);
        assert!(matches!(counts("2", &[("headers", 1_000)]).against(&kept), Judged::OtherRustc(_)));
        assert_eq!(Counts::parse(&kept.written().unwrap()).unwrap(), kept);
    }
}
