//! Pipelines and their runs. Time passes for them when a request asks for the state
//! ([`State::advance_runs`](super::State::advance_runs)).

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use crate::bounded::BoundedList;
use crate::user::User;

/// The time from the request to the run.
const SCHEDULING_TIME: TimeDelta = TimeDelta::seconds(10);
const STAGE_TIME: TimeDelta = TimeDelta::seconds(60);

/// The states that a job passes through before it is completed.
const JOB_STATES: [(&str, TimeDelta); 5] = [
    ("Scheduled", TimeDelta::zero()),
    ("Assigned", TimeDelta::seconds(5)),
    ("Preparing", TimeDelta::seconds(10)),
    ("Building", TimeDelta::seconds(15)),
    ("Completing", TimeDelta::seconds(55)),
];

/// The longest cause of a pause, as in GoCD's source.
const MAX_CAUSE: usize = 255;

#[derive(Debug)]
pub(in crate::gocd) struct PipelineConfig {
    pub(in crate::gocd) name: &'static str,
    pub(in crate::gocd) group: &'static str,
    pub(in crate::gocd) environment: &'static str,
    /// Precedes a run's counter in its label.
    pub(in crate::gocd) label_prefix: &'static str,
    /// Precedes a run's counter in its database id, the cursor of the history.
    pub(in crate::gocd) first_id: u64,
    pub(in crate::gocd) repository: &'static str,
    pub(in crate::gocd) committer: &'static str,
    /// Environment variables that a request may override.
    pub(in crate::gocd) variables: &'static [&'static str],
    pub(in crate::gocd) stages: &'static [StageConfig],
    /// `true` for the lock behaviour `lockOnFailure`.
    pub(in crate::gocd) locks: bool,
    /// The only user who may view the pipeline.
    pub(in crate::gocd) only_for: Option<&'static str>,
}

#[derive(Debug)]
pub(in crate::gocd) struct StageConfig {
    pub(in crate::gocd) name: &'static str,
    pub(in crate::gocd) jobs: &'static [&'static str],
    /// `true` if a user has to start the stage.
    pub(in crate::gocd) is_manual: bool,
}

pub(in crate::gocd) struct Pipeline {
    pub(in crate::gocd) config: &'static PipelineConfig,
    pub(in crate::gocd) runs: BoundedList<Run>,
    pub(in crate::gocd) stage_runs: BoundedList<StageRun>,
    pub(in crate::gocd) pause: Option<Pause>,
    /// The counter of the run that holds the lock.
    pub(in crate::gocd) locked_by: Option<u32>,
    pub(in crate::gocd) changed_at: DateTime<Utc>,
    request: Option<RunRequest>,
    /// The stage at which the next run fails.
    failing_stage: Option<&'static str>,
}

pub(in crate::gocd) struct Pause {
    pub(in crate::gocd) by: String,
    pub(in crate::gocd) cause: String,
    pub(in crate::gocd) at: DateTime<Utc>,
}

struct RunRequest {
    by: String,
    revision: Option<String>,
    due: DateTime<Utc>,
}

pub(in crate::gocd) struct Run {
    pub(in crate::gocd) counter: u32,
    pub(in crate::gocd) scheduled_at: DateTime<Utc>,
    /// The user who triggered the run. `None` for a run triggered by changes.
    pub(in crate::gocd) forced_by: Option<String>,
    pub(in crate::gocd) revision: String,
    pub(in crate::gocd) modified_at: DateTime<Utc>,
    pub(in crate::gocd) failing_stage: Option<&'static str>,
}

/// One run of a stage. A stage can run several times within a run of its pipeline.
pub(in crate::gocd) struct StageRun {
    pub(in crate::gocd) name: &'static str,
    /// [`Run::counter`].
    pub(in crate::gocd) run: u32,
    pub(in crate::gocd) counter: u32,
    pub(in crate::gocd) scheduled_at: DateTime<Utc>,
    pub(in crate::gocd) approved_by: String,
    pub(in crate::gocd) rerun_of: Option<u32>,
    pub(in crate::gocd) cancelled_by: Option<String>,
    pub(in crate::gocd) jobs: Vec<JobRun>,
}

