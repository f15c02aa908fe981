//! Writes the measured parts of the book's performance page. The rest of the page is written by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::benchmarks;
use crate::plot;
use crate::report::{Measured, Row, Table, Target};
use crate::results::Results;

const BEGIN: &str = "<!-- measured: ";
const BEGIN_END: &str = " -->";
const END: &str = "<!-- measured end -->";
/// Name of the part with all targets.
const SUMMARY: &str = "summary";

/// Writes the measured parts and the plots.
///
/// # Errors
/// If a part is missing in the page, or a file cannot be written.
pub fn write(root: &Path, results: &Results) -> Result<()> {
    let folder = root.join("docs/book/src");
    let path = folder.join("performance.md");
    let before = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut parts = Vec::new();
    let after = replace_parts(&before, |name| {
        parts.push(name.to_owned());
        part(name, results)
    })?;
    if let Some(missing) =
        benchmarks::ALL.iter().find(|benchmark| !parts.iter().any(|name| name == benchmark.name))
    {
        bail!(
            "performance.md has no part for `{0}`\nhelp: add `{BEGIN}{0}{BEGIN_END}` and `{END}` to it",
            missing.name
        );
    }
    let plots_folder = folder.join("performance");
    fs::create_dir_all(&plots_folder)?;
    for (name, measured) in results {
        for (number, plot) in measured.report.plots.iter().enumerate() {
            fs::write(plots_folder.join(plot_file(name, number)), plot::svg(plot)?)?;
        }
    }
    if before != after {
        fs::write(&path, after)?;
    }
    Ok(())
}

fn plot_file(name: &str, number: usize) -> String {
    format!("{name}-{}.svg", number + 1)
}

/// Replaces the text between the marker comments.
fn replace_parts(text: &str, mut part: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(BEGIN_END).context("a marker comment is not closed")?;
        let Some((_, behind)) = after.split_once(END) else { bail!("the part `{name}` has no `{END}`") };
        write!(out, "{before}{BEGIN}{name}{BEGIN_END}\n\n{}\n\n{END}", part(name)?.trim_end())?;
        rest = behind;
    }
    Ok(out + rest)
}

fn part(name: &str, results: &Results) -> Result<String> {
    if name == SUMMARY {
        return Ok(summary(results));
    }
    if !benchmarks::ALL.iter().any(|benchmark| benchmark.name == name) {
        bail!("unknown benchmark `{name}`");
    }
    Ok(match results.get(name) {
        None => "Not measured yet.".to_owned(),
        Some(measured) => details(name, measured),
    })
}

fn summary(results: &Results) -> String {
    let all: Vec<(&str, &Target)> = benchmarks::ALL
        .iter()
        .filter_map(|benchmark| Some((benchmark.name, results.get(benchmark.name)?)))
        .flat_map(|(name, measured)| measured.report.targets.iter().map(move |target| (name, target)))
        .collect();
    let missed = all.iter().filter(|(_, target)| !target.is_met()).count();
    let unmeasured: Vec<&str> = benchmarks::ALL
        .iter()
        .map(|benchmark| benchmark.name)
        .filter(|name| !results.contains_key(*name))
        .collect();
    let mut out = format!("{} targets: {} met, {missed} not met.", all.len(), all.len() - missed);
    if !unmeasured.is_empty() {
        let _ = write!(out, " Not measured yet: {}.", unmeasured.join(", "));
    }
    out += "\n\n";
    out += &targets(all.into_iter());
    out
}

fn targets<'a>(all: impl Iterator<Item = (&'a str, &'a Target)>) -> String {
    let mut out =
        String::from("| | what | ours | against | ratio | limit | |\n|---|---|---|---|---|---|---|\n");
    for (name, target) in all {
        let peer = target.peer.as_ref();
        let _ = writeln!(
            out,
            "| [{name}](#{name}) | {} | {} | {} | {} | {} | {} |",
            target.label,
            target.unit.show(target.ours),
            peer.map_or_else(String::new, |(name, figure)| format!("{name}: {}", target.unit.show(*figure))),
            target.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}×")),
            target.limit_text(),
            if target.is_met() { "met" } else { "**not met**" },
        );
    }
    out
}

