//! The two scopes, separated by commas.

/// Act as any user of the account.
pub(super) const ACT_AS_USER: &str = "act-as-user";
/// Create a user who does not exist yet.
pub(super) const AUTO_CREATE_USERS: &str = "auto-create-users";

/// What a connection is granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scopes {
    pub(super) act_as_user: bool,
    pub(super) auto_create_users: bool,
}

impl Scopes {
    /// Reads a list. `None` when it holds a scope that does not exist, or the second one without the first.
    pub(super) fn parse(list: &str) -> Option<Self> {
        let mut scopes = Self::default();
        if list.is_empty() {
            return Some(scopes);
        }
        for scope in list.split(',') {
            match scope {
                ACT_AS_USER => scopes.act_as_user = true,
                AUTO_CREATE_USERS => scopes.auto_create_users = true,
                _ => return None,
            }
        }
        (scopes.act_as_user || !scopes.auto_create_users).then_some(scopes)
    }

    /// As the token reply has it: `""` for none.
    pub(super) fn list(self) -> &'static str {
        match (self.act_as_user, self.auto_create_users) {
            (true, true) => "act-as-user,auto-create-users",
            (true, false) => ACT_AS_USER,
            (false, _) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scopes;

    #[test]
    fn commas_separate_and_nothing_else_does() {
        for good in ["", "act-as-user", "act-as-user,auto-create-users"] {
            assert_eq!(Scopes::parse(good).unwrap().list(), good);
        }
        assert_eq!(
            Scopes::parse("auto-create-users,act-as-user").unwrap().list(),
            "act-as-user,auto-create-users"
        );
        for bad in [
            "auto-create-users",
            "act-as-user auto-create-users",
            "act-as-user, auto-create-users",
            "act-as-user,",
            "ACT-AS-USER",
            "act_as_user",
            "payments",
        ] {
            assert_eq!(Scopes::parse(bad), None, "{bad}");
        }
    }
}
