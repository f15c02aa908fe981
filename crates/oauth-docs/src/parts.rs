//! The generated parts of pages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap_markdown::MarkdownOptions;

use crate::Book;
use crate::portrait::{Fact, Portrait};
use crate::provider_facts::ProviderFacts;

/// Generates the part with this name.
pub(crate) fn part(book: &Book, name: &str) -> Result<String> {
    let (kind, subject) = name.split_once(' ').unwrap_or((name, ""));
    let provider = || {
        let portrait = book.portraits.iter().find(|portrait| portrait.name == subject);
        portrait.with_context(|| format!("`{kind}` needs a provider, and `{subject}` is none"))
    };
    match kind {
        "comparison" => Ok(comparison(&book.portraits, &book.facts)),
        "facts" => Ok(facts(provider()?, &book.facts)),
        "calls" => Ok(calls(provider()?)),
        "snapshot" => snapshot(&book.repository, subject),
        "cli" => Ok(cli()),
        _ => bail!("there is no generated part `{name}`"),
    }
}

/// The parts that must be on a page.
pub(crate) fn required(portraits: &[Portrait]) -> Vec<String> {
    let of = |kind: &str, portrait: &Portrait| format!("{kind} {}", portrait.name);
    let with_flow = portraits.iter().filter(|portrait| portrait.has_flow);
    ["comparison", "cli"]
        .map(str::to_owned)
        .into_iter()
        .chain(portraits.iter().map(|portrait| of("facts", portrait)))
        .chain(with_flow.map(|portrait| of("calls", portrait)))
        .collect()
}

/// A Markdown table.
fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace('\n', " "));
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let mut out = line(&header) + &line(&vec!["---".to_owned(); header.len()]);
    for row in rows {
        out += &line(&row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>());
    }
    out
}

fn comparison(portraits: &[Portrait], file: &ProviderFacts) -> String {
    let portraits: Vec<&Portrait> = portraits.iter().filter(|portrait| portrait.has_flow).collect();
    let titles = portraits.iter().map(|one| format!("[{}](providers/{}.md)", one.title, one.name));
    let header: Vec<String> = [String::new()].into_iter().chain(titles).collect();
    let rows = file.compared.iter().map(|key| {
        let fact = |one: &&Portrait| one.facts.iter().find(|fact| fact.key == key).map(Fact::shown);
        let cells = portraits.iter().map(|portrait| fact(portrait).unwrap_or_else(|| "—".to_owned()));
        [file.names[key].clone()].into_iter().chain(cells).collect()
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    table(&header, rows) + "\n**Bold** values differ from RFC 6749.\n"
}

fn facts(portrait: &Portrait, file: &ProviderFacts) -> String {
    let row = |fact: &Fact| {
        let name = file.names.get(fact.key).map_or(fact.key, String::as_str);
        let sources = file.fact(portrait.name, fact.key).map_or(&[][..], |entry| &entry.sources);
        let cited = match sources {
            [] => "as in RFC 6749; no document differs".to_owned(),
            sources => file.cited(sources),
        };
        vec![with_capital(name), fact.shown(), cited, file.checked_on(sources)]
    };
    table(&["Fact", "Value", "Source", "Checked"], portrait.facts.iter().map(row))
}

fn with_capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn calls(portrait: &Portrait) -> String {
    let list = &portrait.documented;
    format!("{}\n\n{}", list.summary(), table(&["Call", "Scopes", "Typed fields", "Source"], list.rows()))
}

/// A tested snapshot of the requests that a client sends, without the document's own example.
fn snapshot(root: &Path, path: &str) -> Result<String> {
    let text = fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
    let sent = text.split_once("# This crate sends:\n").or_else(|| text[3..].split_once("\n---\n"));
    let (_, sent) = sent.with_context(|| format!("{path} is no snapshot"))?;
    Ok(format!("```text\n{}\n```", sent.trim()))
}

/// The command reference of the `oauth` program.
fn cli() -> String {
    let options = MarkdownOptions::new().show_footer(false).show_table_of_contents(false);
    let text = clap_markdown::help_markdown_command_custom(&oauth_cli::command(), &options);
    // Without its title: the page has one.
    let body = text.split_once("\n## ").map_or(text.as_str(), |(_, body)| body);
    // The crate adds the program's name to a usage that has it already.
    format!("## {}\n", body.trim_end().replace("`oauth oauth ", "`oauth "))
}
