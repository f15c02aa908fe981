//! Answers about a provider: from flags, a file, or the terminal.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;

use super::questions::{QUESTIONS, Question, check_name, question};

/// A source document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Title of the document.
    pub title: String,
    /// URL of the document.
    pub url: String,
    /// The day it was read.
    pub read_on: NaiveDate,
    /// Location within the document; may be empty.
    pub at: String,
}

impl Source {
    /// Parses `TITLE | URL | YYYY-MM-DD`, optionally followed by `| LOCATION`.
    ///
    /// # Errors
    /// If a part is missing or malformed.
    pub fn parse(text: &str) -> Result<Self> {
        let form = "TITLE | https://… | YYYY-MM-DD, optionally followed by | LOCATION";
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let (title, url, read_on, at) = match parts[..] {
            [title, url, read_on] => (title, url, read_on, ""),
            [title, url, read_on, at] => (title, url, read_on, at),
            _ => bail!("a source has the form {form}"),
        };
        ensure!(!title.is_empty() && !text.contains(['"', '\\']), "a source has the form {form}");
        ensure!(url.starts_with("https://"), "`{url}` is not an https URL: a source has the form {form}");
        let read_on: NaiveDate = read_on
            .parse()
            .with_context(|| format!("`{read_on}` is not a date: a source has the form {form}"))?;
        Ok(Self { title: title.to_owned(), url: url.to_owned(), read_on, at: at.to_owned() })
    }
}

/// An answer and its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub text: String,
    /// Its source; `None` if it needs none, such as a default of RFC 6749.
    pub source: Option<Source>,
}

/// Answers and sources given as flags or in a file, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartialAnswers {
    texts: BTreeMap<String, String>,
    sources: BTreeMap<String, Source>,
    /// Default source of answers without their own.
    source: Option<Source>,
}

impl PartialAnswers {
    /// Sets `key` or `key.source` (`--key-source` as a flag), or `source` as the default for all.
    ///
    /// # Errors
    /// If the question is unknown or the answer is invalid.
    pub fn set(&mut self, key: &str, text: &str) -> Result<()> {
        if key == "source" {
            self.source = Some(Source::parse(text)?);
            return Ok(());
        }
        let of = key.strip_suffix(".source").or_else(|| key.strip_suffix("-source"));
        let question = question(of.unwrap_or(key)).with_context(|| {
            let keys: Vec<&str> = QUESTIONS.iter().map(|question| question.key).collect();
            format!("unknown question `{key}`; questions: {}; each may have a `.source`", keys.join(", "))
        })?;
        if of.is_some() {
            let source =
                Source::parse(text).with_context(|| format!("invalid source of {}", question.key))?;
            self.sources.insert(question.key.to_owned(), source);
        } else {
            (question.check)(text).with_context(|| format!("invalid answer `{text}` to {key}"))?;
            self.texts.insert(key.to_owned(), text.to_owned());
        }
        Ok(())
    }

    /// Reads lines `key = answer` and `key.source = …`, skipping lines that begin with `#`.
    ///
    /// # Errors
    /// If a line is invalid; the error names it.
    pub fn read_file(&mut self, text: &str) -> Result<()> {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .with_context(|| format!("line {}: expected `key = answer`", number + 1))?;
            self.set(key.trim(), value.trim()).with_context(|| format!("line {}", number + 1))?;
        }
        Ok(())
    }
}

/// All answers about one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Name of the provider and of its crate.
    pub name: String,
    answers: BTreeMap<&'static str, Answer>,
}

impl Answers {
    /// Combines the given answers with the defaults.
    ///
    /// # Errors
    /// If answers or required sources are missing; lists all of them with their flags.
    pub fn from(provider: &str, given: &PartialAnswers) -> Result<Self> {
        check_name(provider)?;
        let mut answers = BTreeMap::new();
        let mut missing = Vec::new();
        for question in QUESTIONS {
            let Some(text) = given.texts.get(question.key).map(String::as_str).or(question.default) else {
                missing.push(format!("--{} ANSWER: {}", question.key, question.prompt));
                continue;
            };
            let source = given.sources.get(question.key).or(given.source.as_ref()).cloned();
            if needs_source(question, text) && source.is_none() {
                missing.push(format!("--{}-source 'TITLE | URL | YYYY-MM-DD': its source", question.key));
            }
            let sourced = needs_source(question, text) || given.sources.contains_key(question.key);
            answers
                .insert(question.key, Answer { text: text.to_owned(), source: source.filter(|_| sourced) });
        }
        ensure!(missing.is_empty(), "answers are missing:\n{}", missing.join("\n"));
        Ok(Self { name: provider.to_owned(), answers })
    }

    /// Asks for missing answers and their sources on the terminal.
    ///
    /// # Errors
    /// If input ends early, or the terminal cannot be written to.
    pub fn ask(
        provider: &str,
        mut given: PartialAnswers,
        today: NaiveDate,
        input: &mut impl BufRead,
        output: &mut impl Write,
    ) -> Result<Self> {
        check_name(provider)?;
        let mut last: Option<Source> = given.source.clone();
        for question in QUESTIONS {
            if skipped(question.key, &given) {
                continue;
            }
            if !given.texts.contains_key(question.key) {
                let default = question.default.map(|text| format!(" [{text}]")).unwrap_or_default();
                let text =
                    ask_until_valid(input, output, &format!("{}{default}", question.prompt), |line| {
                        let text = if line.is_empty() { question.default.unwrap_or_default() } else { line };
                        (question.check)(text).map(|()| text.to_owned())
                    })?;
                given.texts.insert(question.key.to_owned(), text);
            }
            let text = &given.texts[question.key];
            if needs_source(question, text) && !given.sources.contains_key(question.key) {
                let before = last.as_ref().map(|source| format!(" [{}]", source.title)).unwrap_or_default();
                let ask = format!("  source: TITLE | https://… | {today}{before}");
                let source = ask_until_valid(input, output, &ask, |line| match &last {
                    Some(before) if line.is_empty() => Ok(before.clone()),
                    _ => Source::parse(line),
                })?;
                last = Some(source.clone());
                given.sources.insert(question.key.to_owned(), source);
            }
        }
        Self::from(provider, &given)
    }

