//! Servers, clients and stores of the benchmarks in `benches/`: `cargo xtask bench`.

pub mod databases;
pub mod fixed_response;
pub mod gate;
pub mod go1_fixtures;
pub mod server;

/// Installs the TLS implementation that reqwest and google-cloud-auth ask for, also on loopback.
pub fn install_crypto_provider() {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
