//! What the benchmarks share: a provider that answers at once, and clients of it.

pub mod canned;
pub mod ours;
pub mod server;
