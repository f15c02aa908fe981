//! Brings crates to the registry, one after the other, so that it can be broken off and run again at any point.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::git::Git;
use super::plan::{Plan, Planned};
use super::registry::{Answer, Entry, Index, retry_after};
use super::{baseline, changelog};
use crate::report::Outcome;
use crate::run::Run;

/// Time, as publishing meets it: tests have one of their own.
pub trait Time {
    /// What time it is.
    fn now(&self) -> DateTime<Utc>;
    /// Lets that much of it pass.
    fn wait(&self, how_long: Duration);
}

/// The machine's own time.
#[derive(Debug)]
pub struct WallTime;

impl Time for WallTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn wait(&self, how_long: Duration) {
        std::thread::sleep(how_long);
    }
}

/// What publishing works with.
#[derive(Debug)]
pub struct Publisher<'a, T> {
    /// The workspace's root.
    pub root: &'a Path,
    /// Where packages are built.
    pub target: &'a Path,
    /// The program to publish with.
    pub cargo: OsString,
    /// Where to ask what is there.
    pub index: Index,
    /// What waiting is done by.
    pub time: T,
    /// False shows what would be done.
    pub execute: bool,
}

/// What is to be done about a crate.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    /// It is there and has its tag.
    Nothing,
    /// It is there, from here, and the tag is missing: an earlier run was broken off in between.
    Tag,
    /// It is not there.
    Publish,
}

