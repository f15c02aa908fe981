//! Seed 000, "Advanced: Acting on Behalf of Multiple Users" and "Creating Users".

use oauth_sandbox::CohortGo;

use super::{BOTH, connect};

const RUTH: &str = "ruth@brightwater.example";
const BOB: &str = "\"Bob Smith\" <Bob.Smith@brightwater.example>";
const ANN: &str = "\"Ann \\\"Annie\\\" Lee\" <ann@brightwater.example>";

#[tokio::test]
async fn a_plain_token_is_its_persons_and_names_nobody() {
    let sandbox = CohortGo::start().await.unwrap();
    let connected = connect(&sandbox, RUTH, "").await;
    assert_eq!(connected.get("/users.json").await.0, 200);
    assert_eq!(connected.acting(BOB).await, 403);
    let acts = sandbox.acts();
    assert_eq!(acts.len(), 1, "what was refused is not an act");
    assert_eq!((acts[0].user.as_str(), acts[0].token_of.as_str()), (RUTH, RUTH));
}

#[tokio::test]
async fn act_as_user_is_a_system_users_token_and_acts_as_whom_it_names() {
    let sandbox = CohortGo::start().await.unwrap();
    let connected = connect(&sandbox, RUTH, "act-as-user").await;
    assert_eq!(connected.get("/users.json").await.0, 200);
    assert_eq!(connected.acting(BOB).await, 200);
    let acts = sandbox.acts();
    let users = sandbox.account_users();
    let system = users.iter().find(|user| user.system).unwrap();
    assert!(!system.can_log_in());
    assert_eq!(
        (acts[0].user.as_str(), acts[0].token_of.as_str()),
        (system.email.as_str(), system.email.as_str())
    );
    assert_eq!(acts[1].user, "bob.smith@brightwater.example");
    assert_eq!((acts[1].token_of.as_str(), acts[1].created), (system.email.as_str(), false));
    assert_eq!((acts[1].account.as_str(), acts[1].method.as_str()), ("Brightwater College", "GET"));
    let journal = sandbox.journal();
    let noted = journal.entries().iter().flat_map(|entry| &entry.notes);
    assert!(
        noted.into_iter().any(|note| note == "acting as bob.smith@brightwater.example, named by the call")
    );

    // Somebody unknown stays unknown; a system user, or somebody of another customer, is nobody to act as.
    let impersonal = format!("\"System\" <{}>", system.email);
    for unknown in [ANN, "\"Tom Lund\" <tom@lakeside.example>", &impersonal] {
        assert_eq!(connected.acting(unknown).await, 422, "{unknown}");
    }
    for malformed in ["bob.smith@brightwater.example", "Bob <bob.smith@brightwater.example>", ""] {
        assert_eq!(connected.acting(malformed).await, 400, "{malformed}");
    }
    let twice =
        connected.call("GET", "/users.json").header("X-Act-as-User", BOB).header("X-Act-as-User", BOB);
    assert_eq!(twice.send().await.unwrap().status(), 400);
    assert_eq!(sandbox.account_users().len(), users.len());

    // The application has one system user, however often it is connected.
    connect(&sandbox, "bob.smith@brightwater.example", "act-as-user").await;
    assert_eq!(sandbox.account_users().len(), users.len());
}

#[tokio::test]
async fn auto_create_users_makes_a_user_without_a_login_once() {
    let sandbox = CohortGo::start().await.unwrap();
    let connected = connect(&sandbox, RUTH, BOTH).await;
    let before = sandbox.account_users().len();
    assert_eq!(connected.acting(ANN).await, 200);
    assert_eq!(connected.acting(ANN).await, 200);
    let users = sandbox.account_users();
    assert_eq!(users.len(), before + 1);
    let ann = users.last().unwrap();
    assert_eq!((ann.name.as_str(), ann.email.as_str()), ("Ann \"Annie\" Lee", "ann@brightwater.example"));
    assert_eq!((ann.role.as_str(), ann.branch.as_str()), ("None", "Main campus"));
    assert!(!ann.can_log_in() && !ann.system);
    assert!(sandbox.users().iter().all(|user| user.email != ann.email));
    let created: Vec<_> = sandbox.acts().iter().map(|act| act.created).collect();
    assert_eq!(created, [true, false]);
    let ann = sandbox.browser().user("ann@brightwater.example").password("anything");
    assert!(ann.approve(super::authorize_url(&sandbox, &[])).await.is_err(), "cannot log in");
    sandbox.reset();
    assert_eq!((sandbox.account_users().len(), sandbox.acts().len()), (3, 0));
}
