//! `oauth header` from a cold start, as in a script.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, ensure};
use oauth_store::EncryptionKey;

use crate::contender::Figure;
use crate::options::Options;
use crate::processes;
use crate::report::{Limit, Report, Row, Table, Target};
use crate::unit::Unit;

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// Measures it with the key in the environment and in a file, and `oauth --version` for comparison.
pub fn run(options: &Options) -> Result<Report> {
    let program = processes::oauth()?;
    let folder = tempfile::tempdir()?;
    let key = EncryptionKey::generate()?.expose_base64();
    let (with_key, with_file) = (folder.path().join("environment.db"), folder.path().join("file.db"));
    let command = |store: &Path, key: Option<&str>, words: &[&str]| {
        let mut command = Command::new(&program);
        command
            .args(words)
            .env_clear()
            .env("HOME", folder.path())
            .env("OAUTH_KEYRING", "off")
            .env("OAUTH_STORE", format!("sqlite:{}", store.display()));
        if let Some(key) = key {
            command.env("OAUTH_STORE_KEY", key);
        }
        command
    };
    let stores = [(&with_key, Some(key.as_str())), (&with_file, None)];
    for (store, key) in stores {
        add(&mut command(store, key, &["add", "cobot", "acme"]))?;
    }
    let (mut in_environment, mut in_file, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.pick(100, 5) {
        in_environment.push(header(&mut command(&with_key, Some(&key), &["header", "cobot", "acme"]))?);
        in_file.push(header(&mut command(&with_file, None, &["header", "cobot", "acme"]))?);
        nothing.push(timed(&mut command(&with_key, None, &["--version"]))?.0);
    }
    let row = |name: &str, times: Vec<f64>| Row::new(name, Unit::Time, Figure::of(times));
    let table = Table::of(
        "From the start of the process to its end",
        "",
        vec![
            row("oauth header, key in the environment", in_environment),
            row("oauth header, key in a file", in_file),
            row("oauth --version", nothing),
        ],
    );
    let targets = table.rows[..2]
        .iter()
        .filter_map(|row| {
            Some(Target::absolute(&row.name, row.figure?.median, Unit::Time, Limit::AtMost(15e6)))
        })
        .collect();
    Ok(Report {
        targets,
        plots: vec![table.plot()],
        tables: vec![table],
        notes: vec![
            "A release build and an SQLite store with one connection; files are in the system's cache."
                .to_owned(),
        ],
    })
}

fn add(command: &mut Command) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    writeln!(child.stdin.take().expect("stdin is piped"), "{TOKEN}")?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "cannot add a token: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Checks the output, so that only successful runs are measured.
fn header(command: &mut Command) -> Result<f64> {
    let (duration, output_text) = timed(command)?;
    ensure!(output_text == format!("Authorization: Bearer {TOKEN}\n"), "unexpected output: {output_text}");
    Ok(duration)
}

fn timed(command: &mut Command) -> Result<(f64, String)> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let duration = start.elapsed().as_nanos() as f64;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok((duration, String::from_utf8(output.stdout)?))
}
