//! A stored connection: the row, its encrypted content, and the token in it.

use std::time::Duration;

use oauth_core::store::{Key, RecordState, StoreError, StoreErrorKind};
use oauth_core::{ErrorKind, PersistedToken, Scheme as _, Token};
use oauth_store::internal::{self, RecordRow, Text};
use oauth_store::{EncryptionKey, Keyring};
use serde_json::{Value, json};

use crate::client::{AtProductionSite, RecordingTransport, client, persisted_json};
use crate::input::{Input, input};
use crate::secrets::{ACCESS_TOKEN, OF_API_CALLS, assert_hidden};

pub(crate) const DICTIONARY: &[&str] = &[
    "\"provider\":",
    "\"go1\"",
    "\"issuer\":",
    "\"client_id\":",
    "\"access_token\":",
    "\"refresh_token\":",
    "\"scopes\":",
    "\"scopes_from\":",
    "\"reply\"",
    "\"received_at\":",
    "\"expires_at\":",
    "\"obtained\":",
    "\"extra\":",
    "\"other\":",
    "null",
    "\"2026-01-02T03:04:05Z\"",
    "\"-262143-01-01T00:00:00Z\"",
    "active",
    "revoked",
    "plaintext",
    "\\r\\n",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // Choices: kind of change, position, value, and four numbers.
    let choices = |change: u8| [&[change, 7, 1][..], &[0; 32]].concat();
    let mut seeds = Vec::new();
    for (provider, row) in [
        ("cohortgo", persisted_json::<cohortgo::CohortGo>()),
        ("cobot", persisted_json::<cobot::Cobot>()),
        ("go1", persisted_json::<go1::Go1>()),
        ("gocd", persisted_json::<gocd::Gocd>()),
    ] {
        for change in 0..8 {
            let row = row.to_string();
            seeds.push(input(&choices(change), &[provider.as_bytes(), b"acme", b"active", row.as_bytes()]));
        }
    }
    seeds
}

/// Encrypted content decrypts only unchanged, in its own row and with its key; anything else is an error. The
/// content is a token that can be stored again, or an error that does not show it.
pub fn stored_row(data: &[u8]) {
    let mut data = Input::new(data);
    let (change, at, by) = (data.byte() % 8, usize::from(data.byte()), data.byte() | 1);
    let numbers: [i64; 4] = std::array::from_fn(|_| data.number());
    let (provider, account, state) = (data.text(), data.text(), data.text());
    let content = data.rest();

    let joined = format!("{provider}{account}");
    let shown_names = [&joined, &state].iter().any(|name| name.contains("canary-"));
    let ring = Keyring::new(EncryptionKey::from_bytes([7; 32]));
    let key = Key::new(&*provider, &*account);
    let (sealed_by, sealed) = internal::seal(&ring, &key, content).unwrap();
    let [generation, due_at, fence, age] = numbers;
    let row = |key_id: &str, bytes: &[u8]| -> RecordRow {
        let at = Some(due_at).filter(|at| *at != 0);
        let lease = Some(age).filter(|age| *age != 0);
        let intent = Some(fence).filter(|fence| *fence != 0);
        let (provider, account) = (Text(provider.clone()), Text(account.clone()));
        let key_id = Some(Text(key_id.to_owned()));
        (
            provider,
            account,
            generation,
            fence,
            lease,
            intent,
            Some(Text(state.clone())),
            at,
            at,
            at,
            intent,
            lease,
            key_id,
            bytes.to_vec(),
        )
    };
    let is_sealed = sealed.windows(content.len().max(8)).all(|window| window != content);
    assert!(is_sealed, "the content is not encrypted");
    match internal::read_record(row(&sealed_by, &sealed), &ring) {
        Ok(record) => {
            assert_eq!(record.content.bytes(), content);
            assert_eq!(i64::try_from(record.generation), Ok(generation));
            assert!(matches!(record.state, RecordState::Active) == (state == "active"));
        }
        Err(error) => {
            assert!(matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::TooNew), "{error}");
            check_store_error(&error, shown_names);
        }
    }
    let own = Duration::from_secs(60);
    let lease_left = internal::lease_left(row(&sealed_by, &sealed), own);
    assert!(lease_left.is_none_or(|left| !left.is_zero() && left <= own));
    assert_eq!(internal::fence(row(&sealed_by, &sealed)).is_ok(), fence >= 0);

    // The same record with one change.
    let (mut bytes, mut key_id, mut other, mut reader) = (sealed, sealed_by, key.clone(), ring);
    match change {
        0 => {
            let at = at % bytes.len();
            bytes[at] ^= by;
        }
        1 => bytes.truncate(at % bytes.len()),
        2 => bytes.push(by),
        3 => bytes = content.to_vec(),
        4 => key_id = format!("{by:02x}{key_id}"),
        5 => other = Key::new(joined, ""),
        6 => other = Key::new(&*provider, format!("{account}{by}")),
        _ => reader = Keyring::new(EncryptionKey::from_bytes([by ^ 7; 32])),
    }
    // With an empty account the two keys are equal.
    if (change == 5 && account.is_empty()) || (change == 7 && by ^ 7 == 7) {
        return;
    }
    let error = internal::open(&reader, &other, &key_id, &bytes).expect_err("a changed record decrypted");
    assert!(matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey), "{error}");
    check_store_error(&error, shown_names);

    tokens(content);
}

