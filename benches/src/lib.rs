//! What the crates cost, beside what others take for the same: `cargo xtask bench`.
//!
//! Contenders take turns (A B C, C B A, …), so that whatever else the machine does meets all of them alike; what is told is
//! the median of the rounds, with the quartiles as its spread, and ratios are those of the same round. Neither criterion
//! nor divan lets contenders take turns, so the rounds are our own.

pub mod benchmarks;
pub mod canned;
pub mod databases;
pub mod held;
pub mod load;
pub mod machine;
pub mod options;
pub mod ours;
pub mod page;
pub mod peers;
pub mod plot;
pub mod processes;
pub mod report;
pub mod results;
pub mod rounds;
pub mod server;
pub mod unit;
