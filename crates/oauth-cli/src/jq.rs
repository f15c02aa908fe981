//! Filters of `oauth request --jq`, in the jq language.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, Error, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Vars};
use jaq_json::{Val, read};
use serde::de::IgnoredAny;

use crate::failure::{ExitCode, Failure};

/// A compiled filter.
pub(crate) struct Filter(jaq_core::Filter<JustLut<Val>>);

impl Filter {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(definitions).load(&arena, File { code: text, path: () });
        let modules =
            modules.map_err(|errors| invalid(errors.first().map(|(_, error)| load_error(error))))?;
        let filter = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
            let first = errors.first().and_then(|(_, unknown)| unknown.first());
            invalid(first.map(|(name, kind)| format!("the {} `{name}` is not defined", kind.as_str())))
        })?;
        Ok(Self(filter))
    }

    /// Applies the filter to a JSON text, or to nothing. Prints each result with `print`, strings without
    /// quotes, until that returns `false`.
    pub(crate) fn apply(&self, json: &[u8], mut print: impl FnMut(&str) -> bool) -> Result<(), Failure> {
        if json.is_empty() {
            return Ok(());
        }
        let failed = |message: String| {
            Failure::new(ExitCode::Failed, "jq", message)
                .with_help("the request was sent, and only the filter failed")
        };
        // The filter's own parser accepts more than JSON, and nests without limit.
        let input =
            serde_json::from_slice::<IgnoredAny>(json).ok().and_then(|_| read::parse_single(json).ok());
        let input =
            input.ok_or_else(|| failed("the response is not JSON, so --jq cannot read it".to_owned()))?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        for result in self.0.id.run((context, input)) {
            let line = match result.map_err(Exn::get_err) {
                Ok(Val::TStr(text)) => String::from_utf8_lossy(&text).into_owned(),
                Ok(value) => value.to_string(),
                Err(Ok(error)) => return Err(failed(format!("--jq: {error}"))),
                // `halt` ends the filter, not this program, which may have a token to save.
                Err(Err(exception)) => match exception.get_halt() {
                    Ok(code) if code != 0 => {
                        return Err(failed(format!("--jq: the filter stopped with code {code}")));
                    }
                    _ => return Ok(()),
                },
            };
            if !print(&format!("{line}\n")) {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn load_error(error: &Error<&str>) -> String {
    let found = |text: &str| match text.split_whitespace().next() {
        Some(word) => format!("at `{word}`"),
        None => "at the end".to_owned(),
    };
    match error {
        Error::Io(errors) => errors.first().map(|(_, error)| error.clone()),
        Error::Lex(errors) => {
            errors.first().map(|(expected, at)| format!("{} expected {}", expected.as_str(), found(at)))
        }
        Error::Parse(errors) => {
            errors.first().map(|(expected, at)| format!("{} expected {}", expected.as_str(), found(at)))
        }
    }
    .unwrap_or_default()
}

fn invalid(detail: Option<String>) -> Failure {
    Failure::usage(format!("invalid --jq filter: {}", detail.unwrap_or_default()))
        .with_help("write a filter of the jq language, such as `.items[].name`; nothing was sent")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(filter: &str, json: &[u8]) -> Result<String, Failure> {
        let mut lines = String::new();
        let applied = Filter::parse(filter).unwrap().apply(json, |line| {
            lines += line;
            lines.len() < 100
        });
        applied.map(|()| lines)
    }

    #[test]
    fn filters_as_jq_does() {
        let json = br#"{"items":[{"name":"a b","n":1.50},{"name":null,"n":12345678901234567890}]}"#;
        for (filter, result) in [
            (".items[].name", "a b\nnull\n"),
            (".items[] | select(.n > 2) | .n", "12345678901234567890\n"),
            (".items[0]", "{\"name\":\"a b\",\"n\":1.50}\n"),
            (".items | length", "2\n"),
            (".items[0].name | test(\"^a\")", "true\n"),
            (".none[]?", ""),
            ("1, halt, 2", "1\n"),
        ] {
            assert_eq!(apply(filter, json).unwrap(), result, "{filter}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (filter, message) in [
            (".items[", "invalid --jq filter: closing bracket expected at the end"),
            (".a | ", "invalid --jq filter: term expected at the end"),
            ("nmae", "invalid --jq filter: the filter `nmae` is not defined"),
        ] {
            assert_eq!(Filter::parse(filter).err().unwrap().message, message);
        }
        let message = |json: &[u8]| apply(".a.b", json).unwrap_err().message;
        assert!(message(br#"{"a":"secret"}"#).starts_with("--jq: cannot index"));
        let halted = apply("1, halt_error(3), 2", b"{}").unwrap_err();
        assert_eq!(halted.message, "--jq: the filter stopped with code 3");
        for not_json in ["<html>".to_owned(), "[".repeat(100_000), "NaN".to_owned()] {
            assert!(message(not_json.as_bytes()).starts_with("the response is not JSON"));
        }
    }

    #[test]
    fn endless_filter_ends_with_its_reader() {
        assert_eq!(apply("repeat(.)", b"1234567").unwrap().len(), 104);
    }
}
