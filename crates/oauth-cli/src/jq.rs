//! Filters of `oauth request --jq`, in the jq language.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, Error, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, unwrap_valr};
use jaq_json::{Val, read};

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

    /// Applies the filter to a JSON text, or to nothing. Returns a line for each result; strings without
    /// quotes.
    pub(crate) fn apply(&self, json: &[u8]) -> Result<String, Failure> {
        if json.is_empty() {
            return Ok(String::new());
        }
        let failed = |message: String| Failure::new(ExitCode::Failed, "jq", message);
        let input = read::parse_single(json)
            .map_err(|_| failed("the response is not JSON, so --jq cannot read it".to_owned()))?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let mut lines = String::new();
        for result in self.0.id.run((context, input)).map(unwrap_valr) {
            lines += &match result {
                Ok(Val::TStr(text)) => String::from_utf8_lossy(&text).into_owned(),
                Ok(value) => value.to_string(),
                Err(error) => return Err(failed(format!("--jq: {error}"))),
            };
            lines.push('\n');
        }
        Ok(lines)
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
        ] {
            assert_eq!(Filter::parse(filter).unwrap().apply(json).unwrap(), result, "{filter}");
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
        let filter = Filter::parse(".a.b").unwrap();
        assert!(filter.apply(br#"{"a":"secret"}"#).unwrap_err().message.starts_with("--jq: cannot index"));
        assert!(filter.apply(b"<html>").unwrap_err().message.starts_with("the response is not JSON"));
    }
}
