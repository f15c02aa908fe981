//! Each typed call, played once against its recorded response.

#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

#[path = "../common/mod.rs"]
#[allow(unused)]
mod common;
mod mutations;
mod portal;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use go1::api::*;
use go1::webhook::EventType;
use go1::{Client, Scopes, Site, Token};
use oauth_testing::{ACCESS_TOKEN, ApiTable, ManualClock, RecordingTransport, documented_calls};

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn client(transport: RecordingTransport) -> (Client, Token) {
    let builder = Client::builder(Site::production(), common::app()).clock(ManualClock::default());
    let client = builder.transport(transport).build().unwrap();
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    (client, token)
}

fn time(day: u32) -> go1::chrono::DateTime<go1::chrono::Utc> {
    format!("2026-04-{day:02}T10:00:00Z").parse().unwrap()
}

#[tokio::test]
async fn each_call_has_request_and_result() {
    let mut table = ApiTable::new(path("tests/api/responses"), client);
    macro_rules! play {
        ($($file:literal: $endpoint:expr,)*) => {$(
            let text = table.play($file, &$endpoint).await;
            assert!(!text.contains("canary-"), "{text}");
            insta::with_settings!({
                snapshot_path => "snapshots",
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!($file, text);
            });
        )*};
    }
    play! {
        "enrollments": Enrollments::new()
            .limit(50u32)
            .offset(100u64)
            .user_account_id("501")
            .assigner_account_id("502")
            .lo_ids(["29271", "29272"])
            .status([EnrollmentStatus::Completed, EnrollmentStatus::InProgress])
            .update_time_gte(time(1))
            .update_time_lte(time(2))
            .due_date_exists(true)
            .due_date_gte(time(3))
            .due_date_lte(time(4))
            .end_date_gte(time(5))
            .end_date_lte(time(6))
            .assign_date_gte(time(7))
            .assign_date_lte(time(8))
            .enrollment_type(EnrollmentType::Assigned)
            .sort(EnrollmentSort::UpdatedTime)
            .order(SortOrder::Ascending),
        "enrollment": Enrollment::new("9001"),
        "create_enrollment": CreateEnrollment::new(
            NewEnrollment::new(EnrollmentType::Assigned, "501", "29271", EnrollmentStatus::InProgress)
                .parent_enrolment_id("8990")
                .assigner_account_id("502")
                .assign_date(time(1))
                .start_date(time(2))
                .due_date(time(30)),
        )
        .re_enroll(true),
        "update_enrollment": UpdateEnrollment::new(
            "9001",
            EnrollmentChanges::new()
                .enrollment_type(EnrollmentType::Assigned)
                .assigner_account_id("502")
                .assign_date(time(1))
                .status(EnrollmentStatus::Completed)
                .result(95)
                .pass(true)
                .start_date(time(2))
                .end_date(time(3))
                .due_date(time(30)),
        ),
        "delete_enrollment": DeleteEnrollment::new("9001").retain_original(true),
        "enrollment_certificate": EnrollmentCertificate::new("9001"),
        "webhooks": Webhooks,
        "create_webhook": CreateWebhook::new(
            NewWebhook::new(
                "https://app.example.com/go1/webhook",
                [EventType::EnrollmentComplete, EventType::ContentDecommission, EventType::ContentLibrarySyncRequest],
            )
            .name("Completions")
            .auth_type("oauth2")
            .integration_system_id("int_AzuTsRz")
            .secret_key("canary-webhook-key")
            .oauth2(
                ReceiverClient::new("client_credentials", "go1", "https://login.example.com/oauth/token")
                    .scope("events")
                    .client_secret("canary-receiver-secret"),
            ),
        ),
        "update_webhook": UpdateWebhook::new("xUjKifleke4u", WebhookChanges::new().status(WebhookStatus::Inactive)),
        "learning_object": LearningObject::new("course-123")
            .identifier(LearningObjectIdentifier::ExternalId)
            .include([LearningObjectPart::Core, LearningObjectPart::Protected])
            .preferred_language("en-US"),
        "learning_objects": LearningObjects::new()
            .kind("course")
            .keyword("Leadership courses in English")
            .include("core")
            .filter("facets[]", "providers")
            .scroll(),
        "create_learning_object": CreateLearningObject::new(
            NewLearningObject::new(
                NewCore::new(
                    LearningObjectType::Course,
                    "Introduction to Programming",
                    "The basics of programming.",
                    NewMedia::new("https://images.example.com/1234.png"),
                )
                .external_id("course-123")
                .standalone(true),
            )
            .relevance(
                RelevanceChanges::new()
                    .language("en-US")
                    .duration(180.0)
                    .entry_level(EntryLevel::Beginner)
                    .author(NewAuthor::new("Ada Example", "Teaches programming.")),
            )
            .lifecycle(LifecycleChanges::new().state(LifecycleState::Draft)),
        ),
        "update_learning_object": UpdateLearningObject::new(
            "con_01HBYXF3HYPTG5Q1RJ7BPFAF23",
            LearningObjectChanges::new().topics(NewTopics::new().items([NewTopic::new(64u64, "Technology Skills")])),
        ),
        "delete_learning_object": DeleteLearningObject::new("1234"),
        "learning_object_scorm": LearningObjectScorm::new("1234"),
        "learning_object_alternatives": LearningObjectAlternatives::new("1234")
            .reason("retirement")
            .limit(100u32)
            .offset(10u64),
        "user_accounts": UserAccounts::new()
            .email("learner@example.com")
            .include([UserAccountPart::StandardFields, UserAccountPart::AdditionalFields]),
        "user_account": UserAccount::new("501")
            .include([UserAccountPart::StandardFields, UserAccountPart::AdditionalFields]),
        "create_user_account": CreateUserAccount::new(
            NewUserAccount::new("Lea", "Learner", "lea", "learner@example.com")
                .roles(["rol_00000000000000000000000001".to_owned()]),
        ),
        "update_user_account": UpdateUserAccount::new(
            "501",
            UserAccountChanges::new().status("active").locale("en"),
        ),
        "user_account_login": UserAccountLogin::new("501"),
        "portals": Portals::new()
            .keyword("Acme")
            .id(["123456".to_owned(), "123457".to_owned()])
            .limit(100u32)
            .offset(10u64)
            .sort(PortalSort::CreatedTime)
            .order(SortOrder::Descending),
        "portal": Portal::new("123456").include_external_customer_id(true),
        "create_portal": CreatePortal::new(portal::new_portal()),
        "update_portal": UpdatePortal::new("123456", PortalChanges::new().name("Acme").company_size(50u32)),
        "me": Me,
        "account": Account,
        "validate": Validate,
    }
    table.finish(&path("../../docs/api/go1.toml"));
}

#[test]
fn declared_calls_are_listed() {
    let list = documented_calls(&path("../../docs/api/go1.toml"));
    let listed: BTreeSet<&str> =
        list.iter().filter(|call| call.is_typed).map(|call| call.name.as_str()).collect();
    let mut declared = BTreeSet::new();
    for file in std::fs::read_dir(path("src/api")).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            declared.extend(declared_calls(&std::fs::read_to_string(file).unwrap()));
        }
    }
    let declared: BTreeSet<&str> = declared.iter().map(String::as_str).collect();
    assert_eq!(declared, listed);
}

/// The lines `METHOD base "path"` of `endpoint!`, and those with `const NAME`.
fn declared_calls(source: &str) -> impl Iterator<Item = String> {
    source.lines().map(str::trim).filter_map(|line| {
        if line.starts_with("const NAME") {
            return Some(line.split('"').nth(1)?.to_owned());
        }
        let (method, rest) = line.split_once(' ')?;
        let is_method = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        let path = rest.split('"').find(|part| part.starts_with('/')).filter(|_| is_method)?;
        Some(format!("{method} {path}"))
    })
}
