//! Go1's scopes and their descriptions on the consent page.

/// Source: go1.com/developers/customers/concepts/scope-permissions. The last two are used by existing public
/// clients (docs/provider-facts.md 3b). Go1 grants `user.login` to selected clients only, the sandbox to
/// every client.
const SCOPES: [(&str, &str); 15] = [
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

/// Parses a space-separated list and removes duplicates. The error is the first unknown scope.
pub(super) fn parse(list: &str) -> Result<Vec<&'static str>, String> {
    let mut found = Vec::new();
    for item in list.split(' ').filter(|item| !item.is_empty()) {
        let (name, _) = SCOPES.iter().find(|(name, _)| *name == item).ok_or_else(|| item.to_owned())?;
        if !found.contains(name) {
            found.push(name);
        }
    }
    Ok(found)
}

pub(super) fn all() -> Vec<&'static str> {
    SCOPES.iter().map(|(name, _)| *name).collect()
}

pub(super) fn description(scope: &str) -> &'static str {
    SCOPES.iter().find(|(name, _)| *name == scope).map_or("", |(_, description)| description)
}
