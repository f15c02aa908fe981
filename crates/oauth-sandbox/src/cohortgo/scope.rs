//! The two scopes of Cohort Go, in a comma-separated list.

pub(super) const ACT_AS_USER: &str = "act-as-user";
pub(super) const AUTO_CREATE_USERS: &str = "auto-create-users";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scopes {
    pub(super) act_as_user: bool,
    pub(super) auto_create_users: bool,
}

impl Scopes {
    /// Parses a list. Returns `None` for an unknown scope, or for `auto-create-users` without `act-as-user`.
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

    /// The list in the token response, `""` for no scopes.
    pub(super) fn list(self) -> &'static str {
        match (self.act_as_user, self.auto_create_users) {
            (true, true) => "act-as-user,auto-create-users",
            (true, false) => ACT_AS_USER,
            (false, _) => "",
        }
    }
}