#[derive(Clone)]
pub(in crate::gocd) struct JobRun {
    pub(in crate::gocd) name: &'static str,
    pub(in crate::gocd) scheduled_at: DateTime<Utc>,
    /// The agent's UUID.
    pub(in crate::gocd) agent: Option<&'static str>,
    pub(in crate::gocd) is_rerun: bool,
    pub(in crate::gocd) fails: bool,
    pub(in crate::gocd) end: Option<(DateTime<Utc>, &'static str)>,
}

/// Status and message of a rejected change.
pub(in crate::gocd) type Refusal = (StatusCode, String);

fn conflict(text: String) -> Refusal {
    (StatusCode::CONFLICT, text)
}

impl PipelineConfig {
    pub(in crate::gocd) fn stage(&self, name: &str) -> Option<&'static StageConfig> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    fn previous_stage(&self, name: &str) -> Option<&'static StageConfig> {
        let at = self.stages.iter().position(|stage| stage.name == name)?;
        self.stages.get(at.checked_sub(1)?)
    }

    fn next_stage(&self, name: &str) -> Option<&'static StageConfig> {
        let at = self.stages.iter().position(|stage| stage.name == name)?;
        self.stages.get(at + 1)
    }

    pub(in crate::gocd) fn label(&self, counter: u32) -> String {
        format!("{}{counter}", self.label_prefix)
    }

    /// The fingerprint of the pipeline's only material.
    pub(in crate::gocd) fn fingerprint(&self) -> String {
        hex(self.repository)
    }

    /// A made-up commit.
    pub(in crate::gocd) fn commit(&self, number: u32) -> String {
        hex(&format!("{}/{number}", self.repository))[..40].to_owned()
    }

    pub(in crate::gocd) fn is_visible_to(&self, user: &User) -> bool {
        self.only_for.is_none_or(|login| login == user.login)
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl JobRun {
    pub(in crate::gocd) fn new(name: &'static str, scheduled_at: DateTime<Utc>) -> Self {
        Self { name, scheduled_at, agent: None, is_rerun: false, fails: false, end: None }
    }

    /// The states until `now`, with the time of each.
    pub(in crate::gocd) fn transitions(&self, now: DateTime<Utc>) -> Vec<(&'static str, DateTime<Utc>)> {
        let until = self.end.map_or(now, |(at, _)| at);
        let times = JOB_STATES.iter().map(|(state, after)| (*state, self.scheduled_at + *after));
        let end = self.end.map(|(at, _)| ("Completed", at));
        times.filter(|(_, at)| *at <= until).chain(end).collect()
    }

    pub(in crate::gocd) fn state(&self, now: DateTime<Utc>) -> &'static str {
        self.transitions(now).last().map_or("Scheduled", |(state, _)| *state)
    }

    pub(in crate::gocd) fn result(&self) -> &'static str {
        self.end.map_or("Unknown", |(_, result)| result)
    }
}

impl StageRun {
    pub(in crate::gocd) fn is_active(&self) -> bool {
        self.jobs.iter().any(|job| job.end.is_none())
    }

    pub(in crate::gocd) fn result(&self) -> &'static str {
        if self.is_active() {
            "Unknown"
        } else if self.cancelled_by.is_some() {
            "Cancelled"
        } else if self.jobs.iter().any(|job| job.result() == "Failed") {
            "Failed"
        } else {
            "Passed"
        }
    }

    pub(in crate::gocd) fn status(&self) -> &'static str {
        if self.is_active() { "Building" } else { self.result() }
    }

    pub(in crate::gocd) fn ended_at(&self) -> Option<DateTime<Utc>> {
        if self.is_active() {
            None
        } else {
            self.jobs.iter().filter_map(|job| job.end).map(|(at, _)| at).max()
        }
    }

    fn end_jobs(&mut self, at: DateTime<Utc>, result: impl Fn(&JobRun) -> &'static str) {
        for job in self.jobs.iter_mut().filter(|job| job.end.is_none()) {
            job.end = Some((at, result(job)));
        }
    }
}

