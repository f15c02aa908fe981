//! `oauth sandbox`: runs sandbox providers for other programs.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use clap::ValueEnum as _;
use oauth_sandbox::{Error, Manifest, Sandbox};

use crate::cli;
use crate::client_config::variable_name;
use crate::connection_name::shell_quoted;
use crate::providers::{CliProvider as _, ProviderName, with_provider};
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::running_sandbox::{ManifestFile, sandbox_name};
use crate::styles::{BOLD, DIM};

/// Serves until it is interrupted.
pub(crate) async fn run(
    arguments: cli::Sandbox,
    interrupted: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let base = arguments.port_base;
    let tls = arguments.tls;
    let mut builder =
        Sandbox::builder().port_base(base).auto_approve(arguments.auto_approve).tls(arguments.tls);
    // The default redirect URIs of `oauth connect`.
    let default_uri = |provider| Redirect::default_uri(provider, DEFAULT_PORT);
    builder = builder
        .cohortgo(|cohortgo| {
            let cohortgo = cohortgo.redirect_uri(default_uri(ProviderName::Cohortgo));
            cohortgo.echo_state(!arguments.no_state_echo)
        })
        .cobot(|cobot| cobot.redirect_uri(default_uri(ProviderName::Cobot)))
        .go1(|go1| go1.redirect_uri(default_uri(ProviderName::Go1)).callback_slash(arguments.callback_slash))
        .gocd(|gocd| gocd.redirect_uri(default_uri(ProviderName::Gocd)).late_acl(arguments.late_acl));
    for uri in arguments.redirect_uri {
        builder = builder.redirect_uri(uri);
    }
    let sandbox = builder.start().await.map_err(|error| explain(error, base))?;

    let (manifest, json) = (sandbox.manifest(), sandbox.manifest_json());
    let _file = ManifestFile::write(&json);
    let at_terminal = !arguments.json && !arguments.env && io::stdout().is_terminal();
    let text = match (arguments.env, at_terminal) {
        (true, _) => exports(&manifest),
        (false, true) => instructions(&manifest, tls, true),
        (false, false) => format!("{json}\n"),
    };
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("cannot write to stdout")?;
    drop(stdout);
    if !at_terminal {
        // Closed stderr is not an error.
        let _ = write!(anstream::stderr(), "\n{}", instructions(&manifest, tls, false));
    }

    interrupted.await;
    drop(sandbox);
    let _ = writeln!(anstream::stderr(), "\nThe sandbox has stopped.");
    Ok(())
}

/// Explains an error in terms of this command's options.
fn explain(error: Error, base: u16) -> anyhow::Error {
    match error {
        Error::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
            let base = match base.checked_add(100) {
                Some(other) => format!("another port base, such as --port-base {other}"),
                None => "another port base with --port-base".to_owned(),
            };
            anyhow::anyhow!(
                "port {} is in use, perhaps by another sandbox\n help: choose {base}, or free ports with --port-base 0",
                address.port(),
            )
        }
        Error::PortBase(base) => anyhow::anyhow!(
            "--port-base {base} leaves no room for all ports\n help: choose a lower one, or free ports with --port-base 0"
        ),
        error => anyhow::Error::new(error).context("the sandbox did not start"),
    }
}

/// Returns the commands that connect to each provider. The personal access token is for stdout only.
fn instructions(manifest: &Manifest, tls: bool, with_token: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{BOLD}The sandbox is ready.{BOLD:#} Connect in another terminal:\n");
    for name in ProviderName::value_variants() {
        let Some(provider) = manifest.providers.get(sandbox_name(*name)) else { continue };
        let (_, scope) = with_provider!(*name, P => P::FIRST_CALL);
        let scope = if scope.is_empty() { String::new() } else { format!(" --scope {scope}") };
        // The program does not trust the sandbox's own certificate authority.
        let url = provider.plain_url.as_ref().unwrap_or(&provider.url);
        let _ = writeln!(out, "  {BOLD}oauth connect {name} --server {url}{scope}{BOLD:#}");
        match (name, provider.users.first(), &provider.personal_access_token) {
            (ProviderName::GocdPersonal, _, Some(token)) if with_token => {
                let _ = writeln!(out, "    {DIM}token {token}{DIM:#}");
            }
            (ProviderName::GocdPersonal, ..) => {}
            (_, Some(user), _) => {
                let _ = writeln!(out, "    {DIM}log in as {} with {}{DIM:#}", user.email, user.password);
            }
            _ => {}
        }
    }
    let _ = writeln!(out, "\nControl server: {}", manifest.control.url);
    if tls {
        let _ = writeln!(out, "Certificates to trust: ca_certificate_pem in the output of --json.");
    }
    let _ = writeln!(out, "Only this machine can reach the sandbox. Press Ctrl-C to stop it.");
    out
}

/// Returns shell commands that export what a program needs.
fn exports(manifest: &Manifest) -> String {
    let mut out = String::new();
    let mut export = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "export {name}={}", shell_quoted(value));
    };
    for name in ProviderName::value_variants() {
        let Some(provider) = manifest.providers.get(sandbox_name(*name)) else { continue };
        match (name, &provider.personal_access_token) {
            (ProviderName::GocdPersonal, Some(token)) => export(&variable_name(*name, "TOKEN"), token),
            _ => {
                export(&variable_name(*name, "URL"), provider.plain_url.as_ref().unwrap_or(&provider.url));
                export(&variable_name(*name, "CLIENT_ID"), &provider.client_id);
                export(&variable_name(*name, "CLIENT_SECRET"), &provider.client_secret);
            }
        }
    }
    export("OAUTH_SANDBOX_CONTROL_URL", &manifest.control.url);
    export("OAUTH_SANDBOX_CONTROL_KEY", &manifest.control.key);
    out
}
