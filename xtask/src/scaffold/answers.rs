//! The answers: from flags, from a file, and from the person at the terminal.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;

use super::questions::{QUESTIONS, Question, name, named};

/// The document in which something was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// When it was read.
    pub read_on: NaiveDate,
    /// Where in it; may be empty.
    pub at: String,
}

impl Source {
    /// `TITLE | URL | YYYY-MM-DD`, and perhaps `| where in it`.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn parse(text: &str) -> Result<Self> {
        let form = "TITLE | https://… | YYYY-MM-DD, and perhaps | where in it";
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let (title, url, read_on, at) = match parts[..] {
            [title, url, read_on] => (title, url, read_on, ""),
            [title, url, read_on, at] => (title, url, read_on, at),
            _ => bail!("a source is given as {form}"),
        };
        ensure!(!title.is_empty() && !text.contains(['"', '\\']), "a source is given as {form}");
        ensure!(url.starts_with("https://"), "`{url}` is no https URL: a source is given as {form}");
        let read_on: NaiveDate =
            read_on.parse().with_context(|| format!("`{read_on}` is no day: a source is given as {form}"))?;
        Ok(Self { title: title.to_owned(), url: url.to_owned(), read_on, at: at.to_owned() })
    }
}

/// One answer, with where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was answered.
    pub text: String,
    /// Where it was read; `None` where nobody has to vouch for it, or it is what RFC 6749 has anyway.
    pub source: Option<Source>,
}

/// What is given before anybody is asked: answers and sources by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    texts: BTreeMap<String, String>,
    sources: BTreeMap<String, Source>,
    /// For answers without a source of their own.
    source: Option<Source>,
}

impl Given {
    /// Takes in `key` or `key.source` (as a flag: `--key-source`), or `source` for all that have none of their own.
    ///
    /// # Errors
    /// When there is no such question, or this cannot be an answer.
    pub fn take(&mut self, key: &str, text: &str) -> Result<()> {
        if key == "source" {
            self.source = Some(Source::parse(text)?);
            return Ok(());
        }
        let of = key.strip_suffix(".source").or_else(|| key.strip_suffix("-source"));
        let question = named(of.unwrap_or(key)).with_context(|| {
            let keys: Vec<&str> = QUESTIONS.iter().map(|question| question.key).collect();
            format!("there is no question `{key}`, only {}; each may have a `.source`", keys.join(", "))
        })?;
        if of.is_some() {
            let source = Source::parse(text).with_context(|| format!("the source of {}", question.key))?;
            self.sources.insert(question.key.to_owned(), source);
        } else {
            (question.check)(text).with_context(|| format!("`{text}` is no answer for {key}"))?;
            self.texts.insert(key.to_owned(), text.to_owned());
        }
        Ok(())
    }

    /// Takes in a file of lines `key = answer` and `key.source = …`; those that begin with `#` are passed over.
    ///
    /// # Errors
    /// Which line cannot be taken, and why.
    pub fn take_file(&mut self, text: &str) -> Result<()> {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .with_context(|| format!("line {}: `key = answer` is wanted", number + 1))?;
            self.take(key.trim(), value.trim()).with_context(|| format!("line {}", number + 1))?;
        }
        Ok(())
    }
}

/// Everything that is known about a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The provider's and the crate's name.
    pub name: String,
    answers: BTreeMap<&'static str, Answer>,
}

impl Answers {
    /// What was given, with defaults for the rest.
    ///
    /// # Errors
    /// What has no answer, or no source although it needs one: all of it, each with its flag.
    pub fn from(provider: &str, given: &Given) -> Result<Self> {
        name(provider)?;
        let mut answers = BTreeMap::new();
        let mut missing = Vec::new();
        for question in QUESTIONS {
            let Some(text) = given.texts.get(question.key).map(String::as_str).or(question.default) else {
                missing.push(format!("--{} ANSWER: {}", question.key, question.ask));
                continue;
            };
            let source = given.sources.get(question.key).or(given.source.as_ref()).cloned();
            if needs_source(question, text) && source.is_none() {
                missing
                    .push(format!("--{}-source 'TITLE | URL | YYYY-MM-DD': where it was read", question.key));
            }
            let sourced = needs_source(question, text) || given.sources.contains_key(question.key);
            answers
                .insert(question.key, Answer { text: text.to_owned(), source: source.filter(|_| sourced) });
        }
        ensure!(missing.is_empty(), "not everything is known yet:\n{}", missing.join("\n"));
        Ok(Self { name: provider.to_owned(), answers })
    }

