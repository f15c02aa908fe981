//! Measures contenders alternately.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Duration and number of rounds.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Warm-up time of each contender.
    pub warm_up: Duration,
    /// Approximate duration of a round per contender.
    pub round: Duration,
    /// Number of rounds.
    pub rounds: usize,
}

/// Repeats a call the given number of times and returns the duration.
type Run<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// A contender of a comparison.
pub struct Contender<'a> {
    name: String,
    run: Run<'a>,
}

impl<'a> Contender<'a> {
    /// `run` repeats the call the given number of times and measures only the calls, not its setup.
    pub fn new(name: impl Into<String>, run: impl FnMut(u64) -> Duration + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }

    /// Measures repeated calls without setup.
    pub fn simple(name: impl Into<String>, mut call: impl FnMut() + 'a) -> Self {
        Self::new(name, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                call();
            }
            start.elapsed()
        })
    }
}

/// Times of a contender: nanoseconds per call, per round.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// Name of the contender.
    pub name: String,
    /// In the order of the rounds, which is the same for all contenders.
    pub rounds: Vec<f64>,
}

/// Median and quartiles of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// First quartile.
    pub low: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub high: f64,
}

impl Figure {
    /// Computes them from at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        let index = |part: f64| {
            let position = part * (values.len() - 1) as f64;
            let (below, above) = (values[position.floor() as usize], values[position.ceil() as usize]);
            below + (above - below) * position.fract()
        };
        Self { low: index(0.25), median: index(0.5), high: index(0.75) }
    }

    /// A single measurement or an exact count.
    pub fn exactly(value: f64) -> Self {
        Self { low: value, median: value, high: value }
    }

    /// Converts each value, for example a time to a rate.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        let (first, second) = (change(self.low), change(self.high));
        Self { low: first.min(second), median: change(self.median), high: first.max(second) }
    }
}

impl Measurement {
    /// Nanoseconds per call.
    pub fn figure(&self) -> Figure {
        Figure::of(self.rounds.iter().copied())
    }

    /// Ratio of the times to those of another contender in the same rounds.
    pub fn ratio_to(&self, other: &Self) -> Figure {
        Figure::of(self.rounds.iter().zip(&other.rounds).map(|(time, other)| time / other))
    }
}

/// Warms up all contenders, then measures them alternately.
pub fn measure_alternately(plan: Plan, mut contenders: Vec<Contender<'_>>) -> Vec<Measurement> {
    let times: Vec<u64> = contenders.iter_mut().map(|contender| warm_up(plan, contender)).collect();
    let mut measurements: Vec<Measurement> = contenders
        .iter()
        .map(|contender| Measurement { name: contender.name.clone(), rounds: Vec::new() })
        .collect();
    for round in 0..plan.rounds {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let duration = (contenders[index].run)(times[index]);
            measurements[index].rounds.push(duration.as_nanos() as f64 / times[index] as f64);
        }
    }
    measurements
}

/// Warms a contender up and returns how many calls fit into a round.
fn warm_up(plan: Plan, contender: &mut Contender<'_>) -> u64 {
    let start = Instant::now();
    let mut times = 1;
    loop {
        let duration = (contender.run)(times);
        let fit = plan.round.as_nanos() as f64 / duration.as_nanos().max(1) as f64 * times as f64;
        if start.elapsed() >= plan.warm_up {
            return (fit as u64).max(1);
        }
        // Grows in steps, because a slow or untimeably fast first call is not representative.
        times = (fit as u64).clamp(1, times * 10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_median_and_quartiles() {
        let figure = Figure::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(figure, Figure { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(Figure::of([1.0, 2.0]).median, 1.5);
        assert_eq!(figure.map(|value| 12.0 / value), Figure { low: 3.0, median: 4.0, high: 6.0 });
    }

    #[test]
    fn alternates_and_counts_only_reported_time() {
        let order = std::cell::RefCell::new(Vec::new());
        let contender = |name: &'static str, nanoseconds: u64| {
            let order = &order;
            Contender::new(name, move |times| {
                order.borrow_mut().push(name);
                Duration::from_nanos(nanoseconds * times)
            })
        };
        let plan = Plan { warm_up: Duration::ZERO, round: Duration::from_nanos(100), rounds: 2 };
        let measurements = measure_alternately(plan, vec![contender("a", 10), contender("b", 20)]);
        assert_eq!(*order.borrow(), ["a", "b", "a", "b", "b", "a"]);
        assert_eq!(measurements[1].figure(), Figure::exactly(20.0));
        assert_eq!(measurements[1].ratio_to(&measurements[0]), Figure::exactly(2.0));
    }
}
