//! Cohort Go's guide "OAuth2", sections "Advanced: Acting on Behalf of Multiple Users" and "Creating Users".

use oauth_sandbox::CohortGo;

use super::{BOTH_SCOPES, connect};

const RUTH: &str = "ruth@brightwater.example";
const BOB: &str = "\"Bob Smith\" <Bob.Smith@brightwater.example>";
const ANN: &str = "\"Ann \\\"Annie\\\" Lee\" <ann@brightwater.example>";

#[tokio::test]
async fn plain_token_cannot_act_as_others() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "").await;
    assert_eq!(connection.get("/users.json").await.0, 200);
    assert_eq!(connection.status_acting_as(BOB).await, 403);
    let calls = sandbox.authorized_calls();
    assert_eq!(calls.len(), 1, "rejected calls are not recorded");
    assert_eq!((calls[0].user.as_str(), calls[0].token_owner.as_str()), (RUTH, RUTH));
}

#[tokio::test]
async fn act_as_user_calls_as_the_named_user() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "act-as-user").await;
    assert_eq!(connection.get("/users.json").await.0, 200);
    assert_eq!(connection.status_acting_as(BOB).await, 200);
    let calls = sandbox.authorized_calls();
    let users = sandbox.account_users();
    let system = users.iter().find(|user| user.system).unwrap();
    assert!(!system.can_log_in());
    assert_eq!(
        (calls[0].user.as_str(), calls[0].token_owner.as_str()),
        (system.email.as_str(), system.email.as_str())
    );
    assert_eq!(calls[1].user, "bob.smith@brightwater.example");
    assert_eq!((calls[1].token_owner.as_str(), calls[1].created), (system.email.as_str(), false));
    assert_eq!((calls[1].account.as_str(), calls[1].method.as_str()), ("Brightwater College", "GET"));
    let journal = sandbox.journal();
    let noted = journal.entries().iter().flat_map(|entry| &entry.notes);
    assert!(
        noted.into_iter().any(|note| note == "acting as bob.smith@brightwater.example, named by the call")
    );

    // Rejects unknown users, users of another customer and system users.
    let system_user = format!("\"System\" <{}>", system.email);
    for unknown in [ANN, "\"Tom Lund\" <tom@lakeside.example>", &system_user] {
        assert_eq!(connection.status_acting_as(unknown).await, 422, "{unknown}");
    }
    for malformed in ["bob.smith@brightwater.example", "Bob <bob.smith@brightwater.example>", ""] {
        assert_eq!(connection.status_acting_as(malformed).await, 400, "{malformed}");
    }
    let twice =
        connection.call("GET", "/users.json").header("X-Act-as-User", BOB).header("X-Act-as-User", BOB);
    assert_eq!(twice.send().await.unwrap().status(), 400);
    assert_eq!(sandbox.account_users().len(), users.len());

    // Connecting again creates no second system user.
    connect(&sandbox, "bob.smith@brightwater.example", "act-as-user").await;
    assert_eq!(sandbox.account_users().len(), users.len());
}

#[tokio::test]
async fn auto_create_users_creates_a_user_once() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, BOTH_SCOPES).await;
    let before = sandbox.account_users().len();
    assert_eq!(connection.status_acting_as(ANN).await, 200);
    assert_eq!(connection.status_acting_as(ANN).await, 200);
    let users = sandbox.account_users();
    assert_eq!(users.len(), before + 1);
    let ann = users.last().unwrap();
    assert_eq!((ann.name.as_str(), ann.email.as_str()), ("Ann \"Annie\" Lee", "ann@brightwater.example"));
    assert_eq!((ann.role.as_str(), ann.branch.as_str()), ("None", "Main campus"));
    assert!(!ann.can_log_in() && !ann.system);
    assert!(sandbox.users().iter().all(|user| user.email != ann.email));
    let created: Vec<_> = sandbox.authorized_calls().iter().map(|call| call.created).collect();
    assert_eq!(created, [true, false]);
    let ann = sandbox.browser().user("ann@brightwater.example").password("anything");
    assert!(ann.approve(super::authorize_url(&sandbox, &[])).await.is_err(), "cannot log in");
    sandbox.reset();
    assert_eq!((sandbox.account_users().len(), sandbox.authorized_calls().len()), (3, 0));
}
