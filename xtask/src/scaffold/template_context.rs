//! Variables of the provider templates, derived from the answers.

use serde::Serialize;

use super::answers::{Answers, Source};
use super::questions::{QUESTIONS, split_scopes};

/// All variables of the templates.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateContext {
    name: String,
    type_name: String,
    title: String,
    home: String,
    register: String,
    authorize_url: String,
    token_url: String,
    api_url: String,
    me: String,
    me_segments: Vec<String>,
    /// Scopes with constants.
    pub scopes: Vec<Scope>,
    scope_source: Option<Document>,
    separator: String,
    code_grant: String,
    refresh_grant: String,
    pkce: bool,
    public: bool,
    password: bool,
    client_credentials: bool,
    lifetime: Option<u32>,
    /// The lifetime as text for the book.
    lifetime_words: String,
    refreshes: bool,
    single_use: bool,
    idle_days: u32,
    renewal: String,
    scheme: String,
    token_type: String,
    /// The header scheme, if not `Bearer`.
    pub custom_scheme: Option<CustomScheme>,
    imports: Vec<String>,
    setters: Vec<Setter>,
    differences: Vec<Difference>,
    documents: Vec<Document>,
    facts: Vec<FactEntry>,
    call_sources: Vec<SourceEntry>,
    /// Source documents that the snapshots are compared with.
    snapshot_sources: SnapshotSources,
    sandbox: Sandbox,
    /// Rust expression for the scopes in examples and tests.
    example_scopes: String,
}

/// A scope and its constant.
#[derive(Debug, Clone, Serialize)]
pub struct Scope {
    constant: String,
    scope: String,
    meaning: String,
}

/// An authorization header scheme other than `Bearer`.
#[derive(Debug, Clone, Serialize)]
pub struct CustomScheme {
    name: String,
    template: String,
    template_escaped: String,
    token_type: String,
    before: String,
    after: String,
}

#[derive(Debug, Clone, Serialize)]
struct Setter {
    /// The setting that differs, with its value.
    label: String,
    call: String,
    source: String,
}

#[derive(Debug, Clone, Serialize)]
struct Difference {
    documented: String,
    implemented: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Document {
    /// Its key in the facts file.
    key: String,
    title: String,
    url: String,
    read_on: String,
}

/// An entry of the facts file.
#[derive(Debug, Clone, Serialize)]
struct FactEntry {
    fact: &'static str,
    /// The value as a TOML string.
    value: String,
    sources: Vec<SourceEntry>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct SourceEntry {
    document: String,
    at: String,
}

/// Source documents for each snapshot.
#[derive(Debug, Clone, Serialize)]
struct SnapshotSources {
    authorize: String,
    token: String,
    me: String,
}

/// Settings of `oauth_sandbox::Plain`.
#[derive(Debug, Clone, Serialize)]
struct Sandbox {
    client_auth: &'static str,
    redirect_uri: &'static str,
    pkce: &'static str,
    authorization: String,
    refresh: &'static str,
}

impl TemplateContext {
    /// Derives the variables from the answers.
    #[must_use]
    pub fn of(answers: &Answers) -> Self {
        let text = |key: &str| answers.text(key).to_owned();
        let is = |key: &str, value: &str| answers.text(key) == value;
        let documents = documents(answers);
        let type_name = type_name(answers.text("title"));
        let scopes = scopes(answers);
        let custom_scheme = custom_scheme(answers.text("scheme"), &type_name);
        let scheme = custom_scheme.as_ref().map_or("Bearer".to_owned(), |scheme| scheme.name.clone());
        let (refreshes, single_use) = (!is("refresh", "never"), is("refresh", "single-use"));
        let idle_days =
            if refreshes { answers.text("refresh-idle-days").parse().unwrap_or_default() } else { 0 };
        let setters = setters(answers);
        let differences = setters
            .iter()
            .map(|setter| Difference {
                documented: format!("{}: {}", setter.label, setter.source),
                implemented: format!("`Dialect{}`", setter.call),
            })
            .collect();
        let example_scopes = if scopes.is_empty() {
            "Scopes::none()".to_owned()
        } else {
            let first: Vec<String> =
                scopes.iter().take(2).map(|one| format!("scope::{}", one.constant)).collect();
            format!("Scopes::from([{}])", first.join(", "))
        };
        let cited = |key: &str| answers.source(key).map(cite).unwrap_or_default();
        let mut context = Self {
            name: answers.name.clone(),
            title: text("title"),
            home: text("home"),
            register: sentence(answers.text("register")),
            authorize_url: text("authorize-url"),
            token_url: text("token-url"),
            api_url: text("api-url"),
            me: text("me"),
            me_segments: answers.text("me").split('/').skip(1).map(str::to_owned).collect(),
            scope_source: answers.source("scopes").and_then(|source| document(&documents, source)),
            separator: separator(answers.text("scope-separator")).to_string(),
            code_grant: text("code-grant"),
            refresh_grant: text("refresh-grant"),
            pkce: is("pkce", "yes"),
            public: is("client-auth", "none"),
            password: is("password-grant", "yes"),
            client_credentials: is("client-credentials", "yes"),
            lifetime: answers.text("lifetime").parse().ok(),
            lifetime_words: lifetime(answers.text("lifetime")),
            refreshes,
            single_use,
            idle_days,
            renewal: renewal(refreshes, single_use, idle_days),
            token_type: custom_scheme
                .as_ref()
                .map_or("bearer".to_owned(), |scheme| scheme.token_type.clone()),
            scheme,
            imports: Vec::new(),
            differences,
            facts: fact_entries(answers, &documents),
            call_sources: source_entry(answers, &documents, "me").into_iter().collect(),
            snapshot_sources: SnapshotSources {
                authorize: cited("authorize-url"),
                token: cited("token-url"),
                me: cited("me"),
            },
            sandbox: sandbox(answers),
            example_scopes,
            type_name,
            scopes,
            custom_scheme,
            setters,
            documents,
        };
        context.imports = context.imports();
        context
    }