    /// The answer to a question.
    ///
    /// # Panics
    /// If there is no such question.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        &self.answers[key].text
    }

    /// The source of an answer.
    ///
    /// # Panics
    /// If there is no such question.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.answers[key].source.as_ref()
    }
}

/// Defaults of RFC 6749 need no source.
fn needs_source(question: &Question, text: &str) -> bool {
    question.fact.is_some() && question.default != Some(text)
}

/// Questions about refresh tokens are skipped if there are none.
fn skipped(key: &str, given: &PartialAnswers) -> bool {
    key.starts_with("refresh-") && given.texts.get("refresh").is_some_and(|refresh| refresh == "never")
}

fn ask_until_valid<T>(
    input: &mut impl BufRead,
    output: &mut impl Write,
    ask: &str,
    read: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    loop {
        write!(output, "{ask}\n> ")?;
        output.flush()?;
        let mut line = String::new();
        ensure!(
            input.read_line(&mut line)? > 0,
            "input ended at: {ask}\nhelp: `cargo xtask new-provider` lists the flags"
        );
        match read(line.trim()) {
            Ok(answer) => return Ok(answer),
            Err(error) => writeln!(output, "  {error:#}")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "OAuth guide | https://acme.example/docs/oauth | 2026-11-20";

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    #[test]
    fn source_needs_title_url_and_date() {
        let source = Source::parse(&format!("{GUIDE} | its example")).unwrap();
        assert_eq!((source.title.as_str(), source.at.as_str()), ("OAuth guide", "its example"));
        for bad in [
            "",
            "OAuth guide",
            "OAuth guide | acme.example | 2026-11-20",
            "OAuth guide | https://acme.example | 2026-02-30",
            " | https://acme.example | 2026-11-20",
        ] {
            assert!(Source::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn error_lists_all_missing_answers_with_flags() {
        let mut given = PartialAnswers::default();
        given.set("title", "Acme").unwrap();
        given.set("token-url", "https://acme.example/token").unwrap();
        given.set("pkce", "yes").unwrap();
        let error = Answers::from("acme", &given).unwrap_err().to_string();
        for part in ["--authorize-url ANSWER", "--token-url-source", "--pkce-source", "--refresh ANSWER"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(!error.contains("--title") && !error.contains("--code-grant"), "{error}");
        assert!(given.set("colour", "red").is_err());
        assert!(given.set("pkce", "maybe").is_err());
        assert!(Answers::from("Acme", &given).is_err());
    }

    /// Invalid answers are asked again, empty ones use the default, and the last source is offered as the
    /// next default.
    #[test]
    fn asks_until_answers_are_valid() {
        let typed = [
            "Acme",
            "https://acme.example",
            "In the console, create an app.",
            "ftp://acme.example",
            "https://login.acme.example/authorize",
            "nowhere",
            GUIDE,
            "https://login.acme.example/token",
            "",
            "https://api.acme.example/v1",
            "API | https://acme.example/docs/api | 2026-11-21",
            "/me",
            "",
            "orders:read Read orders",
            "",
            "comma",
            GUIDE,
            "",
            "",
            "",
            "no",
            "Bearer …",
            "",
            "3600",
            "",
            "never",
            "",
            "",
            "",
        ]
        .join("\n")
            + "\n";
        let mut shown = Vec::new();
        let answers =
            Answers::ask("acme", PartialAnswers::default(), today(), &mut typed.as_bytes(), &mut shown)
                .unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(answers.text("scope-separator"), "comma");
        assert_eq!(answers.text("client-auth"), "body");
        assert_eq!(answers.source("client-auth"), None, "default of RFC 6749");
        assert_eq!(answers.source("token-url").unwrap().title, "OAuth guide");
        assert_eq!(answers.source("me").unwrap().title, "API");
        assert_eq!(answers.source("scheme").unwrap().title, "OAuth guide", "RFC 6749 has no default");
        assert_eq!(answers.text("refresh"), "never");
        assert!(!shown.contains("Days after which") && shown.contains("it must be an https URL"), "{shown}");
        assert!(shown.contains("[OAuth guide]") && shown.contains("2026-11-22"), "{shown}");

        let ended_early = Answers::ask(
            "acme",
            PartialAnswers::default(),
            today(),
            &mut "Acme\n".as_bytes(),
            &mut Vec::new(),
        );
        assert!(ended_early.unwrap_err().to_string().contains("Home page"));
    }

    #[test]
    fn reads_answers_file() {
        let mut given = PartialAnswers::default();
        given
            .read_file(&format!(
                "# Acme\n\ntitle = Acme\nsource = {GUIDE}\npkce.source = {GUIDE} | its end\n"
            ))
            .unwrap();
        assert_eq!(given.texts["title"], "Acme");
        assert_eq!(given.sources["pkce"].at, "its end");
        let error = format!("{:#}", given.read_file("title = A\nwhat is this\n").unwrap_err());
        assert!(error.contains("line 2"), "{error}");
    }
}