impl Pipeline {
    pub(in crate::gocd) fn new(config: &'static PipelineConfig, now: DateTime<Utc>) -> Self {
        Self {
            config,
            runs: BoundedList::default(),
            stage_runs: BoundedList::default(),
            pause: None,
            locked_by: None,
            changed_at: now,
            request: None,
            failing_stage: None,
        }
    }

    pub(in crate::gocd) fn run(&self, counter: u32) -> Option<&Run> {
        self.runs.iter().find(|run| run.counter == counter)
    }

    /// The latest run of a stage within a run.
    pub(in crate::gocd) fn latest_stage_run(&self, run: u32, stage: &str) -> Option<&StageRun> {
        self.stage_runs.iter().rfind(|other| other.run == run && other.name == stage)
    }

    pub(in crate::gocd) fn stage_run(&self, run: u32, stage: &str, counter: u32) -> Option<&StageRun> {
        let is_same = |other: &&StageRun| (other.run, other.name, other.counter) == (run, stage, counter);
        self.stage_runs.iter().find(is_same)
    }

    pub(in crate::gocd) fn is_active(&self, run: u32) -> bool {
        self.stage_runs.iter().any(|stage| stage.run == run && stage.is_active())
    }

    fn is_stage_active(&self, stage: &str) -> bool {
        self.stage_runs.iter().any(|other| other.name == stage && other.is_active())
    }

    /// The reason why no run can be triggered now. Order and texts as in GoCD's source.
    pub(in crate::gocd) fn trigger_refusal(&self) -> Option<Refusal> {
        let (name, first) = (self.config.name, self.config.stages[0].name);
        if self.request.is_some() {
            let text = format!("Failed to trigger pipeline: {name} {{ Pipeline already triggered }}");
            return Some(conflict(text));
        }
        if self.pause.is_some() {
            let text = format!("Failed to trigger pipeline [{name}] {{ Pipeline {name} is paused }}");
            return Some(conflict(text));
        }
        if self.is_stage_active(first) {
            let text = format!(
                "Failed to trigger pipeline [{name}] {{ Stage [{first}] in pipeline [{name}] is still in progress }}"
            );
            return Some(conflict(text));
        }
        self.locked_by.map(|_| {
            conflict(format!(
                "Pipeline {name} cannot be scheduled {{ Pipeline {name} is locked as another instance of this pipeline is running. }}"
            ))
        })
    }

    pub(in crate::gocd) fn trigger(
        &mut self,
        by: &str,
        revision: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if let Some(refusal) = self.trigger_refusal() {
            return Err(refusal);
        }
        self.request = Some(RunRequest { by: by.to_owned(), revision, due: now + SCHEDULING_TIME });
        self.changed_at = now;
        Ok(())
    }

    pub(in crate::gocd) fn pause(
        &mut self,
        by: &str,
        cause: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let name = self.config.name;
        if self.pause.is_some() {
            return Err(conflict(format!(
                "Failed to pause pipeline '{name}'. Pipeline '{name}' is already paused."
            )));
        }
        let cause = cause.chars().take(MAX_CAUSE).collect();
        self.pause = Some(Pause { by: by.to_owned(), cause, at: now });
        self.changed_at = now;
        Ok(())
    }

    pub(in crate::gocd) fn unpause(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let name = self.config.name;
        if self.pause.take().is_none() {
            return Err(conflict(format!(
                "Failed to unpause pipeline '{name}'. Pipeline '{name}' is already unpaused."
            )));
        }
        self.unblock(now);
        Ok(())
    }

    /// The reason why the lock cannot be released.
    pub(in crate::gocd) fn unlock_refusal(&self) -> Option<Refusal> {
        let text = match self.locked_by {
            _ if !self.config.locks => {
                format!("No lock exists within the pipeline configuration for {}", self.config.name)
            }
            None => "Lock exists within the pipeline configuration but no pipeline instance is currently in \
                     progress"
                .to_owned(),
            Some(run) if self.is_active(run) => {
                "Locked pipeline instance is currently running (one of the stages is in progress)".to_owned()
            }
            Some(_) => return None,
        };
        Some(conflict(text))
    }

