//! What a benchmark found.

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::rounds::{Figure, Taken};
use crate::unit::Unit;

/// All that one benchmark found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Against what was aimed at.
    pub targets: Vec<Target>,
    /// All figures.
    pub tables: Vec<Table>,
    /// Pictures of them.
    pub plots: Vec<Plot>,
    /// What one has to know to read them.
    pub notes: Vec<String>,
}

/// A report with when and where it was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// The day.
    pub date: String,
    /// The machine.
    pub machine: Machine,
    /// What was found.
    pub report: Report,
}

/// What was aimed at, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Target {
    /// In words.
    pub what: String,
    /// Our figure.
    pub ours: f64,
    /// What our figure counts.
    pub unit: Unit,
    /// Whom it is compared to, and their figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<(String, f64)>,
    /// Ours by theirs, where there is a peer. The median of the rounds' ratios, where they took turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// How much it may be: of the ratio if there is one, else of our figure.
    pub limit: Limit,
}

/// How much something may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// No more.
    AtMost(f64),
    /// No less.
    AtLeast(f64),
}

impl Target {
    /// An absolute one.
    pub fn absolute(what: impl Into<String>, ours: f64, unit: Unit, limit: Limit) -> Self {
        Self { what: what.into(), ours, unit, peer: None, ratio: None, limit }
    }

    /// One by ratio, of two who took turns.
    pub fn of_turns(what: impl Into<String>, ours: &Taken, theirs: &Taken, at_most: f64) -> Self {
        Self {
            what: what.into(),
            ours: ours.figure().median,
            unit: Unit::Time,
            peer: Some((theirs.name.clone(), theirs.figure().median)),
            ratio: Some(ours.ratio_to(theirs).median),
            limit: Limit::AtMost(at_most),
        }
    }

    /// One by ratio.
    pub fn by_ratio(
        what: impl Into<String>,
        unit: Unit,
        ours: f64,
        peer: impl Into<String>,
        theirs: f64,
        at_most: f64,
    ) -> Self {
        Self {
            what: what.into(),
            ours,
            unit,
            peer: Some((peer.into(), theirs)),
            ratio: Some(ours / theirs),
            limit: Limit::AtMost(at_most),
        }
    }

    /// Whether it was reached.
    pub fn is_met(&self) -> bool {
        let value = self.ratio.unwrap_or(self.ours);
        match self.limit {
            Limit::AtMost(limit) => value <= limit,
            Limit::AtLeast(limit) => value >= limit,
        }
    }

    /// The limit in words.
    pub fn limit_shown(&self) -> String {
        let unit = if self.ratio.is_some() { Unit::Ratio } else { self.unit };
        match self.limit {
            Limit::AtMost(limit) => format!("≤ {}", unit.show(limit)),
            Limit::AtLeast(limit) => format!("≥ {}", unit.show(limit)),
        }
    }
}

/// Figures that belong together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// What was done.
    pub title: String,
    /// Whose figure is 1.00 in the ratios: a row's name. Empty for none.
    pub baseline: String,
    /// The figures.
    pub rows: Vec<Row>,
}

/// One figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Whose.
    pub name: String,
    /// What it counts.
    pub unit: Unit,
    /// The figure; none for what did not run.
    pub figure: Option<Figure>,
    /// To the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Why it did not run, or what else is to be known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Row {
    /// Without a ratio.
    pub fn new(name: impl Into<String>, unit: Unit, figure: Figure) -> Self {
        Self { name: name.into(), unit, figure: Some(figure), ratio: None, note: String::new() }
    }

    /// One that did not run.
    pub fn not_run(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), unit: Unit::Count, figure: None, ratio: None, note: why.into() }
    }

    /// With something to be known.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl Table {
    /// Of contenders who took turns; the one of this name is the baseline.
    pub fn of_turns(title: impl Into<String>, baseline: &str, taken: &[Taken]) -> Self {
        let base = taken.iter().find(|one| one.name == baseline);
        let rows = taken
            .iter()
            .map(|one| Row {
                ratio: base.map(|base| one.ratio_to(base).median),
                ..Row::new(&one.name, Unit::Time, one.figure())
            })
            .collect();
        Self { title: title.into(), baseline: base.map_or_else(String::new, |base| base.name.clone()), rows }
    }

    /// Of figures; the row of this name is the baseline.
    pub fn of(title: impl Into<String>, baseline: &str, mut rows: Vec<Row>) -> Self {
        let base =
            rows.iter().find(|row| row.name == baseline).and_then(|row| Some((row.unit, row.figure?.median)));
        for row in &mut rows {
            row.ratio = base
                .zip(row.figure)
                .filter(|((unit, _), _)| *unit == row.unit)
                .map(|((_, base), figure)| figure.median / base);
        }
        Self {
            title: title.into(),
            baseline: if base.is_some() { baseline.to_owned() } else { String::new() },
            rows,
        }
    }

    /// The same as bars.
    pub fn plot(&self) -> Plot {
        let bars =
            self.rows.iter().filter_map(|row| Some((row.name.clone(), row.unit, row.figure?))).collect();
        Plot::Bars { title: self.title.clone(), bars }
    }
}

/// A picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plot {
    /// A bar for each.
    Bars {
        /// What they are of.
        title: String,
        /// Whose, and how long.
        bars: Vec<(String, Unit, Figure)>,
    },
    /// What becomes of a figure as something grows, both on logarithmic axes.
    Lines {
        /// What they are of.
        title: String,
        /// What grows.
        along: String,
        /// What the figure counts.
        unit: Unit,
        /// What it may be at most.
        limit: Option<f64>,
        /// Lines by name.
        lines: Vec<(String, Vec<(f64, f64)>)>,
    },
}

/// The one of this name.
///
/// # Panics
/// If there is none.
pub fn named<'a>(taken: &'a [Taken], name: &str) -> &'a Taken {
    taken.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("nobody is called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_with_a_peer_is_judged_by_its_ratio() {
        let target = Target::by_ratio("x", Unit::Time, 110.0, "peer", 100.0, 1.08);
        assert!(!target.is_met());
        assert_eq!(target.limit_shown(), "≤ 1.08×");
        assert!(Target { limit: Limit::AtMost(1.1), ..target }.is_met());
        let rate = Target::absolute("y", 39_999.0, Unit::Rate, Limit::AtLeast(40_000.0));
        assert!(!rate.is_met());
        assert_eq!(rate.limit_shown(), "≥ 40,000/s");
    }

    #[test]
    fn ratios_are_of_figures_of_one_kind() {
        let table = Table::of(
            "t",
            "b",
            vec![
                Row::new("a", Unit::Time, Figure::exactly(3.0)),
                Row::new("b", Unit::Time, Figure::exactly(2.0)),
                Row::new("c", Unit::Bytes, Figure::exactly(2.0)),
                Row::not_run("d", "no node"),
            ],
        );
        let ratios: Vec<_> = table.rows.iter().map(|row| row.ratio).collect();
        assert_eq!(ratios, [Some(1.5), Some(1.0), None, None]);
    }
}
