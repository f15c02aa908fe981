//! Contenders that take turns.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Each contender, before anything counts.
    pub warm_up: Duration,
    /// About how long each contender takes in one round.
    pub round: Duration,
    /// How many rounds.
    pub rounds: usize,
}

/// Does the same thing that often, and says how long that took.
type Run<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// One who takes part.
pub struct Contender<'a> {
    name: String,
    run: Run<'a>,
}

impl<'a> Contender<'a> {
    /// `run` does it as often as it is told and measures itself, so that what it prepares does not count.
    pub fn new(name: impl Into<String>, run: impl FnMut(u64) -> Duration + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }

    /// One call after the other, all of which counts.
    pub fn simple(name: impl Into<String>, mut call: impl FnMut() + 'a) -> Self {
        Self::new(name, move |times| {
            let begun = Instant::now();
            for _ in 0..times {
                call();
            }
            begun.elapsed()
        })
    }
}

/// What a contender took in each round: nanoseconds a call.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Who.
    pub name: String,
    /// In the order of the rounds, which is the same for all.
    pub rounds: Vec<f64>,
}

/// The middle of many, and half of them lie between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The first quartile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub high: f64,
}

impl Figure {
    /// Of at least one.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * (values.len() - 1) as f64;
            let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Self { low: at(0.25), median: at(0.5), high: at(0.75) }
    }

    /// One that was measured once, or counted.
    pub fn exactly(value: f64) -> Self {
        Self { low: value, median: value, high: value }
    }

    /// With each value made another, such as a time a rate.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        let (one, other) = (change(self.low), change(self.high));
        Self { low: one.min(other), median: change(self.median), high: one.max(other) }
    }
}

impl Taken {
    /// In nanoseconds a call.
    pub fn figure(&self) -> Figure {
        Figure::of(self.rounds.iter().copied())
    }

    /// How many times as long as the other took in the same round.
    pub fn ratio_to(&self, other: &Self) -> Figure {
        Figure::of(self.rounds.iter().zip(&other.rounds).map(|(one, other)| one / other))
    }
}

/// Lets all warm up, then take turns.
pub fn take_turns(plan: Plan, mut contenders: Vec<Contender<'_>>) -> Vec<Taken> {
    let times: Vec<u64> = contenders.iter_mut().map(|one| warm_up(plan, one)).collect();
    let mut taken: Vec<Taken> =
        contenders.iter().map(|one| Taken { name: one.name.clone(), rounds: Vec::new() }).collect();
    for round in 0..plan.rounds {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for at in order {
            let took = (contenders[at].run)(times[at]);
            taken[at].rounds.push(took.as_nanos() as f64 / times[at] as f64);
        }
    }
    taken
}

/// How often it goes into one round.
fn warm_up(plan: Plan, contender: &mut Contender<'_>) -> u64 {
    let begun = Instant::now();
    let mut times = 1;
    loop {
        let took = (contender.run)(times);
        let fit = plan.round.as_nanos() as f64 / took.as_nanos().max(1) as f64 * times as f64;
        if begun.elapsed() >= plan.warm_up {
            return (fit as u64).max(1);
        }
        // By steps: a first call that is slow, or too quick to be timed, says little.
        times = (fit as u64).clamp(1, times * 10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_quartiles() {
        let figure = Figure::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(figure, Figure { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(Figure::of([1.0, 2.0]).median, 1.5);
        assert_eq!(figure.map(|value| 12.0 / value), Figure { low: 3.0, median: 4.0, high: 6.0 });
    }

    #[test]
    fn they_take_turns_and_only_what_they_say_counts() {
        let order = std::cell::RefCell::new(Vec::new());
        let contender = |name: &'static str, nanoseconds: u64| {
            let order = &order;
            Contender::new(name, move |times| {
                order.borrow_mut().push(name);
                Duration::from_nanos(nanoseconds * times)
            })
        };
        let plan = Plan { warm_up: Duration::ZERO, round: Duration::from_nanos(100), rounds: 2 };
        let taken = take_turns(plan, vec![contender("a", 10), contender("b", 20)]);
        assert_eq!(*order.borrow(), ["a", "b", "a", "b", "b", "a"]);
        assert_eq!(taken[1].figure(), Figure::exactly(20.0));
        assert_eq!(taken[1].ratio_to(&taken[0]), Figure::exactly(2.0));
    }
}
