//! `docs/api/PROVIDER.toml`: each documented call of a provider's API, typed or not.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// Folder of the lists, relative to the repository.
pub(crate) const FOLDER: &str = "docs/api";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiCalls {
    pub(crate) calls: Vec<ApiCall>,
}

/// A documented call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiCall {
    /// `Endpoint::NAME` of a typed call, else the words of its document.
    pub(crate) call: String,
    /// The document.
    source: String,
    #[serde(default)]
    scopes: Vec<String>,
    /// The reason why it is not typed.
    pub(crate) untyped: Option<String>,
    /// True if a part of its body or response is open JSON.
    #[serde(default)]
    open_body: bool,
    /// True if only third parties document it.
    #[serde(default)]
    by_others: bool,
    /// True if its document shows a sibling of it only.
    #[serde(default)]
    inferred: bool,
    /// Number of typed and of all documented fields of its recorded response.
    #[serde(skip)]
    fields: Option<(usize, usize)>,
}

impl ApiCalls {
    /// Reads the list of a provider, and the number of fields from the snapshots of its crate.
    pub(crate) fn read(root: &Path, provider: &str) -> Result<Self> {
        let file = format!("{FOLDER}/{provider}.toml");
        let text = fs::read_to_string(root.join(&file)).with_context(|| format!("cannot read {file}"))?;
        let mut list: Self = toml::from_str(&text).with_context(|| format!("in {file}"))?;
        let folder = root.join("crates").join(provider).join("tests/api/snapshots");
        let mut snapshots = Vec::new();
        if folder.is_dir() {
            for entry in fs::read_dir(&folder)? {
                snapshots.extend(snapshot_fields(&fs::read_to_string(entry?.path())?));
            }
        }
        for call in &mut list.calls {
            call.fields = snapshots.iter().find(|(name, _)| *name == call.call).map(|(_, fields)| *fields);
            ensure!(!call.source.is_empty(), "{file}: `{}` has no source", call.call);
        }
        Ok(list)
    }

    /// Names of the typed calls.
    pub(crate) fn typed(&self) -> Vec<&str> {
        self.calls.iter().filter(|call| call.untyped.is_none()).map(|call| call.call.as_str()).collect()
    }

    /// The number of typed calls and fields, in one sentence.
    pub(crate) fn summary(&self) -> String {
        let fields = self.calls.iter().filter_map(|call| call.fields);
        let (typed, all) = fields.fold((0, 0), |(typed, all), (more, of)| (typed + more, all + of));
        let open = self.calls.iter().filter(|call| call.untyped.is_none() && call.open_body).count();
        let mut text = format!("{} of {} documented calls are typed", self.typed().len(), self.calls.len());
        if open > 0 {
            text += &format!(", {open} of them with a part that is open JSON");
        }
        if all > 0 {
            text += &format!(", with {typed} of {all} documented fields of their responses");
        }
        text + "."
    }

    /// A row for each call: name, scopes, fields, source.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.calls.iter().map(|call| {
            let typed = match (&call.untyped, call.fields) {
                (Some(reason), _) => format!("no: {reason}"),
                (None, Some((typed, all))) if all > 0 => format!("{typed} of {all}"),
                (None, _) => "yes".to_owned(),
            };
            let scopes = call.scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" ");
            let marks = [
                (call.open_body, "open JSON"),
                (call.by_others, "not the provider's own"),
                (call.inferred, "inferred"),
            ];
            let marks: Vec<_> = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| *mark).collect();
            let marks = if marks.is_empty() { String::new() } else { format!(" (*{}*)", marks.join("; ")) };
            vec![format!("`{}`", call.call), scopes, typed + &marks, call.source.clone()]
        })
    }
}

/// The call of a snapshot, and its line `fields: 3 of 4 typed`.
fn snapshot_fields(snapshot: &str) -> Option<(String, (usize, usize))> {
    let (_, text) = snapshot.get(3..)?.split_once("\n---\n")?;
    let line = text.lines().rev().find_map(|line| line.strip_prefix("fields: ")?.strip_suffix(" typed"))?;
    let (typed, all) = line.split_once(" of ")?;
    Some((text.lines().next()?.to_owned(), (typed.parse().ok()?, all.parse().ok()?)))
}
