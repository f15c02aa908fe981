//! The command reference of the `oauth` program.

use clap_markdown::MarkdownOptions;

pub(super) fn reference() -> String {
    let options = MarkdownOptions::new().show_footer(false).show_table_of_contents(false);
    let text = clap_markdown::help_markdown_command_custom(&oauth_cli::command(), &options);
    // Without its title: the page has one.
    let body = text.split_once("\n## ").map_or(text.as_str(), |(_, body)| body);
    let mut out = format!("## {}", body.trim_end());
    out.push('\n');
    out
}
