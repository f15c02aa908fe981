//! Tests that need more than one crate of this workspace.
