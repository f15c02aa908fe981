//! The answers in the words of the templates.

use serde::Serialize;

use super::answers::{Answers, Source};
use super::questions::{QUESTIONS, listed};

/// Everything that a template may name.
#[derive(Debug, Clone, Serialize)]
pub struct Words {
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
    /// The scopes there are constants for.
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
    /// The same, as the book has it.
    lifetime_words: String,
    refreshes: bool,
    single_use: bool,
    idle_days: u32,
    renewal: String,
    scheme: String,
    token_type: String,
    /// A scheme other than Bearer.
    pub own_scheme: Option<OwnScheme>,
    imports: Vec<String>,
    setters: Vec<Setter>,
    differences: Vec<Difference>,
    documents: Vec<Document>,
    sources: Vec<Stated>,
    /// Where the facts stand in the book.
    facts_anchor: String,
    rows: Vec<Row>,
    said: Said,
    sandbox: Sandbox,
    /// An expression for the scopes that examples and tests ask for.
    wanted: String,
    /// Whether oauth-core has its vocabulary of sources.
    pub facts: bool,
}

/// A scope with its constant.
#[derive(Debug, Clone, Serialize)]
pub struct Scope {
    constant: String,
    scope: String,
    meaning: String,
}

/// How an API that does not want `Bearer` wants its tokens.
#[derive(Debug, Clone, Serialize)]
pub struct OwnScheme {
    name: String,
    template: String,
    template_escaped: String,
    token_type: String,
    before: String,
    after: String,
}

#[derive(Debug, Clone, Serialize)]
struct Setter {
    /// What differs, and how.
    what: String,
    call: String,
    why: String,
}

#[derive(Debug, Clone, Serialize)]
struct Difference {
    said: String,
    done: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Document {
    constant: String,
    title: String,
    url: String,
    read_on: String,
    /// As Rust's arguments.
    date: String,
}

#[derive(Debug, Clone, Serialize)]
struct Stated {
    document: String,
    fact: String,
    at: String,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    what: String,
    said: String,
    source: String,
}

/// Where to compare each snapshot.
#[derive(Debug, Clone, Serialize)]
struct Said {
    authorize: String,
    token: String,
    me: String,
}

/// The plain server's switches.
#[derive(Debug, Clone, Serialize)]
struct Sandbox {
    client_auth: &'static str,
    redirect_uri: &'static str,
    pkce: &'static str,
    authorization: String,
    refresh: &'static str,
}

impl Words {
    /// These answers. `facts`: whether oauth-core has its vocabulary of sources.
    #[must_use]
    pub fn of(answers: &Answers, facts: bool) -> Self {
        let text = |key: &str| answers.text(key).to_owned();
        let is = |key: &str, value: &str| answers.text(key) == value;
        let documents = documents(answers);
        let type_name = type_name(answers.text("title"));
        let scopes = scopes(answers);
        let own_scheme = own_scheme(answers.text("scheme"), &type_name);
        let scheme = own_scheme.as_ref().map_or("Bearer".to_owned(), |own| own.name.clone());
        let (refreshes, single_use) = (!is("refresh", "never"), is("refresh", "single-use"));
        let idle_days =
            if refreshes { answers.text("refresh-idle-days").parse().unwrap_or_default() } else { 0 };
        let setters = setters(answers);
        let differences = setters
            .iter()
            .map(|setter| Difference {
                said: format!("{}: {}", setter.what, setter.why),
                done: format!("`Dialect{}`", setter.call),
            })
            .collect();
        let wanted = if scopes.is_empty() {
            "Scopes::none()".to_owned()
        } else {
            let first: Vec<String> =
                scopes.iter().take(2).map(|one| format!("scope::{}", one.constant)).collect();
            format!("Scopes::from([{}])", first.join(", "))
        };
        let said = |key: &str| answers.source(key).map(told).unwrap_or_default();
        let mut words = Self {
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
            token_type: own_scheme.as_ref().map_or("bearer".to_owned(), |own| own.token_type.clone()),
            scheme,
            imports: Vec::new(),
            differences,
            sources: stated(answers, &documents, &type_name),
            facts_anchor: anchor(&format!("{} — crate `{}`", answers.text("title"), answers.name)),
            rows: rows(answers),
            said: Said { authorize: said("authorize-url"), token: said("token-url"), me: said("me") },
            sandbox: sandbox(answers),
            wanted,
            facts,
            type_name,
            scopes,
            own_scheme,
            setters,
            documents,
        };
        words.imports = words.imports();
        words
    }