impl<T: Time> Publisher<'_, T> {
    /// What keeps this plan from being published, before anything is sent.
    ///
    /// # Errors
    /// When git or a changelog cannot be read.
    pub fn obstacles(&self, plan: &Plan) -> Result<Vec<String>> {
        let git = Git::at(self.root);
        let mut found: Vec<String> = plan
            .problems()
            .iter()
            .map(|problem| format!("{}\n  mend: {}", problem.what, problem.mend))
            .collect();
        let mut dirty = git.uncommitted(".")?;
        // Written while publishing: a run that is taken up again finds it so.
        dirty.retain(|line| !line.ends_with(baseline::FILE));
        if !dirty.is_empty() {
            found.push(format!("not committed: {}\n  mend: git commit", dirty.join(", ")));
        }
        for one in plan.crates.iter().filter(|one| one.releases()) {
            let log =
                fs::read_to_string(self.root.join(&one.folder).join("CHANGELOG.md")).unwrap_or_default();
            if one.version != one.next || !changelog::has(&log, &one.next) {
                found.push(format!(
                    "`{}` {} is not prepared\n  mend: cargo xtask release prepare, review and commit",
                    one.name, one.next
                ));
            }
        }
        Ok(found)
    }

    /// Publishes one crate, or says what would be done. The crates it depends on must have had their turn.
    ///
    /// # Errors
    /// When something is in the way that waiting does not mend. Running it again goes on where it stopped.
    pub fn publish(&self, one: &Planned) -> Result<Outcome> {
        if !one.releases() {
            return Ok(Outcome::passed(format!("{}: nothing to release, {}", one.version, one.baseline)));
        }
        let tag = baseline::tag(&one.name, &one.next);
        match self.task(one, &tag)? {
            Task::Nothing => Ok(Outcome::passed(format!("{} is there, and tagged", one.next))),
            task if !self.execute => {
                let publish = format!("cargo {}, then ", publish_args(one).join(" "));
                let publish = if task == Task::Publish { publish.as_str() } else { "" };
                Ok(Outcome::not_run(format!("would: {publish}git tag {tag} (--execute does it)")))
            }
            task => {
                if task == Task::Publish {
                    self.send(one)?;
                    self.until_there(one)?;
                }
                let git = Git::at(self.root);
                git.tag(&tag, &format!("{} {}", one.name, one.next))?;
                baseline::record(self.root, &one.name, &git.head()?)?;
                let how = if task == Task::Publish { "published" } else { "was there already" };
                Ok(Outcome::passed(format!("{} {how}, tagged {tag}", one.next)))
            }
        }
    }

    fn task(&self, one: &Planned, tag: &str) -> Result<Task> {
        let tagged = Git::at(self.root).tags(tag)?.iter().any(|found| found == tag);
        match (self.look(one)?, tagged) {
            (Some(_), true) => Ok(Task::Nothing),
            (None, false) => Ok(Task::Publish),
            (Some(there), false) => {
                let ours = self.checksum(one)?;
                anyhow::ensure!(
                    ours == there.cksum,
                    "{} {} is in the registry and is not what would be packaged here: published from another \
                     commit (check that out, tag it {tag}, `git fetch --tags`), or by somebody else",
                    one.name,
                    one.next
                );
                Ok(Task::Tag)
            }
            (None, true) => anyhow::bail!(
                "{tag} is a tag, and {} {} is not in the registry: `git tag --delete {tag}` if it never was",
                one.name,
                one.next
            ),
        }
    }

    /// Asks the index until it answers.
    fn look(&self, one: &Planned) -> Result<Option<Entry>> {
        let mut pauses = pauses(Duration::from_secs(2), Duration::from_secs(60), 8);
        loop {
            let asked = match self.index.ask(&one.name, &one.next, self.time.now())? {
                Answer::There(entry) => return Ok(Some(entry)),
                Answer::NotThere => return Ok(None),
                Answer::SlowDown(asked) => asked,
            };
            let pause = pauses.next().context("the index asks to be left alone; run this again later")?;
            self.wait("the index asks to slow down", asked.unwrap_or(pause));
        }
    }

    /// Waits until the index shows what was sent: what depends on it cannot be published before.
    fn until_there(&self, one: &Planned) -> Result<()> {
        let mut pauses = pauses(Duration::from_secs(2), Duration::from_secs(30), 30);
        while self.look(one)?.is_none() {
            let pause = pauses.next().with_context(|| {
                format!("{} {} was sent and does not show up; run this again later", one.name, one.next)
            })?;
            self.wait("the index does not show it yet", pause);
        }
        Ok(())
    }

    fn send(&self, one: &Planned) -> Result<()> {
        // New crates are limited to one in ten minutes after the first few: eight crates can take more than an hour.
        let mut pauses = pauses(Duration::from_secs(60), Duration::from_secs(600), 20);
        loop {
            let args = publish_args(one);
            println!("$ cargo {}", args.join(" "));
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let said = Run::exe(self.root, "cargo", &self.cargo, &args).quietly()?;
            eprint!("{}", said.stderr);
            if said.ok {
                return Ok(());
            }
            // It may have got there all the same: an answer that was lost, a run beside this one.
            if said.stderr.contains("already exists") || self.look(one)?.is_some() {
                return Ok(());
            }
            anyhow::ensure!(
                said.stderr.contains("429") || said.stderr.contains("try again after"),
                "cargo could not publish {} {}, see above; mended, run this again: what is there is skipped",
                one.name,
                one.next
            );
            let pause =
                pauses.next().context("the registry keeps asking to slow down; run this again later")?;
            let asked = told_to_wait(&said.stderr, self.time.now());
            self.wait("the registry asks to slow down", asked.unwrap_or(pause));
        }
    }

    fn checksum(&self, one: &Planned) -> Result<String> {
        println!("{} {} is in the registry without a tag here: packaging it to compare", one.name, one.next);
        let args = ["package", "-p", &one.name, "--no-verify", "--locked", "--quiet"];
        Run::exe(self.root, "cargo", &self.cargo, &args).read()?;
        let path: PathBuf = self.target.join("package").join(format!("{}-{}.crate", one.name, one.next));
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn wait(&self, why: &str, how_long: Duration) {
        println!("{why}: waiting {} s", how_long.as_secs());
        self.time.wait(how_long);
    }
}

fn publish_args(one: &Planned) -> Vec<String> {
    ["publish", "--package", &one.name, "--locked"].map(str::to_owned).to_vec()
}

fn pauses(from: Duration, to: Duration, times: usize) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default().with_min_delay(from).with_max_delay(to).with_max_times(times).build()
}

/// crates.io says when: `… Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email …`.
fn told_to_wait(said: &str, now: DateTime<Utc>) -> Option<Duration> {
    let (_, rest) = said.split_once("try again after ")?;
    let (date, _) = rest.split_once(" GMT")?;
    // A second more: the limit is to have passed by their clock, not ours.
    retry_after(&format!("{date} GMT"), now).map(|wait| wait + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_crates_io_wants_to_hear_again() {
        let now = "2025-01-01T00:00:00Z".parse().unwrap();
        let said = "error: failed to publish to registry (status 429 Too Many Requests): You have published too many \
                    new crates in a short period of time. Please try again after Wed, 01 Jan 2025 00:10:00 GMT or email us";
        assert_eq!(told_to_wait(said, now), Some(Duration::from_secs(601)));
        assert_eq!(told_to_wait("status 429", now), None);
    }
}
