//! Results of a benchmark.

use serde::{Deserialize, Serialize};

use crate::contender::{Figure, Measurement};
use crate::machine::Machine;
use crate::unit::Unit;

/// All results of one benchmark.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Comparisons with the targets.
    pub targets: Vec<Target>,
    /// Tables of the measurements.
    pub tables: Vec<Table>,
    /// Plots of the measurements.
    pub plots: Vec<Plot>,
    /// Notes for readers.
    pub notes: Vec<String>,
}

/// A report with its date and machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// Day of the measurement.
    pub date: String,
    /// Machine of the measurement.
    pub machine: Machine,
    /// The results.
    pub report: Report,
}

/// A target and its measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Target {
    /// Description.
    #[serde(rename = "what")]
    pub label: String,
    /// Our measurement.
    pub ours: f64,
    /// Unit of our measurement.
    pub unit: Unit,
    /// Name and measurement of the contender it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<(String, f64)>,
    /// Our measurement divided by the peer's. If measured alternately, the median of the ratios per round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Limit of the ratio if there is one, else of our measurement.
    pub limit: Limit,
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Upper limit.
    AtMost(f64),
    /// Lower limit.
    AtLeast(f64),
}

impl Target {
    /// A target for our measurement alone.
    pub fn absolute(label: impl Into<String>, ours: f64, unit: Unit, limit: Limit) -> Self {
        Self { label: label.into(), ours, unit, peer: None, ratio: None, limit }
    }

    /// A target for the ratio of two contenders that were measured alternately.
    pub fn of_measurements(
        label: impl Into<String>,
        ours: &Measurement,
        theirs: &Measurement,
        at_most: f64,
    ) -> Self {
        Self {
            label: label.into(),
            ours: ours.figure().median,
            unit: Unit::Time,
            peer: Some((theirs.name.clone(), theirs.figure().median)),
            ratio: Some(ours.ratio_to(theirs).median),
            limit: Limit::AtMost(at_most),
        }
    }

    /// A target for the ratio of two measurements.
    pub fn by_ratio(
        label: impl Into<String>,
        unit: Unit,
        ours: f64,
        peer: impl Into<String>,
        theirs: f64,
        at_most: f64,
    ) -> Self {
        Self {
            label: label.into(),
            ours,
            unit,
            peer: Some((peer.into(), theirs)),
            ratio: Some(ours / theirs),
            limit: Limit::AtMost(at_most),
        }
    }

    /// True if the target was met.
    pub fn is_met(&self) -> bool {
        let value = self.ratio.unwrap_or(self.ours);
        match self.limit {
            Limit::AtMost(limit) => value <= limit,
            Limit::AtLeast(limit) => value >= limit,
        }
    }

    /// The limit as text.
    pub fn limit_text(&self) -> String {
        let unit = if self.ratio.is_some() { Unit::Ratio } else { self.unit };
        match self.limit {
            Limit::AtMost(limit) => format!("≤ {}", unit.show(limit)),
            Limit::AtLeast(limit) => format!("≥ {}", unit.show(limit)),
        }
    }
}

/// Related measurements.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// Title.
    pub title: String,
    /// Name of the row whose ratio is 1.00; empty for none.
    pub baseline: String,
    /// The measurements.
    pub rows: Vec<Row>,
}

/// A measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Name of the contender.
    pub name: String,
    /// Unit of the measurement.
    pub unit: Unit,
    /// The measurement; `None` if it did not run.
    pub figure: Option<Figure>,
    /// Ratio to the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Reason why it did not run, or other remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Row {
    /// A row without a ratio.
    pub fn new(name: impl Into<String>, unit: Unit, figure: Figure) -> Self {
        Self { name: name.into(), unit, figure: Some(figure), ratio: None, note: String::new() }
    }

    /// A row of a contender that did not run.
    pub fn not_run(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), unit: Unit::Count, figure: None, ratio: None, note: reason.into() }
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl Table {
    /// A table of contenders measured alternately. `baseline` is the name of one of them.
    pub fn of_measurements(title: impl Into<String>, baseline: &str, measurements: &[Measurement]) -> Self {
        let base = measurements.iter().find(|measurement| measurement.name == baseline);
        let rows = measurements
            .iter()
            .map(|measurement| Row {
                ratio: base.map(|base| measurement.ratio_to(base).median),
                ..Row::new(&measurement.name, Unit::Time, measurement.figure())
            })
            .collect();
        Self { title: title.into(), baseline: base.map_or_else(String::new, |base| base.name.clone()), rows }
    }

    /// A table of rows. `baseline` is the name of one of them.
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

    /// A bar chart of the table.
    pub fn plot(&self) -> Plot {
        let bars =
            self.rows.iter().filter_map(|row| Some((row.name.clone(), row.unit, row.figure?))).collect();
        Plot::Bars { title: self.title.clone(), bars }
    }
}

/// A plot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plot {
    /// A bar chart.
    Bars {
        /// Title.
        title: String,
        /// Names, units and values.
        bars: Vec<(String, Unit, Figure)>,
    },
    /// A line chart with logarithmic axes.
    Lines {
        /// Title.
        title: String,
        /// Label of the horizontal axis.
        along: String,
        /// Unit of the vertical axis.
        unit: Unit,
        /// Upper limit to show.
        limit: Option<f64>,
        /// Points by line name.
        lines: Vec<(String, Vec<(f64, f64)>)>,
    },
}

/// The measurement of the contender with this name.
///
/// # Panics
/// If there is none.
pub fn measurement_of<'a>(measurements: &'a [Measurement], name: &str) -> &'a Measurement {
    measurements
        .iter()
        .find(|measurement| measurement.name == name)
        .unwrap_or_else(|| panic!("no contender is named {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_with_peer_is_compared_by_ratio() {
        let target = Target::by_ratio("x", Unit::Time, 110.0, "peer", 100.0, 1.08);
        assert!(!target.is_met());
        assert_eq!(target.limit_text(), "≤ 1.08×");
        assert!(Target { limit: Limit::AtMost(1.1), ..target }.is_met());
        let rate = Target::absolute("y", 39_999.0, Unit::Rate, Limit::AtLeast(40_000.0));
        assert!(!rate.is_met());
        assert_eq!(rate.limit_text(), "≥ 40,000/s");
    }

    #[test]
    fn ratios_need_equal_units() {
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
