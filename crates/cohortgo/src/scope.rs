//! The two scopes of Cohort Go's OAuth2 guide. [`Connect`](crate::Connect) requests them.

oauth_core::scopes! {
    /// Act on behalf of any user of the account, by an `X-Act-as-User` header.
    ///
    /// The token then belongs to a system user that Cohort Go creates. Source: cohortgo.dev/guides/oauth2.
    ACT_AS_USER = "act-as-user",

    /// Create a user that the header names and the account does not have. Only together with [`ACT_AS_USER`].
    ///
    /// Source: cohortgo.dev/guides/oauth2.
    AUTO_CREATE_USERS = "auto-create-users",
}
