//! How many instructions the hot path takes, as valgrind counts them, against what is kept in the repository.
//!
//! Another compiler makes somewhat different instructions of the same code. They are compared all the same, and what has grown
//! is told with both compilers: a comparison that ends with the next release of Rust would hold nothing.

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
    /// Some have, or are missing, or are new; or none are kept.
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

    /// Holds these counts against what the repository keeps, if it keeps any.
    ///
    /// # Errors
    /// When what it keeps cannot be read.
    pub fn judged(&self, kept: Option<&str>) -> Result<Judged> {
        Ok(match kept {
            Some(kept) => self.against(&Self::parse(kept)?),
            None => Judged::Grown("no counts are kept to hold these against".to_owned()),
        })
    }

    fn against(&self, kept: &Self) -> Judged {
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
        let compilers = if self.rustc == kept.rustc {
            "by the same rustc".to_owned()
        } else {
            format!("kept from {}, these from {}", kept.rustc, self.rustc)
        };
        if wrong.is_empty() {
            return Judged::Same(format!(
                "{} counts, {least:+.1} to {most:+.1} % of those kept, {compilers}",
                self.counts.len()
            ));
        }
        if self.rustc != kept.rustc {
            wrong.push(compilers);
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
            of_this_run(&summary).with_context(|| format!("gungraun tells no instructions of {name}"))?;
        ensure!(counts.insert(name.clone(), count).is_none(), "gungraun told of {name} twice");
    }
    ensure!(!counts.is_empty(), "gungraun told nothing");
    Ok(counts)
}

/// The instructions read (`Ir`), beside which an earlier run's may stand as `old`.
fn of_this_run(summary: &Value) -> Option<u64> {
    let profiles = summary["profiles"].as_array()?;
    let profile = profiles.iter().find(|profile| profile["tool"] == "Callgrind")?;
    profile["data"]["total"]["metrics"]["Ir"]["values"]["new"].as_u64().filter(|count| *count > 0)
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
    fn without_kept_counts_it_fails() {
        let counted = counts("1", &[("headers", 1)]);
        assert!(matches!(counted.judged(None).unwrap(), Judged::Grown(_)));
        assert!(counted.judged(Some("")).is_err());
        assert!(matches!(counted.judged(Some(&counted.written().unwrap())).unwrap(), Judged::Same(_)));
    }

    #[test]
    fn another_compiler_is_compared_and_named() {
        let kept = counts("1", &[("headers", 100)]);
        let Judged::Grown(what) = counts("2", &[("headers", 200)]).against(&kept) else {
            panic!("it has grown")
        };
        assert!(what.ends_with("kept from 1, these from 2"), "{what}");
        assert!(matches!(counts("2", &[("headers", 101)]).against(&kept), Judged::Same(_)));
    }

    #[test]
    fn what_gungraun_says_of_a_first_and_of_a_second_run() {
        let summary = |values: &str| {
            let metrics = format!(r#"{{"Dr":{{"values":{{"new":3}}}},"Ir":{values}}}"#);
            format!(
                r#"{{"function_name":"begin","id":"once","profiles":[{{"tool":"Callgrind","data":{{"parts":[],"total":{{"metrics":{metrics}}}}}}}]}}"#
            )
        };
        let first = summary(r#"{"values":{"new":17070}}"#);
        let second = summary(
            r#"{"change":{"diff_pct":"-0.12","factor":"-1.001"},"values":{"new":17049,"old":17070}}"#,
        );
        assert_eq!(read(&format!("noise\n{first}\n")).unwrap(), counts("", &[("begin once", 17_070)]).counts);
        assert_eq!(read(&second).unwrap(), counts("", &[("begin once", 17_049)]).counts);
        for nothing in ["noise", &summary(r#"{"values":{"old":1}}"#), &format!("{first}\n{first}")] {
            assert!(read(nothing).is_err(), "{nothing}");
        }
    }
}
