//! The generated parts of pages, one file per kind.

mod calls;
mod cli;
mod comparison;
mod dependencies;
mod errors;
mod facts;
mod features;
mod hosts;
mod scopes;
mod table;
mod tolerances;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::diagram;
use crate::portrait::Portrait;

/// The sources of the generated parts.
pub(crate) struct BookParts<'a> {
    pub(crate) root: &'a Path,
    pub(crate) portraits: &'a [Portrait],
}

impl BookParts<'_> {
    /// Generates the part with this name.
    pub(crate) fn part(&self, name: &str) -> Result<String> {
        let mut words = name.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let of = words.next();
        let portrait = || -> Result<&Portrait> {
            let wanted =
                of.with_context(|| format!("the part `{kind}` needs a provider, as in `{kind} cobot`"))?;
            self.portraits
                .iter()
                .find(|portrait| portrait.name == wanted)
                .with_context(|| format!("there is no provider `{wanted}`"))
        };
        match kind {
            "comparison" => Ok(comparison::table(self.portraits)),
            "facts" => Ok(facts::table(portrait()?)),
            "scopes" => Ok(scopes::table(portrait()?)),
            "calls" => Ok(calls::table(portrait()?)),
            "hosts" => Ok(hosts::table(portrait()?)),
            "tolerances" => tolerances::table(),
            "errors" => errors::table(self.root),
            "callback-faults" => errors::callback_faults(self.root),
            "cli" => Ok(cli::reference()),
            "dependencies" => dependencies::table(self.root),
            "features" => features::table(self.root),
            _ => bail!("there is no generated part `{name}`"),
        }
    }

    /// The parts that must be on a page.
    pub(crate) fn required(&self) -> Vec<String> {
        let mut names: Vec<String> =
            ["comparison", "tolerances", "errors", "callback-faults", "cli", "dependencies", "features"]
                .map(str::to_owned)
                .into();
        for portrait in self.portraits {
            names.push(format!("facts {}", portrait.name));
            if !portrait.scopes.is_empty() {
                names.push(format!("scopes {}", portrait.name));
            }
            if portrait.flow.is_some() {
                names.push(format!("calls {}", portrait.name));
                names.push(format!("hosts {}", portrait.name));
            }
        }
        names
    }

    /// The files that are generated as a whole: path relative to the pages' folder, and content.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        self.portraits
            .iter()
            .filter_map(|portrait| {
                let flow = portrait.flow.as_ref()?;
                Some((format!("diagrams/{}.svg", portrait.name), diagram::svg(portrait, flow)))
            })
            .collect()
    }
}
