//! Tests over real HTTP. All subjects share one binary, because linking takes most of the time.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic, also in a helper")]

mod cobot;
mod cohortgo;
mod control;
mod faults;
mod follow;
mod go1;
mod gocd_admin;
mod gocd_admin_xml;
mod gocd_api;
mod gocd_authorize;
mod gocd_personal;
mod gocd_pipelines;
mod gocd_tls;
mod gocd_token;
mod gocd_user_tokens;
mod handle;
mod plain;
mod safety;
mod support;
mod whole;
