//! Checks that the facts file and the declarations of the provider crates agree, in both directions.

use crate::Book;
use crate::api_calls::FOLDER;
use crate::provider_facts::{Entry, FILE};

/// Missing entries, entries about nothing and different values, each with its remedy.
pub(crate) fn errors(Book { facts: file, portraits, .. }: &Book) -> Vec<String> {
    let mut found = Vec::new();
    let mut report = |error: String, help: &str| found.push(format!("{error}\n  help: {help}"));
    for portrait in portraits {
        let (name, crate_name) = (portrait.name, portrait.crate_name());
        for fact in &portrait.facts {
            let (key, value) = (fact.key, &fact.value);
            match file.fact(name, key) {
                None if !fact.is_standard() => report(
                    format!("{name}: {key} is declared ({value}) and has no source"),
                    &format!("add where and when it was read to {FILE}"),
                ),
                Some(entry) if entry.value != *value => report(
                    format!("{name}: {key} is {value}, but {FILE} says {}", entry.value),
                    &format!(
                        "correct the constant in crates/{crate_name}/src, or the entry with the source of the new value"
                    ),
                ),
                _ => {}
            }
        }
        let own = |entries: &'_ [Entry]| -> Vec<String> {
            let own = entries.iter().filter(|entry| entry.provider == name);
            own.map(|entry| entry.subject.clone()).collect()
        };
        for key in own(&file.facts).iter().filter(|key| portrait.facts.iter().all(|fact| fact.key != **key)) {
            report(
                format!("{name}: {FILE} has a source for {key}, which nothing declares"),
                "remove the entry, or declare the fact in crates/oauth-docs/src/providers",
            );
        }
        let typed = portrait.documented.typed();
        let list = format!("{FOLDER}/{name}.toml");
        for call in portrait.calls.iter().filter(|call| !typed.contains(&call.as_str())) {
            report(format!("{name}: the call `{call}` is not in the list"), &format!("add it to {list}"));
        }
        for call in typed.iter().filter(|call| portrait.calls.iter().all(|declared| declared != *call)) {
            report(
                format!("{name}: nothing declares the call `{call}`"),
                &format!("declare it, or correct {list}"),
            );
        }
    }
    for Entry { provider, subject, .. } in &file.facts {
        if portraits.iter().all(|portrait| portrait.name != provider) {
            let error = format!("{FILE} has an entry for `{subject}` of `{provider}`, which is no provider");
            report(error, "correct its name");
        }
    }
    found
}
