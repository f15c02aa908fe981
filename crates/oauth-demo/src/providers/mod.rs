//! The four providers.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

pub(crate) use cohortgo::COLLEAGUE;
