//! Draws the README's picture: two steps of the demo on a terminal.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

/// The command that the picture shows.
const COMMAND: &str = "cargo run -p oauth-cli -- demo --provider go1";
/// Words in the titles of the steps that are drawn.
const STEPS: [&str; 2] = ["killed during a refresh", "The next process recovers"];

/// Runs the demo and writes `docs/demo.svg`.
pub(crate) fn draw() -> Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut words = COMMAND.split(' ');
    let output = Command::new(words.next().unwrap_or_default())
        .args(words)
        .current_dir(&repository)
        .env("CLICOLOR_FORCE", "1")
        .output()?;
    ensure!(output.status.success(), "the demo failed");
    let output = String::from_utf8(output.stdout)?;
    let steps = select(&output);
    ensure!(steps.len() == STEPS.len(), "the demo has no step about one of {STEPS:?}");
    let text = format!("$ {COMMAND}\n…\n{}\n…\n", steps.join("\n\n"));
    // Dimmed text would be too dark to read.
    let svg = anstyle_svg::Term::new().render_svg(&text).replace("opacity: 0.4", "opacity: 0.75");
    std::fs::write(repository.join("docs/demo.svg"), svg)?;
    Ok(())
}

/// Returns the steps to draw. An empty line separates steps.
fn select(output: &str) -> Vec<&str> {
    let is_drawn = |step: &&str| {
        step.lines().next().is_some_and(|title| STEPS.iter().any(|words| title.contains(words)))
    };
    output.split("\n\n").filter(is_drawn).collect()
}