    /// What the declaration takes from oauth-core.
    fn imports(&self) -> Vec<String> {
        let mut all = vec!["CodeGrant", "Dialect", "FixedSite", "NoExtra", "Provider", "Scopes"];
        all.extend(self.own_scheme.is_none().then_some("Bearer"));
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

/// `Cohort Go` is `CohortGo`.
fn type_name(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect();
    // What the crate itself exports under these names.
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

/// `orders:read` is `ORDERS_READ`.
fn constant(text: &str) -> String {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    while name.contains("__") {
        name = name.replace("__", "_");
    }
    name.trim_matches('_').to_owned()
}

/// How long an access token lives, in words.
fn lifetime(answer: &str) -> String {
    match answer.parse::<u32>() {
        Ok(seconds) => format!("as the reply says; {seconds} seconds are documented"),
        Err(_) => "they do not expire".to_owned(),
    }
}

/// What mdBook calls a heading in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_'));
    kept.map(|c| if c.is_whitespace() { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn scopes(answers: &Answers) -> Vec<Scope> {
    let listed = listed(answers.text("scopes"));
    let meaning = |text: &str| text.trim_end_matches('.').to_owned();
    listed
        .into_iter()
        .map(|(scope, told)| Scope {
            constant: constant(scope),
            scope: scope.to_owned(),
            meaning: meaning(told),
        })
        .collect()
}

fn own_scheme(template: &str, type_name: &str) -> Option<OwnScheme> {
    if template == "Bearer …" {
        return None;
    }
    let (before, after) = template.split_once('…').unwrap_or((template, ""));
    let word = before.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    Some(OwnScheme {
        name: format!("{type_name}Scheme"),
        template: template.to_owned(),
        template_escaped: escaped(template),
        token_type: word,
        before: escaped(before),
        after: escaped(after),
    })
}

/// As it stands in a Rust string.
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

/// The dialect's setters, for what differs.
fn setters(answers: &Answers) -> Vec<Setter> {
    let mut all = Vec::new();
    let mut add = |key: &str, call: String| {
        let question = super::questions::named(key).map(|question| question.ask).unwrap_or_default();
        let why = answers.source(key).map_or_else(|| question.to_owned(), told);
        let answer = answers.text(key).replace('|', "\\|");
        let what = if answer == "yes" {
            key.to_uppercase()
        } else {
            format!("{} `{answer}`", key.replace('-', " "))
        };
        all.push(Setter { what, call, why });
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
    all
}

/// A source in a line.
fn told(source: &Source) -> String {
    let at = if source.at.is_empty() { String::new() } else { format!(": {}", source.at) };
    format!("{} <{}>, read on {}{at}", source.title, source.url, source.read_on)
}

/// Each document once, in the order of the questions.
fn documents(answers: &Answers) -> Vec<Document> {
    let mut all: Vec<Document> = Vec::new();
    for source in QUESTIONS.iter().filter_map(|question| answers.source(question.key)) {
        if document(&all, source).is_some() {
            continue;
        }
        let wanted = constant(&source.title);
        let wanted = if wanted.starts_with(|c: char| c.is_ascii_alphabetic()) {
            wanted
        } else {
            format!("DOCUMENT_{wanted}")
        };
        let taken = |name: &str| all.iter().any(|other| other.constant == name) || name == "SOURCES";
        let free = (2..).map(|n| format!("{wanted}_{n}")).find(|name| !taken(name));
        let constant = if taken(&wanted) { free.unwrap_or_default() } else { wanted };
        all.push(Document {
            constant,
            title: source.title.clone(),
            url: source.url.clone(),
            read_on: source.read_on.to_string(),
            date: source.read_on.format("%Y, %-m, %-d").to_string(),
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

fn stated(answers: &Answers, documents: &[Document], type_name: &str) -> Vec<Stated> {
    let mut all: Vec<Stated> = Vec::new();
    for question in QUESTIONS {
        let (Some(fact), Some(source)) = (question.fact, answers.source(question.key)) else { continue };
        let Some(document) = document(documents, source) else { continue };
        let fact = match fact {
            "Call" => format!("Fact::Call(<api::Me as Endpoint<{type_name}>>::NAME)"),
            other => format!("Fact::{other}"),
        };
        let stated = Stated { document: document.constant, fact, at: source.at.clone() };
        if !all.iter().any(|other| other.fact == stated.fact && other.document == stated.document) {
            all.push(stated);
        }
    }
    all
}

fn rows(answers: &Answers) -> Vec<Row> {
    let asked = QUESTIONS.iter().filter(|question| question.fact.is_some());
    asked
        .map(|question| Row {
            what: question.key.replace('-', " "),
            said: format!("`{}`", answers.text(question.key).replace('|', "\\|")),
            source: answers.source(question.key).map_or("as RFC 6749 has it".to_owned(), told),
        })
        .collect()
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
    fn names_are_those_of_rust() {
        assert_eq!(type_name("Cohort Go"), "CohortGo");
        assert_eq!(type_name("acme 24/7"), "Acme247");
        assert_eq!(type_name("Client"), "ClientProvider");
        assert_eq!(constant("orders:read"), "ORDERS_READ");
        assert_eq!(constant("https://x.example/a.b"), "HTTPS_X_EXAMPLE_A_B");
    }

    #[test]
    fn what_the_book_says() {
        assert_eq!(anchor("Acme 24/7 — crate `acme`"), "acme-247--crate-acme");
        assert_eq!(lifetime("1800"), "as the reply says; 1800 seconds are documented");
        assert_eq!(lifetime("never"), "they do not expire");
    }

    #[test]
    fn another_scheme_is_taken_apart() {
        let own = own_scheme("Token token=\"…\"", "Acme").unwrap();
        assert_eq!((own.before.as_str(), own.after.as_str()), ("Token token=\\\"", "\\\""));
        assert_eq!((own.name.as_str(), own.token_type.as_str()), ("AcmeScheme", "token"));
        assert!(own_scheme("Bearer …", "Acme").is_none());
    }
}
