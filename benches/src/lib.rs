//! Benchmarks of the crates and of comparable libraries: `cargo xtask bench`.
//!
//! Contenders run alternately (A B C, C B A, …), so that other load on the machine affects all of them alike.
//! Results are the median over all rounds with quartiles; ratios compare times of the same round. Neither
//! criterion nor divan can alternate contenders, so this crate measures rounds itself.

pub mod benchmarks;
pub mod connection_fixtures;
pub mod contender;
pub mod databases;
pub mod fixed_response;
pub mod go1_fixtures;
pub mod load;
pub mod machine;
pub mod options;
pub mod page;
pub mod peers;
pub mod plot;
pub mod processes;
pub mod report;
pub mod results;
pub mod server;
pub mod unit;
