//! Instruction counts of the hot path, as measured by valgrind, compared with a stored baseline.
//!
//! Compilers generate different code, yet counts of different compilers are compared too, and the message
//! names both: otherwise the check would be void after each Rust release.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Allowed growth of a count, in percent.
const MAX_GROWTH_PERCENT: u64 = 5;

/// Instruction counts of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Output of `rustc --version`.
    pub rustc: String,
    /// Counts by benchmark name.
    pub counts: BTreeMap<String, u64>,
}

/// Result of a comparison with the baseline.
#[derive(Debug, PartialEq, Eq)]
pub enum Comparison {
    /// No count has grown more than allowed.
    WithinLimit(String),
    /// Counts have grown or differ in name, or there is no baseline.
    Exceeded(String),
}

impl Counts {
    /// Parses the baseline in `benches/instructions.json`.
    ///
    /// # Errors
    /// If the text is not such a file.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("cannot parse benches/instructions.json")
    }

    /// The JSON stored as the baseline.
    ///
    /// # Errors
    /// If serialising fails.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// A table with one line per count.
    #[must_use]
    pub fn to_table(&self) -> String {
        let mut out = String::new();
        for (name, count) in &self.counts {
            let _ = writeln!(out, "{count:>12}  {name}");
        }
        out
    }

    /// Compares these counts with the baseline, if there is one.
    ///
    /// # Errors
    /// If the baseline cannot be parsed.
    pub fn compare_with_baseline(&self, baseline: Option<&str>) -> Result<Comparison> {
        Ok(match baseline {
            Some(baseline) => self.compare(&Self::parse(baseline)?),
            None => Comparison::Exceeded("benches/instructions.json is missing".to_owned()),
        })
    }

    fn compare(&self, baseline: &Self) -> Comparison {
        let mut errors = Vec::new();
        let mut least = f64::MAX;
        let mut most = f64::MIN;
        for (name, &count) in &self.counts {
            let Some(&before) = baseline.counts.get(name) else {
                errors.push(format!("{name} takes {count} instructions and is not in the baseline"));
                continue;
            };
            let change = (count as f64 / before.max(1) as f64 - 1.0) * 100.0;
            (least, most) = (least.min(change), most.max(change));
            if count * 100 > before * (100 + MAX_GROWTH_PERCENT) {
                errors.push(format!(
                    "{name} takes {count} instructions, {before} in the baseline: {change:+.1} %"
                ));
            }
        }
        for name in baseline.counts.keys().filter(|name| !self.counts.contains_key(*name)) {
            errors.push(format!("{name} is in the baseline and was not counted"));
        }
        let compilers = if self.rustc == baseline.rustc {
            "same rustc".to_owned()
        } else {
            format!("baseline from {}, this run from {}", baseline.rustc, self.rustc)
        };
        if errors.is_empty() {
            return Comparison::WithinLimit(format!(
                "{} counts, {least:+.1} to {most:+.1} % against the baseline, {compilers}",
                self.counts.len()
            ));
        }
        if self.rustc != baseline.rustc {
            errors.push(compilers);
        }
        Comparison::Exceeded(errors.join("\n"))
    }
}

/// Parses gungraun's output, where each summary is a JSON object on a line of its own.
///
/// # Errors
/// If there is no summary or one is malformed.
pub fn parse_output(output: &str) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    for line in output.lines().filter(|line| line.starts_with('{')) {
        let summary: Value = serde_json::from_str(line).context("gungraun printed invalid JSON")?;
        let name = summary["function_name"].as_str().context("a gungraun summary names no function")?;
        let name = match summary["id"].as_str() {
            Some(id) => format!("{name} {id}"),
            None => name.to_owned(),
        };
        let count = instruction_count(&summary)
            .with_context(|| format!("gungraun reports no instructions of {name}"))?;
        ensure!(counts.insert(name.clone(), count).is_none(), "gungraun reports {name} twice");
    }
    ensure!(!counts.is_empty(), "gungraun reports no counts");
    Ok(counts)
}

/// The instructions executed (`Ir`) in this run; an earlier run may be included as `old`.
fn instruction_count(summary: &Value) -> Option<u64> {
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
        let baseline = counts("1", &[("headers", 1_000), ("finish", 100)]);
        assert!(matches!(
            counts("1", &[("headers", 1_050), ("finish", 90)]).compare(&baseline),
            Comparison::WithinLimit(_)
        ));
        let Comparison::Exceeded(message) =
            counts("1", &[("headers", 1_051), ("finish", 100)]).compare(&baseline)
        else {
            panic!("expected a failure");
        };
        assert_eq!(message, "headers takes 1051 instructions, 1000 in the baseline: +5.1 %");
    }

    #[test]
    fn added_or_removed_count_fails() {
        let baseline = counts("1", &[("headers", 1_000)]);
        let Comparison::Exceeded(message) = counts("1", &[("header", 1_000)]).compare(&baseline) else {
            panic!("expected a failure")
        };
        assert!(
            message.contains("is not in the baseline") && message.contains("was not counted"),
            "{message}"
        );
    }

    #[test]
    fn missing_baseline_fails() {
        let counted = counts("1", &[("headers", 1)]);
        assert!(matches!(counted.compare_with_baseline(None).unwrap(), Comparison::Exceeded(_)));
        assert!(counted.compare_with_baseline(Some("")).is_err());
        assert!(matches!(
            counted.compare_with_baseline(Some(&counted.to_json().unwrap())).unwrap(),
            Comparison::WithinLimit(_)
        ));
    }

    #[test]
    fn compares_and_names_other_compiler() {
        let baseline = counts("1", &[("headers", 100)]);
        let Comparison::Exceeded(message) = counts("2", &[("headers", 200)]).compare(&baseline) else {
            panic!("expected a failure")
        };
        assert!(message.ends_with("baseline from 1, this run from 2"), "{message}");
        assert!(matches!(counts("2", &[("headers", 101)]).compare(&baseline), Comparison::WithinLimit(_)));
    }

    #[test]
    fn parses_first_and_second_gungraun_run() {
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
        assert_eq!(
            parse_output(&format!("noise\n{first}\n")).unwrap(),
            counts("", &[("begin once", 17_070)]).counts
        );
        assert_eq!(parse_output(&second).unwrap(), counts("", &[("begin once", 17_049)]).counts);
        for nothing in ["noise", &summary(r#"{"values":{"old":1}}"#), &format!("{first}\n{first}")] {
            assert!(parse_output(nothing).is_err(), "{nothing}");
        }
    }
}
