//! Runs other programs. Each command line is printed, and output is passed on as it arrives.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// A program with its arguments and working directory, ready to run.
#[derive(Debug)]
pub struct Run {
    command_line: String,
    command: Command,
}

/// Result of a program whose output was captured.
#[derive(Debug)]
pub struct CapturedOutput {
    /// True if the exit code was 0.
    pub ok: bool,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The cargo that started this program, or `cargo` from the path.
#[must_use]
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

impl Run {
    /// Runs [`cargo`] with these arguments.
    #[must_use]
    pub fn cargo(root: &Path, args: &[&str]) -> Self {
        Self::exe(root, "cargo", &cargo(), args)
    }

    /// Runs a program from the path.
    #[must_use]
    pub fn program(root: &Path, name: &str, args: &[&str]) -> Self {
        Self::exe(root, name, OsStr::new(name), args)
    }

    /// Runs the program at this path, displayed as `shown`.
    #[must_use]
    pub fn exe(root: &Path, command_line: &str, program: &OsStr, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args).current_dir(root).stdin(Stdio::null());
        let command_line =
            std::iter::once(command_line).chain(args.iter().copied()).collect::<Vec<_>>().join(" ");
        Self { command_line, command }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self.command_line = format!("{key}={value:?} {}", self.command_line);
        self
    }

    /// Sets an environment variable without displaying it.
    #[must_use]
    pub fn hidden_env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// Connects standard input, so that the user can type.
    #[must_use]
    pub fn with_stdin(mut self) -> Self {
        self.command.stdin(Stdio::inherit());
        self
    }

    /// Runs the program with inherited output and returns whether it exited with 0.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run_inherited(mut self) -> Result<bool> {
        println!("$ {}", self.command_line);
        let status =
            self.command.status().with_context(|| format!("cannot start `{}`", self.command_line))?;
        Ok(status.success())
    }

    /// Runs the program with inherited output and also returns its standard output.
    ///
    /// # Errors
    /// If it cannot be started or its output cannot be read.
    pub fn tee_stdout(mut self) -> Result<(bool, String)> {
        println!("$ {}", self.command_line);
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.command_line))?;
        let mut captured = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            let mut reader = BufReader::new(stdout);
            let mut own_stdout = std::io::stdout();
            // By line and as bytes: output may be invalid UTF-8 and should appear while tests run.
            loop {
                let start = captured.len();
                if reader.read_until(b'\n', &mut captured)? == 0 {
                    break;
                }
                own_stdout.write_all(&captured[start..])?;
                own_stdout.flush()?;
            }
        }
        let status = child.wait()?;
        Ok((status.success(), String::from_utf8_lossy(&captured).into_owned()))
    }

    /// Runs the program with inherited standard error and returns its standard output.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn capture_stdout(mut self) -> Result<(bool, String)> {
        println!("$ {}", self.command_line);
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start `{}`", self.command_line))?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// Runs the program and captures its output.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn capture(mut self) -> Result<CapturedOutput> {
        let output =
            self.command.output().with_context(|| format!("cannot start `{}`", self.command_line))?;
        Ok(CapturedOutput {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs the program and returns its standard output; a non-zero exit code is an error.
    ///
    /// # Errors
    /// If it cannot be started or fails.
    pub fn read(self) -> Result<String> {
        let command_line = self.command_line.clone();
        let captured = self.capture()?;
        anyhow::ensure!(captured.ok, "`{command_line}` failed:\n{}", captured.stderr.trim_end());
        Ok(captured.stdout)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command_line)
    }
}