/// Checks that an error fits into a line of a log and shows no secret. `names` is true if a name, which
/// errors may show, contains a secret.
fn check_store_error(error: &StoreError, names: bool) {
    let line = error.to_string();
    assert!(
        !line.contains(char::is_control) && line.chars().count() < 1_000,
        "not suitable for a line of a log: {line}"
    );
    if !names {
        assert_hidden(&format!("{error} {error:?}"), OF_API_CALLS);
    }
}

/// Parses the content as a token of each provider.
fn tokens(content: &[u8]) {
    match serde_json::from_slice::<PersistedToken>(content) {
        Ok(stored) => {
            let text = format!("{stored:?}");
            let plain = String::from_utf8_lossy(content);
            if plain.matches("canary-access-token-1").count() == 1 && !plain.contains('\\') {
                assert_hidden(&text, &[ACCESS_TOKEN]);
            }
            token::<cohortgo::CohortGo>(&stored);
            token::<cobot::Cobot>(&stored);
            token::<go1::Go1>(&stored);
            token::<gocd::Gocd>(&stored);
        }
        // Invalid content is no token of the tests. Not compared as a `Value`, which accepts a member twice.
        Err(_) => assert_ne!(content, persisted_json::<go1::Go1>().to_string().as_bytes()),
    }
}

fn token<P: AtProductionSite>(stored: &PersistedToken) {
    let was = serde_json::to_value(stored).unwrap();
    match Token::<P>::from_persisted(stored.clone()) {
        Ok(token) => {
            assert_eq!(was["provider"], json!(P::NAME), "accepted a token of another provider");
            assert_eq!(was["access_token"], json!(token.access_token().expose()));
            let kept = serde_json::to_value(token.to_persisted().unwrap()).unwrap();
            let again: PersistedToken = serde_json::from_value(kept.clone()).unwrap();
            let again = Token::<P>::from_persisted(again).unwrap().to_persisted().unwrap();
            assert_eq!(serde_json::to_value(again).unwrap(), kept);
            let client = client::<P>(&RecordingTransport::default());
            match client.headers(&token) {
                Ok(headers) => {
                    let all_visible = |value: &[u8]| value.iter().all(|byte| matches!(byte, b' '..=b'~'));
                    assert!(
                        headers.values().all(|value| value.is_sensitive() && all_visible(value.as_bytes()))
                    );
                    assert_eq!(token.issuer(), stored_issuer::<P>());
                }
                Err(error) => {
                    assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::ForeignToken | ErrorKind::Expired | ErrorKind::InvalidInput
                        ),
                        "{error}"
                    );
                    let known = P::Scheme::header(token.access_token()).is_err();
                    assert!(error.kind() != ErrorKind::InvalidInput || known, "{error}");
                    assert!(!error.to_string().contains(char::is_control), "{error}");
                }
            }
        }
        Err(error) => {
            let expected =
                if was["provider"] == P::NAME { ErrorKind::InvalidResponse } else { ErrorKind::ForeignToken };
            assert_eq!(error.kind(), expected, "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}

fn stored_issuer<P: AtProductionSite>() -> Value {
    persisted_json::<P>()["issuer"].clone()
}