fn details(name: &str, measured: &Measured) -> String {
    let Measured { date, machine, report } = measured;
    let mut out = format!("Measured on {date}: {}.\n", machine.description());
    for table in &report.tables {
        out += "\n";
        out += &figures(table);
    }
    for (number, _) in report.plots.iter().enumerate() {
        let _ = write!(out, "\n![Plot of these figures](performance/{})\n", plot_file(name, number));
    }
    for note in &report.notes {
        let _ = write!(out, "\n{note}\n");
    }
    out
}

fn figures(table: &Table) -> String {
    let has_ratio = !table.baseline.is_empty();
    let mut out = format!("**{}**\n\n| | median | quartiles |", table.title);
    let mut rule = String::from("|---|---:|---:|");
    if has_ratio {
        out += " ratio |";
        rule += "---:|";
    }
    out += "\n";
    out += &rule;
    out += "\n";
    for row in &table.rows {
        let Row { name, unit, figure, ratio, note } = row;
        let name = if note.is_empty() { name.clone() } else { format!("{name} ({note})") };
        let (median, spread) = match figure {
            None => ("not run".to_owned(), String::new()),
            Some(figure) if figure.low == figure.high => (unit.show(figure.median), String::new()),
            Some(figure) => {
                (unit.show(figure.median), format!("{} … {}", unit.show(figure.low), unit.show(figure.high)))
            }
        };
        let _ = write!(out, "| {name} | {median} | {spread} |");
        if has_ratio {
            let _ = write!(out, " {} |", ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}×")));
        }
        out += "\n";
    }
    out
}

/// Results of one benchmark for the terminal.
pub fn terminal_text(measured: &Measured) -> String {
    let mut out = String::new();
    for table in &measured.report.tables {
        let _ = writeln!(out, "\n{}", table.title);
        let width = table.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        for row in &table.rows {
            let figure = match row.figure {
                None => "not run".to_owned(),
                Some(figure) => format!(
                    "{:>12}  ({} … {})",
                    row.unit.show(figure.median),
                    row.unit.show(figure.low),
                    row.unit.show(figure.high)
                ),
            };
            let ratio = row.ratio.map_or_else(String::new, |ratio| format!("  {ratio:.2}×"));
            let note = if row.note.is_empty() { String::new() } else { format!("  [{}]", row.note) };
            let _ = writeln!(out, "  {:width$}  {figure}{ratio}{note}", row.name);
        }
    }
    let _ = writeln!(out);
    for note in &measured.report.notes {
        let _ = writeln!(out, "  {note}");
    }
    for target in &measured.report.targets {
        let value =
            target.ratio.map_or_else(|| target.unit.show(target.ours), |ratio| format!("{ratio:.3}×"));
        let status = if target.is_met() { "met    " } else { "NOT MET" };
        let _ = writeln!(out, "  {status}  {}: {value}, {}", target.label, target.limit_text());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Limit;
    use crate::unit::Unit;

    #[test]
    fn replaces_only_text_between_markers() {
        let text = "a\n<!-- measured: x -->\nold\n<!-- measured end -->\nb\n";
        let new = replace_parts(text, |name| Ok(format!("new {name}\n"))).unwrap();
        assert_eq!(new, "a\n<!-- measured: x -->\n\nnew x\n\n<!-- measured end -->\nb\n");
        assert!(replace_parts("<!-- measured: x -->\nold", |_| Ok(String::new())).is_err());
    }

    #[test]
    fn committed_page_matches_results() {
        let root = crate::options::root();
        let results = crate::results::read(&root).unwrap();
        let page = fs::read_to_string(root.join("docs/book/src/performance.md")).unwrap();
        assert_eq!(
            replace_parts(&page, |name| part(name, &results)).unwrap(),
            page,
            "cargo xtask bench --page"
        );
    }

    #[test]
    fn missed_target_is_marked() {
        let missed = Target::absolute("one call", 61.0, Unit::Time, Limit::AtMost(60.0));
        let table = targets([("header", &missed)].into_iter());
        assert!(table.contains("| 61 ns |") && table.contains("| ≤ 60 ns | **not met** |"), "{table}");
    }
}