    pub(in crate::gocd) fn unlock(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if let Some(refusal) = self.unlock_refusal() {
            return Err(refusal);
        }
        self.locked_by = None;
        self.unblock(now);
        Ok(())
    }

    /// A waiting request is due at the earliest when nothing blocks it any more.
    fn unblock(&mut self, at: DateTime<Utc>) {
        self.changed_at = at;
        if let Some(request) = &mut self.request {
            request.due = request.due.max(at);
        }
    }

    /// The reason why a stage cannot run now. Order and texts as in GoCD's source.
    pub(in crate::gocd) fn stage_refusal(&self, run: u32, stage: &str) -> Option<Refusal> {
        let name = self.config.name;
        let has_run = |stage: &str| self.latest_stage_run(run, stage).is_some();
        let previous = self.config.previous_stage(stage);
        if !has_run(stage) && previous.is_some_and(|previous| !has_run(previous.name)) {
            let text = format!(
                "Can not run stage [{stage}] in pipeline [{name}] because its previous stage has not been run."
            );
            return Some((StatusCode::BAD_REQUEST, text));
        }
        if self.pause.is_some() {
            return Some(conflict(format!("Cannot schedule: Pipeline {name} is paused")));
        }
        if self.is_active(run) {
            let label = self.config.label(run);
            return Some(conflict(format!(
                "Cannot schedule: Pipeline[name='{name}', counter='{run}', label='{label}'] is still in progress"
            )));
        }
        self.is_stage_active(stage).then(|| {
            conflict(format!("Cannot schedule: Stage [{stage}] in pipeline [{name}] is still in progress"))
        })
    }

