//! `oauth completions`: prints shell completion scripts.

use clap::Args;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `completions`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  oauth completions bash > \\
    ~/.local/share/bash-completion/completions/oauth")]
pub(crate) struct CompletionsArgs {
    /// Shell to generate the script for
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(arguments: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::command(), "oauth", &mut script);
    Output::new(false).raw(&script);
    Ok(())
}
