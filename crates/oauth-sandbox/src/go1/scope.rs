//! The scopes that there are, each with what a consent page says of it.

/// Known scopes. Source: go1.com/developers/customers/concepts/scope-permissions; the last two were seen in other people's clients
/// (docs/provider-facts.md 3b). Go1 gives `user.login` on request only; here everybody may ask for it.
const KNOWN: [(&str, &str); 15] = [
    ("user.read", "See your profile"),
    ("user.write", "Change your profile"),
    ("user.login", "Make links that log users in"),
    ("portal.read", "See the portal"),
    ("portal.write", "Change the portal"),
    ("lo.read", "See content"),
    ("lo.write", "Change content"),
    ("enrollment.read", "See enrollments"),
    ("enrollment.write", "Change enrollments"),
    ("webhook.read", "See webhooks"),
    ("webhook.write", "Change webhooks"),
    ("app.read", "See OAuth clients"),
    ("app.write", "Create and change OAuth clients"),
    ("user.login.me", "Make links that log you in"),
    ("account.read", "See the account"),
];

/// The scopes in a space-separated list, each once, or the first one that does not exist.
pub(super) fn parse(list: &str) -> Result<Vec<&'static str>, String> {
    let mut found = Vec::new();
    for word in list.split(' ').filter(|word| !word.is_empty()) {
        let (name, _) = KNOWN.iter().find(|(name, _)| *name == word).ok_or_else(|| word.to_owned())?;
        if !found.contains(name) {
            found.push(name);
        }
    }
    Ok(found)
}

pub(super) fn all() -> Vec<&'static str> {
    KNOWN.iter().map(|(name, _)| *name).collect()
}

/// What `scope` means, for people.
pub(super) fn meaning(scope: &str) -> &'static str {
    KNOWN.iter().find(|(name, _)| *name == scope).map_or("", |(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_separate_and_nothing_else_does() {
        assert_eq!(parse("lo.read  user.read lo.read"), Ok(vec!["lo.read", "user.read"]));
        assert_eq!(parse(""), Ok(Vec::new()));
        for unknown in ["lo.read,user.read", "LO.READ", "lo.read\tuser.read"] {
            assert_eq!(parse(&format!("user.read {unknown}")), Err(unknown.to_owned()));
        }
    }
}
