//! Running other programs: shown before they run, their output passed on as it comes.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// A program with its arguments, about to run in a folder.
#[derive(Debug)]
pub struct Run {
    shown: String,
    command: Command,
}

/// What a quiet run left behind.
#[derive(Debug)]
pub struct Captured {
    /// Whether it exited with 0.
    pub ok: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// The cargo that started us, when one did.
#[must_use]
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

impl Run {
    /// [`cargo`] with these words.
    #[must_use]
    pub fn cargo(root: &Path, args: &[&str]) -> Self {
        Self::exe(root, "cargo", &cargo(), args)
    }

    /// Any program found on the path.
    #[must_use]
    pub fn program(root: &Path, name: &str, args: &[&str]) -> Self {
        Self::exe(root, name, OsStr::new(name), args)
    }

    /// A program by its path, and what to call it.
    #[must_use]
    pub fn exe(root: &Path, shown: &str, program: &OsStr, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args).current_dir(root).stdin(Stdio::null());
        let shown = std::iter::once(shown).chain(args.iter().copied()).collect::<Vec<_>>().join(" ");
        Self { shown, command }
    }

    /// Sets an environment variable for this run.
    #[must_use]
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self.shown = format!("{key}={value:?} {}", self.shown);
        self
    }

    /// The same without showing it, for what nobody would type.
    #[must_use]
    pub fn unseen_env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// Lets it read what the person types.
    #[must_use]
    pub fn asking(mut self) -> Self {
        self.command.stdin(Stdio::inherit());
        self
    }

    /// Runs it with its output on ours; says whether it exited with 0.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn loudly(mut self) -> Result<bool> {
        println!("$ {}", self.shown);
        let status = self.command.status().with_context(|| format!("cannot start `{}`", self.shown))?;
        Ok(status.success())
    }

    /// Runs it with its output on ours and its standard output kept as well.
    ///
    /// # Errors
    /// When it cannot be started or its output cannot be read.
    pub fn loudly_kept(mut self) -> Result<(bool, String)> {
        println!("$ {}", self.shown);
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.shown))?;
        let mut kept = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            let mut reader = BufReader::new(stdout);
            let mut ours = std::io::stdout();
            // By line and as bytes: tests print what they like, and it should be seen while they run.
            loop {
                let start = kept.len();
                if reader.read_until(b'\n', &mut kept)? == 0 {
                    break;
                }
                ours.write_all(&kept[start..])?;
                ours.flush()?;
            }
        }
        let status = child.wait()?;
        Ok((status.success(), String::from_utf8_lossy(&kept).into_owned()))
    }

    /// Runs it with its errors on ours and its standard output kept, unseen.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn kept(mut self) -> Result<(bool, String)> {
        println!("$ {}", self.shown);
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start `{}`", self.shown))?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// Runs it unseen and keeps what it printed.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn quietly(mut self) -> Result<Captured> {
        let output = self.command.output().with_context(|| format!("cannot start `{}`", self.shown))?;
        Ok(Captured {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it unseen and gives its standard output; an exit code other than 0 is an error with what it said.
    ///
    /// # Errors
    /// When it cannot be started, or fails.
    pub fn read(self) -> Result<String> {
        let shown = self.shown.clone();
        let captured = self.quietly()?;
        anyhow::ensure!(captured.ok, "`{shown}` failed:\n{}", captured.stderr.trim_end());
        Ok(captured.stdout)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
