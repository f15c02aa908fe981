//! Publishes crates one after the other. An interrupted run can be repeated.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::git::Git;
use super::plan::{CratePlan, Plan};
use super::registry::{Entry, Index, IndexResponse, retry_after};
use super::{baseline, changelog};
use crate::report::Outcome;
use crate::run::Run;

/// Clock of the publisher; tests replace it.
pub trait Clock {
    /// The current time.
    fn now(&self) -> DateTime<Utc>;
    /// Blocks for this long.
    fn wait(&self, duration: Duration);
}

/// The system clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn wait(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Publishes the crates of a plan.
#[derive(Debug)]
pub struct Publisher<'a, T> {
    /// Workspace root.
    pub root: &'a Path,
    /// Cargo's target directory.
    pub target: &'a Path,
    /// The cargo program.
    pub cargo: OsString,
    /// Registry index to query.
    pub index: Index,
    /// Clock for waiting.
    pub clock: T,
    /// If false, only shows what would be done.
    pub execute: bool,
}

/// Action needed for a crate.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    /// Published and tagged.
    Done,
    /// Published from this commit but not tagged, because an earlier run was interrupted.
    Tag,
    /// Not published.
    Publish,
}

impl<T: Clock> Publisher<'_, T> {
    /// Errors that prevent publishing, found before anything is sent.
    ///
    /// # Errors
    /// If git or a changelog cannot be read.
    pub fn blockers(&self, plan: &Plan) -> Result<Vec<String>> {
        let git = Git::at(self.root);
        let mut found: Vec<String> = plan
            .problems()
            .iter()
            .map(|problem| format!("{}\n  help: {}", problem.message, problem.help))
            .collect();
        let mut dirty = git.uncommitted(".")?;
        // Written while publishing, so a repeated run may find it changed.
        dirty.retain(|line| !line.ends_with(baseline::FILE));
        if !dirty.is_empty() {
            found.push(format!("uncommitted changes: {}\n  help: git commit", dirty.join(", ")));
        }
        for krate in plan.crates.iter().filter(|krate| krate.releases()) {
            let log =
                fs::read_to_string(self.root.join(&krate.folder).join("CHANGELOG.md")).unwrap_or_default();
            if krate.version != krate.next || !changelog::has(&log, &krate.next) {
                found.push(format!(
                    "`{}` {} is not prepared\n  help: cargo xtask release prepare, review the changes and commit",
                    krate.name, krate.next
                ));
            }
        }
        Ok(found)
    }

    /// Publishes one crate, or shows what would be done. Its dependencies must come first.
    ///
    /// # Errors
    /// If publishing fails for a reason other than rate limits. A repeated run continues with this crate.
    pub fn publish(&self, krate: &CratePlan) -> Result<Outcome> {
        if !krate.releases() {
            return Ok(Outcome::passed(format!("{}: no release needed, {}", krate.version, krate.baseline)));
        }
        let tag = baseline::tag(&krate.name, &krate.next);
        match self.action(krate, &tag)? {
            Action::Done => Ok(Outcome::passed(format!("{} is published and tagged", krate.next))),
            action if !self.execute => {
                let publish = format!("cargo {}, then ", publish_args(krate).join(" "));
                let publish = if action == Action::Publish { publish.as_str() } else { "" };
                Ok(Outcome::not_run(format!("would: {publish}git tag {tag} (pass --execute to do it)")))
            }
            action => {
                if action == Action::Publish {
                    self.upload(krate)?;
                    self.wait_until_indexed(krate)?;
                }
                let git = Git::at(self.root);
                git.tag(&tag, &format!("{} {}", krate.name, krate.next))?;
                baseline::record(self.root, &krate.name, &git.head()?)?;
                let how = if action == Action::Publish { "published" } else { "was already published" };
                Ok(Outcome::passed(format!("{} {how}, tagged {tag}", krate.next)))
            }
        }
    }

    fn action(&self, krate: &CratePlan, tag: &str) -> Result<Action> {
        let tagged = Git::at(self.root).tags(tag)?.iter().any(|found| found == tag);
        match (self.look_up(krate)?, tagged) {
            (Some(_), true) => Ok(Action::Done),
            (None, false) => Ok(Action::Publish),
            (Some(entry), false) => {
                let checksum = self.checksum(krate)?;
                anyhow::ensure!(
                    checksum == entry.cksum,
                    "{} {} is in the registry, but its package differs from the one built here\n\
                    help: if another commit was published, check it out and tag it {tag}, or run `git fetch --tags`; \
                    otherwise someone else published it",
                    krate.name,
                    krate.next
                );
                Ok(Action::Tag)
            }
            (None, true) => anyhow::bail!(
                "the tag {tag} exists, but {} {} is not in the registry\nhelp: run `git tag --delete {tag}` if it was never published",
                krate.name,
                krate.next
            ),
        }
    }

    /// Queries the index, with retries while it limits requests.
    fn look_up(&self, krate: &CratePlan) -> Result<Option<Entry>> {
        let mut backoff = backoff(Duration::from_secs(2), Duration::from_secs(60), 8);
        loop {
            let requested = match self.index.look_up(&krate.name, &krate.next, self.clock.now())? {
                IndexResponse::Found(entry) => return Ok(Some(entry)),
                IndexResponse::NotFound => return Ok(None),
                IndexResponse::RetryLater(requested) => requested,
            };
            let delay = backoff.next().context("the index keeps limiting requests; run this again later")?;
            self.wait("the index limits requests", requested.unwrap_or(delay));
        }
    }

    /// Waits until the index lists the crate; dependent crates cannot be published before.
    fn wait_until_indexed(&self, krate: &CratePlan) -> Result<()> {
        let mut backoff = backoff(Duration::from_secs(2), Duration::from_secs(30), 30);
        while self.look_up(krate)?.is_none() {
            let delay = backoff.next().with_context(|| {
                format!(
                    "{} {} was uploaded but is not in the index; run this again later",
                    krate.name, krate.next
                )
            })?;
            self.wait("not yet in the index", delay);
        }
        Ok(())
    }

    fn upload(&self, krate: &CratePlan) -> Result<()> {
        // crates.io accepts a few new crates at once, then one per 10 minutes: eight crates can take over an
        // hour.
        let mut backoff = backoff(Duration::from_secs(60), Duration::from_secs(600), 20);
        loop {
            let args = publish_args(krate);
            println!("$ cargo {}", args.join(" "));
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let output = Run::exe(self.root, "cargo", &self.cargo, &args).capture()?;
            eprint!("{}", output.stderr);
            if output.ok {
                return Ok(());
            }
            // The upload may have succeeded even if its response was lost or another run did it.
            if output.stderr.contains("already exists") || self.look_up(krate)?.is_some() {
                return Ok(());
            }
            anyhow::ensure!(
                output.stderr.contains("429") || output.stderr.contains("try again after"),
                "cargo could not publish {} {}, see above\nhelp: fix the error and run this again; published crates are skipped",
                krate.name,
                krate.next
            );
            let delay =
                backoff.next().context("the registry keeps limiting uploads; run this again later")?;
            let requested = requested_wait(&output.stderr, self.clock.now());
            self.wait("the registry limits uploads", requested.unwrap_or(delay));
        }
    }

    fn checksum(&self, krate: &CratePlan) -> Result<String> {
        println!("{} {} is published but not tagged: packaging it for comparison", krate.name, krate.next);
        let args = ["package", "-p", &krate.name, "--no-verify", "--locked", "--quiet"];
        Run::exe(self.root, "cargo", &self.cargo, &args).read()?;
        let path: PathBuf = self.target.join("package").join(format!("{}-{}.crate", krate.name, krate.next));
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn wait(&self, why: &str, duration: Duration) {
        println!("{why}: waiting {} s", duration.as_secs());
        self.clock.wait(duration);
    }
}

fn publish_args(krate: &CratePlan) -> Vec<String> {
    ["publish", "--package", &krate.name, "--locked"].map(str::to_owned).to_vec()
}

fn backoff(from: Duration, to: Duration, times: usize) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default().with_min_delay(from).with_max_delay(to).with_max_times(times).build()
}

/// Parses the wait that crates.io requests: `… Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email
/// …`.
fn requested_wait(output: &str, now: DateTime<Utc>) -> Option<Duration> {
    let (_, rest) = output.split_once("try again after ")?;
    let (date, _) = rest.split_once(" GMT")?;
    // One second more, because the limit ends by the registry's clock.
    retry_after(&format!("{date} GMT"), now).map(|wait| wait + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_wait_requested_by_crates_io() {
        let now = "2025-01-01T00:00:00Z".parse().unwrap();
        let output = "error: failed to publish to registry (status 429 Too Many Requests): You have published too many \
                    new crates in a short period of time. Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email us";
        assert_eq!(requested_wait(output, now), Some(Duration::from_secs(601)));
        assert_eq!(requested_wait("status 429", now), None);
    }
}
