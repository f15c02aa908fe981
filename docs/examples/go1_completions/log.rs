//! The file of the completions.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use go1::api::EnrollmentDetails;
use go1::chrono::{DateTime, Utc};

/// The file, and what it contains.
pub(crate) struct Log {
    file: File,
    recorded: HashSet<String>,
    /// Time of the newest change that polls have seen, in a line of its own.
    pub(crate) polled: Option<DateTime<Utc>>,
}

impl Log {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::options().create(true).read(true).append(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A crash may have left a part of a line.
        let end = text.rfind('\n').map_or(0, |at| at + 1);
        file.set_len(end as u64)?;
        let mut log = Self { file, recorded: HashSet::new(), polled: None };
        for line in text[..end].lines() {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["polled", time] => log.polled = time.parse().ok(),
                [id, ..] => drop(log.recorded.insert(id.to_owned())),
                [] => {}
            }
        }
        Ok(log)
    }

    /// Appends the completion, unless the file has it.
    pub(crate) fn record(&mut self, enrollment: &EnrollmentDetails) -> io::Result<()> {
        if self.recorded.contains(&enrollment.id) {
            return Ok(());
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = enrollment.end_date.map(|time| time.to_rfc3339()).unwrap_or_default();
        let (user, course) = (text(&enrollment.user_account_id), text(&enrollment.lo_id));
        self.append(&format!("{}\t{user}\t{course}\t{time}\n", enrollment.id))?;
        self.recorded.insert(enrollment.id.clone());
        Ok(())
    }

    pub(crate) fn set_polled(&mut self, time: Option<DateTime<Utc>>) -> io::Result<()> {
        let Some(new) = time.filter(|_| time > self.polled) else { return Ok(()) };
        self.append(&format!("polled\t{}\n", new.to_rfc3339()))?;
        self.polled = time;
        Ok(())
    }

    /// Returns when the line is on the disk.
    fn append(&mut self, line: &str) -> io::Result<()> {
        let end = self.file.metadata()?.len();
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        if written.is_err() {
            self.file.set_len(end)?;
        }
        written
    }
}
