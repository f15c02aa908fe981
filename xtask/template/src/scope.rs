//! Documented scopes of Acme Orders. Others can be parsed: `"…".parse::<Scope>()`.
//!
//! Source: <https://docs.acme.example/oauth>, read on 2026-11-20.

oauth_core::scopes! {
    /// Read orders.
    ORDERS_READ = "orders:read",
    /// Change orders.
    ORDERS_WRITE = "orders:write",
}