    /// Items that the declaration imports from oauth-core.
    fn imports(&self) -> Vec<String> {
        let mut all = vec!["CodeGrant", "Dialect", "FixedSite", "NoExtra", "Provider", "Scopes"];
        all.extend(self.custom_scheme.is_none().then_some("Bearer"));
        all.push(self.renewal.split('<').next().unwrap_or_default());
        for type_name in ["ClientAuth", "Pkce", "RedirectUriRule"] {
            let used = self.setters.iter().any(|setter| setter.call.contains(&format!("{type_name}::")));
            all.extend(used.then_some(type_name));
        }
        all.extend(self.client_credentials.then_some("ClientCredentialsGrant"));
        if self.password {
            all.extend(["PasswordGrant", "PasswordRequest"]);
        }
        all.sort_unstable();
        all.into_iter().map(str::to_owned).collect()
    }
}

/// Converts `Cohort Go` to `CohortGo`.
fn type_name(title: &str) -> String {
    let context = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = context
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect();
    // Names that the crate itself exports.
    let taken = [
        "Client",
        "Token",
        "Site",
        "Authorized",
        "ClientBuilder",
        "Error",
        "Scope",
        "Scopes",
        "App",
        "Endpoint",
    ];
    if taken.contains(&name.as_str()) { name + "Provider" } else { name }
}

/// Converts `orders:read` to `ORDERS_READ`.
fn constant(text: &str) -> String {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    while name.contains("__") {
        name = name.replace("__", "_");
    }
    name.trim_matches('_').to_owned()
}

/// The access token lifetime as text.
fn lifetime(answer: &str) -> String {
    match answer.parse::<u32>() {
        Ok(seconds) => format!("from the response; {seconds} seconds are documented"),
        Err(_) => "does not expire".to_owned(),
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn scopes(answers: &Answers) -> Vec<Scope> {
    let split_scopes = split_scopes(answers.text("scopes"));
    let meaning = |text: &str| text.trim_end_matches('.').to_owned();
    split_scopes
        .into_iter()
        .map(|(scope, cite)| Scope {
            constant: constant(scope),
            scope: scope.to_owned(),
            meaning: meaning(cite),
        })
        .collect()
}

fn custom_scheme(template: &str, type_name: &str) -> Option<CustomScheme> {
    if template == "Bearer …" {
        return None;
    }
    let (before, after) = template.split_once('…').unwrap_or((template, ""));
    let word = before.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    Some(CustomScheme {
        name: format!("{type_name}Scheme"),
        template: template.to_owned(),
        template_escaped: escaped(template),
        token_type: word,
        before: escaped(before),
        after: escaped(after),
    })
}

/// Escapes text for a Rust string literal.
fn escaped(text: &str) -> String {
    text.replace('"', "\\\"")
}

fn separator(answer: &str) -> char {
    match answer {
        "space" => ' ',
        "comma" => ',',
        other => other.chars().next().unwrap_or(' '),
    }
}

fn renewal(refreshes: bool, single_use: bool, idle_days: u32) -> String {
    let name = match (refreshes, single_use) {
        (false, _) => return "Never".to_owned(),
        (true, true) => "SingleUseRefreshToken",
        (true, false) => "ReusableRefreshToken",
    };
    if idle_days == 0 { name.to_owned() } else { format!("{name}<{idle_days}>") }
}

/// Dialect setters for the answers that differ from RFC 6749.
fn setters(answers: &Answers) -> Vec<Setter> {
    let mut all = Vec::new();
    let mut add = |key: &str, call: String| {
        let question = super::questions::question(key).map(|question| question.prompt).unwrap_or_default();
        let source = answers.source(key).map_or_else(|| question.to_owned(), cite);
        let answer = answers.text(key).replace('|', "\\|");
        let label = if answer == "yes" {
            key.to_uppercase()
        } else {
            format!("{} `{answer}`", key.replace('-', " "))
        };
        all.push(Setter { label, call, source });
    };
    let text = |key: &str| answers.text(key);
    if text("code-grant") != "authorization_code" {
        add("code-grant", format!(".code_grant(\"{}\")", text("code-grant")));
    }
    if text("refresh") != "never" && text("refresh-grant") != "refresh_token" {
        add("refresh-grant", format!(".refresh_grant(\"{}\")", text("refresh-grant")));
    }
    if separator(text("scope-separator")) != ' ' {
        add("scope-separator", format!(".scope_separator('{}')", separator(text("scope-separator"))));
    }
    let auth = match text("client-auth") {
        "basic" => Some("BasicEncoded"),
        "basic-raw" => Some("BasicRaw"),
        "none" => Some("None"),
        _ => None,
    };
    if let Some(auth) = auth {
        add("client-auth", format!(".client_auth(ClientAuth::{auth})"));
    }
    let rule = match text("redirect-uri") {
        "every" => Some("OnEveryTokenCall"),
        "never" => Some("Never"),
        _ => None,
    };
    if let Some(rule) = rule {
        add("redirect-uri", format!(".redirect_uri(RedirectUriRule::{rule})"));
    }
    if text("pkce") == "yes" {
        add("pkce", ".pkce(Pkce::S256)".to_owned());
    }
    if let Some(scheme) = custom_scheme(text("scheme"), "") {
        add("scheme", format!(".token_types(&[\"{}\"])", scheme.token_type));
    }
    all
}

/// One-line citation of a source.
fn cite(source: &Source) -> String {
    let at = if source.at.is_empty() { String::new() } else { format!(": {}", source.at) };
    format!("{} <{}>, read on {}{at}", source.title, source.url, source.read_on)
}

/// The distinct source documents, in the order of the questions.
fn documents(answers: &Answers) -> Vec<Document> {
    let mut all: Vec<Document> = Vec::new();
    for source in QUESTIONS.iter().filter_map(|question| answers.source(question.key)) {
        if document(&all, source).is_some() {
            continue;
        }
        let name = format!("{}-{}", answers.name, constant(&source.title).to_lowercase().replace('_', "-"));
        let taken = |candidate: &str| all.iter().any(|other| other.key == candidate);
        let free = (2..).map(|n| format!("{name}-{n}")).find(|candidate| !taken(candidate));
        let key = if taken(&name) { free.unwrap_or_default() } else { name };
        all.push(Document {
            key,
            title: source.title.clone(),
            url: source.url.clone(),
            read_on: source.read_on.to_string(),
        });
    }
    all
}

fn document(all: &[Document], source: &Source) -> Option<Document> {
    all.iter()
        .find(|one| {
            one.title == source.title && one.url == source.url && one.read_on == source.read_on.to_string()
        })
        .cloned()
}

/// The facts with a source, in the order of the questions. Several answers may be about one fact.
fn fact_entries(answers: &Answers, documents: &[Document]) -> Vec<FactEntry> {
    let mut all: Vec<FactEntry> = Vec::new();
    for question in QUESTIONS {
        let Some(fact) = question.fact.filter(|fact| *fact != "call") else { continue };
        let Some(source) = source_entry(answers, documents, question.key) else { continue };
        match all.iter_mut().find(|entry| entry.fact == fact) {
            Some(entry) if entry.sources.contains(&source) => {}
            Some(entry) => entry.sources.push(source),
            None => {
                let value = toml_string(&fact_value(answers, question.key));
                all.push(FactEntry { fact, value, sources: vec![source] });
            }
        }
    }
    if let Some(scheme) = custom_scheme(answers.text("scheme"), "")
        && let Some(source) = source_entry(answers, documents, "scheme")
    {
        let value = toml_string(&format!("`{}`", scheme.token_type));
        all.push(FactEntry { fact: "token-types", value, sources: vec![source] });
    }
    all
}

fn source_entry(answers: &Answers, documents: &[Document], key: &str) -> Option<SourceEntry> {
    let source = answers.source(key)?;
    let document = document(documents, source)?.key;
    Some(SourceEntry { document, at: source.at.clone() })
}

/// The value of a fact in the words of the book (`oauth-docs`), which `cargo xtask docs` compares.
fn fact_value(answers: &Answers, key: &str) -> String {
    let text = answers.text(key);
    let words = match (key, text) {
        ("scopes", _) => match split_scopes(text).len() {
            0 => "none: a token has all rights of its user",
            count => return format!("{count} known"),
        },
        ("scope-separator", "space") => "a space",
        ("scope-separator", "comma") => "a comma",
        ("client-auth", "basic") => "HTTP Basic, each form-urlencoded first",
        ("client-auth", "basic-raw") => "HTTP Basic, as they are",
        ("client-auth", "none") => "`client_id` alone, no secret",
        ("client-auth", _) => "`client_id` and `client_secret` among the parameters",
        ("redirect-uri", "every") => "on every token call",
        ("redirect-uri", "never") => "never",
        ("redirect-uri", _) => "on the code exchange",
        ("pkce", "yes") => "sent, `S256`",
        ("pkce", _) => "not sent",
        ("password-grant" | "client-credentials", _) => text,
        ("scheme", _) => return format!("`Authorization: {text}`"),
        ("lifetime", _) => return lifetime(text),
        ("refresh" | "refresh-idle-days", _) => return renewal_words(answers),
        // A URL without a path is written with one.
        ("authorize-url" | "token-url" | "api-url", _) if text.matches('/').count() == 2 => {
            return format!("`{text}/`");
        }
        _ => return format!("`{text}`"),
    };
    words.to_owned()
}

fn renewal_words(answers: &Answers) -> String {
    let times = match answers.text("refresh") {
        "single-use" => "each refresh token works once",
        "reusable" => "a refresh token works many times",
        _ => return "no refresh tokens".to_owned(),
    };
    match answers.text("refresh-idle-days") {
        "0" => format!("{times}; it does not lapse"),
        days => format!("{times}; an unused one lapses after {days} days"),
    }
}

/// A TOML string; one with quotes in it is a literal string.
fn toml_string(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{text}'") } else { format!("\"{text}\"") }
}

fn sandbox(answers: &Answers) -> Sandbox {
    Sandbox {
        client_auth: match answers.text("client-auth") {
            "basic" => "Basic",
            "basic-raw" => "BasicRaw",
            "none" => "Public",
            _ => "Body",
        },
        redirect_uri: match answers.text("redirect-uri") {
            "every" => "OnEveryTokenCall",
            "never" => "Never",
            _ => "OnCodeExchange",
        },
        pkce: if answers.text("pkce") == "yes" { "Required" } else { "Ignored" },
        authorization: escaped(answers.text("scheme")),
        refresh: match answers.text("refresh") {
            "single-use" => "SingleUse",
            "reusable" => "Reusable",
            _ => "Never",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_names_to_rust_identifiers() {
        assert_eq!(type_name("Cohort Go"), "CohortGo");
        assert_eq!(type_name("acme 24/7"), "Acme247");
        assert_eq!(type_name("Client"), "ClientProvider");
        assert_eq!(constant("orders:read"), "ORDERS_READ");
        assert_eq!(constant("https://x.example/a.b"), "HTTPS_X_EXAMPLE_A_B");
    }

    #[test]
    fn formats_lifetime_and_toml_string() {
        assert_eq!(toml_string("a comma"), "\"a comma\"");
        assert_eq!(toml_string("Token token=\"…\""), "'Token token=\"…\"'");
        assert_eq!(lifetime("1800"), "from the response; 1800 seconds are documented");
        assert_eq!(lifetime("never"), "does not expire");
    }

    #[test]
    fn splits_custom_scheme() {
        let scheme = custom_scheme("Token token=\"…\"", "Acme").unwrap();
        assert_eq!((scheme.before.as_str(), scheme.after.as_str()), ("Token token=\\\"", "\\\""));
        assert_eq!((scheme.name.as_str(), scheme.token_type.as_str()), ("AcmeScheme", "token"));
        assert!(custom_scheme("Bearer …", "Acme").is_none());
    }
}
