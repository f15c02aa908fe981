//! The two scopes that Cohort Go's OAuth2 guide names. [`Connect`](crate::Connect) asks for them.

oauth_core::scopes! {
    /// Act on behalf of any user of the account, by an `X-Act-as-User` header.
    ///
    /// The token then belongs to a system user that Cohort Go makes. Source: cohortgo.dev/guides/oauth2.
    ACT_AS_USER = "act-as-user",

    /// Create a user whom the header names and the account does not know. Only together with [`ACT_AS_USER`].
    ///
    /// Source: cohortgo.dev/guides/oauth2.
    AUTO_CREATE_USERS = "auto-create-users",
}