    /// Asks for everything that was not given, and for where it was read.
    ///
    /// # Errors
    /// When the person is gone, or the terminal cannot be written to.
    pub fn ask(
        provider: &str,
        mut given: Given,
        today: NaiveDate,
        person: &mut impl BufRead,
        terminal: &mut impl Write,
    ) -> Result<Self> {
        name(provider)?;
        let mut last: Option<Source> = given.source.clone();
        for question in QUESTIONS {
            if skipped(question.key, &given) {
                continue;
            }
            if !given.texts.contains_key(question.key) {
                let default = question.default.map(|text| format!(" [{text}]")).unwrap_or_default();
                let text = until_good(person, terminal, &format!("{}{default}", question.ask), |line| {
                    let text = if line.is_empty() { question.default.unwrap_or_default() } else { line };
                    (question.check)(text).map(|()| text.to_owned())
                })?;
                given.texts.insert(question.key.to_owned(), text);
            }
            let text = &given.texts[question.key];
            if needs_source(question, text) && !given.sources.contains_key(question.key) {
                let before = last.as_ref().map(|source| format!(" [{}]", source.title)).unwrap_or_default();
                let ask = format!("  read where? TITLE | https://… | {today}{before}");
                let source = until_good(person, terminal, &ask, |line| match &last {
                    Some(before) if line.is_empty() => Ok(before.clone()),
                    _ => Source::parse(line),
                })?;
                last = Some(source.clone());
                given.sources.insert(question.key.to_owned(), source);
            }
        }
        Self::from(provider, &given)
    }

    /// The answer to this question.
    ///
    /// # Panics
    /// When there is no such question.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        &self.answers[key].text
    }

    /// Where it was read.
    ///
    /// # Panics
    /// When there is no such question.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.answers[key].source.as_ref()
    }
}

/// What RFC 6749 has anyway, nobody has to vouch for.
fn needs_source(question: &Question, text: &str) -> bool {
    question.fact.is_some() && question.default != Some(text)
}

/// Without refresh tokens there is nothing to ask about them.
fn skipped(key: &str, given: &Given) -> bool {
    key.starts_with("refresh-") && given.texts.get("refresh").is_some_and(|refresh| refresh == "never")
}

fn until_good<T>(
    person: &mut impl BufRead,
    terminal: &mut impl Write,
    ask: &str,
    read: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    loop {
        write!(terminal, "{ask}\n> ")?;
        terminal.flush()?;
        let mut line = String::new();
        ensure!(
            person.read_line(&mut line)? > 0,
            "the answers ended at: {ask}\n(`cargo xtask new-provider` tells the flags)"
        );
        match read(line.trim()) {
            Ok(answer) => return Ok(answer),
            Err(error) => writeln!(terminal, "  {error:#}")?,
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
    fn sources_have_a_title_a_url_and_a_day() {
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
    fn what_is_missing_is_told_all_at_once_with_its_flags() {
        let mut given = Given::default();
        given.take("title", "Acme").unwrap();
        given.take("token-url", "https://acme.example/token").unwrap();
        given.take("pkce", "yes").unwrap();
        let error = Answers::from("acme", &given).unwrap_err().to_string();
        for part in ["--authorize-url ANSWER", "--token-url-source", "--pkce-source", "--refresh ANSWER"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(!error.contains("--title") && !error.contains("--code-grant"), "{error}");
        assert!(given.take("colour", "red").is_err());
        assert!(given.take("pkce", "maybe").is_err());
        assert!(Answers::from("Acme", &given).is_err());
    }

    /// A person at the terminal: wrong answers are asked for again, an empty one is the default, and where something was
    /// read is asked for once and then offered.
    #[test]
    fn a_person_is_asked_until_the_answers_are_good() {
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
        let mut seen = Vec::new();
        let answers =
            Answers::ask("acme", Given::default(), today(), &mut typed.as_bytes(), &mut seen).unwrap();
        let seen = String::from_utf8(seen).unwrap();
        assert_eq!(answers.text("scope-separator"), "comma");
        assert_eq!(answers.text("client-auth"), "body");
        assert_eq!(answers.source("client-auth"), None, "RFC 6749 has it so");
        assert_eq!(answers.source("token-url").unwrap().title, "OAuth guide");
        assert_eq!(answers.source("me").unwrap().title, "API");
        assert_eq!(answers.source("scheme").unwrap().title, "OAuth guide", "RFC 6749 leaves it open");
        assert_eq!(answers.text("refresh"), "never");
        assert!(!seen.contains("lapses") && seen.contains("it must be an https URL"), "{seen}");
        assert!(seen.contains("[OAuth guide]") && seen.contains("2026-11-22"), "{seen}");

        let gone = Answers::ask("acme", Given::default(), today(), &mut "Acme\n".as_bytes(), &mut Vec::new());
        assert!(gone.unwrap_err().to_string().contains("Its home page"));
    }

    #[test]
    fn a_file_of_answers() {
        let mut given = Given::default();
        given
            .take_file(&format!(
                "# Acme\n\ntitle = Acme\nsource = {GUIDE}\npkce.source = {GUIDE} | its end\n"
            ))
            .unwrap();
        assert_eq!(given.texts["title"], "Acme");
        assert_eq!(given.sources["pkce"].at, "its end");
        let error = format!("{:#}", given.take_file("title = A\nwhat is this\n").unwrap_err());
        assert!(error.contains("line 2"), "{error}");
    }
}