    pub(in crate::gocd) fn run_stage(
        &mut self,
        run: u32,
        stage: &'static StageConfig,
        by: &str,
        now: DateTime<Utc>,
        agents: &[&'static str],
    ) -> Result<(), Refusal> {
        if let Some(refusal) = self.stage_refusal(run, stage.name) {
            return Err(refusal);
        }
        self.schedule_stage(run, stage, by, now, agents);
        Ok(())
    }

    /// Runs the failed and cancelled jobs of a stage again, and keeps the results of the others.
    pub(in crate::gocd) fn rerun_failed_jobs(
        &mut self,
        (run, stage, counter): (u32, &'static StageConfig, u32),
        by: &str,
        now: DateTime<Utc>,
        agents: &[&'static str],
    ) -> Result<(), Refusal> {
        let jobs =
            self.stage_run(run, stage.name, counter).map(|stage| stage.jobs.clone()).unwrap_or_default();
        let has_failed = |job: &JobRun| ["Failed", "Cancelled"].contains(&job.result());
        if !jobs.iter().any(has_failed) {
            let text = "There are no failed jobs in the stage that could be re-run";
            return Err((StatusCode::BAD_REQUEST, text.to_owned()));
        }
        self.run_stage(run, stage, by, now, agents)?;
        if let Some(rerun) = self.stage_runs.last_mut() {
            rerun.rerun_of = Some(counter);
            for (job, earlier) in rerun.jobs.iter_mut().zip(jobs) {
                if has_failed(&earlier) {
                    job.is_rerun = true;
                } else {
                    *job = earlier;
                }
            }
        }
        Ok(())
    }

    /// Cancels an active stage. Returns whether it was active.
    pub(in crate::gocd) fn cancel(
        &mut self,
        (run, stage, counter): (u32, &str, u32),
        by: &str,
        now: DateTime<Utc>,
        agents: &[&'static str],
    ) -> bool {
        let is_same = |other: &StageRun| (other.run, other.name, other.counter) == (run, stage, counter);
        let Some(at) = self.stage_runs.iter().position(|other| is_same(other) && other.is_active()) else {
            return false;
        };
        self.stage_runs[at].cancelled_by = Some(by.to_owned());
        self.stage_runs[at].end_jobs(now, |_| "Cancelled");
        self.after_stage(at, now, agents);
        true
    }

    /// Lets the next run fail at `stage`. Returns whether there is such a stage.
    pub(in crate::gocd) fn fail_next_run(&mut self, stage: &str) -> bool {
        let Some(stage) = self.config.stage(stage) else { return false };
        self.failing_stage = Some(stage.name);
        true
    }

    /// Applies everything that happened until `now`, in order.
    pub(in crate::gocd) fn advance(&mut self, now: DateTime<Utc>, agents: &[&'static str]) {
        loop {
            let active = self.stage_runs.iter().enumerate().filter(|(_, stage)| stage.is_active());
            let next_end = active.map(|(at, stage)| (stage.scheduled_at + STAGE_TIME, at)).min();
            let is_blocked = self.pause.is_some()
                || self.locked_by.is_some()
                || self.is_stage_active(self.config.stages[0].name);
            let due = self.request.as_ref().map(|request| request.due).filter(|_| !is_blocked);
            match next_end {
                Some((end, at)) if end <= now && due.is_none_or(|due| end <= due) => {
                    let result = |job: &JobRun| if job.fails { "Failed" } else { "Passed" };
                    self.stage_runs[at].end_jobs(end, result);
                    self.after_stage(at, end, agents);
                }
                _ if due.is_some_and(|due| due <= now) => self.start_run(agents),
                _ => return,
            }
        }
    }

    fn start_run(&mut self, agents: &[&'static str]) {
        let Some(RunRequest { by, revision, due }) = self.request.take() else { return };
        let latest = self.runs.last();
        let counter = latest.map_or(1, |run| run.counter + 1);
        // A revision is one of an earlier run.
        let source = revision.and_then(|revision| self.runs.iter().find(|run| run.revision == revision));
        let (revision, modified_at) = source.or(latest).map_or_else(
            || (self.config.commit(counter), due),
            |run| (run.revision.clone(), run.modified_at),
        );
        self.runs.push(Run {
            counter,
            scheduled_at: due,
            forced_by: Some(by.clone()),
            revision,
            modified_at,
            failing_stage: self.failing_stage.take(),
        });
        self.schedule_stage(counter, &self.config.stages[0], &by, due, agents);
    }

    fn schedule_stage(
        &mut self,
        run: u32,
        stage: &'static StageConfig,
        by: &str,
        at: DateTime<Utc>,
        agents: &[&'static str],
    ) {
        let counter = self.latest_stage_run(run, stage.name).map_or(1, |latest| latest.counter + 1);
        let failing_stage = self.run(run).and_then(|run| run.failing_stage);
        let mut jobs: Vec<_> = stage.jobs.iter().map(|name| JobRun::new(name, at)).collect();
        for (job, agent) in jobs.iter_mut().zip(agents.iter().cycle()) {
            job.agent = Some(agent);
        }
        jobs[0].fails = counter == 1 && failing_stage == Some(stage.name);
        self.stage_runs.push(StageRun {
            name: stage.name,
            run,
            counter,
            scheduled_at: at,
            approved_by: by.to_owned(),
            rerun_of: None,
            cancelled_by: None,
            jobs,
        });
        if self.config.locks {
            self.locked_by = Some(run);
        }
        self.changed_at = at;
    }

    /// Releases the lock after the last stage, and schedules the next stage after success.
    fn after_stage(&mut self, at: usize, now: DateTime<Utc>, agents: &[&'static str]) {
        let ended = &self.stage_runs[at];
        let (run, has_passed) = (ended.run, ended.result() == "Passed");
        let next = self.config.next_stage(ended.name);
        if next.is_none() && self.locked_by == Some(run) {
            self.locked_by = None;
        }
        self.unblock(now);
        if let Some(next) = next.filter(|next| has_passed && !next.is_manual && self.pause.is_none()) {
            self.schedule_stage(run, next, "changes", now, agents);
        }
    }
}
