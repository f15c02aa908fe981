//! Response types against damaged responses.

use go1::api::*;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug)]
struct Row {
    file: &'static str,
    /// Fields without which the response is an error.
    required: &'static [&'static str],
    /// Returns the number of readable hits.
    parse: fn(Value) -> Result<usize, serde_json::Error>,
}

macro_rules! rows {
    ($($type:ident $file:literal [$($required:literal),*] $(.$hits:ident)?;)*) => {
        &[$(Row {
            file: $file,
            required: &[$($required),*],
            parse: |value| {
                let parsed: $type = serde_json::from_value(value)?;
                let again: $type = serde_json::from_value(serde_json::to_value(&parsed)?)?;
                // Secrets are not serialized, of whatever type.
                let secrets = usize::from(parsed.other.contains_key("secret_key"));
                assert_eq!(parsed.unread(), again.unread() + secrets);
                assert!(!format!("{parsed:?}").contains("canary"));
                Ok(0 $(+ parsed.$hits.len())?)
            },
        }),*]
    };
}

const ROWS: &[Row] = rows! {
    EnrollmentPage "enrollments" ["total", "hits"].hits;
    EnrollmentDetails "enrollment" ["id"];
    WebhookList "webhooks" ["total", "hits"].hits;
    WebhookDetails "create_webhook" ["id"];
    LearningObjectDetails "learning_object" ["id"];
    LearningObjectPage "learning_objects" ["total", "hits"].hits;
    AlternativePage "learning_object_alternatives" ["total", "hits"].hits;
    UserAccountPage "user_accounts" ["total", "hits"].hits;
    UserAccountDetails "user_account" ["id"];
    PortalPage "portals" ["total", "hits"].hits;
    PortalDetails "portal" ["id"];
    PortalDetails "create_portal" ["id"];
    Profile "me" ["id"];
    AccountDetails "account" ["id"];
};

/// A damage of one member or element.
#[derive(Clone, Debug)]
enum Damage {
    Remove,
    Replace(Value),
    Add,
}

fn damages() -> Vec<Damage> {
    let values = json!([null, true, -1, 7.5, "a brand-new word", ["x", null, {}], {"id": {}}]);
    let values = values.as_array().unwrap().iter().cloned().map(Damage::Replace);
    [Damage::Remove, Damage::Add].into_iter().chain(values).collect()
}

impl Row {
    fn recorded(&self) -> Value {
        let file = super::path(&format!("tests/api/responses/{}.json", self.file));
        serde_json::from_str::<Value>(&std::fs::read_to_string(file).unwrap()).unwrap()["body"].take()
    }

    /// Parses a recorded response with these members damaged.
    fn check(&self, recorded: &Value, hits: usize, damaged: &[(String, Damage)]) {
        let mut body = recorded.clone();
        for (pointer, damage) in damaged {
            apply(&mut body, pointer, damage);
        }
        let touches = |name: &str| damaged.iter().any(|(pointer, _)| pointer.strip_prefix('/') == Some(name));
        match (self.parse)(body.clone()) {
            Ok(left) if touches("hits") => assert!(left <= hits.max(3), "{body}"),
            Ok(left) => assert!(left + damaged.len() >= hits, "{damaged:?} costs other hits: {body}"),
            Err(error) => {
                assert!(self.required.iter().any(|name| touches(name)), "{damaged:?}: {error}: {body}");
                assert!(!error.to_string().contains("brand-new"), "{error}");
            }
        }
        for name in self.required {
            if body.get(name).is_none() {
                assert!((self.parse)(body.clone()).is_err(), "{} without {name}", self.file);
            }
        }
    }
}

/// The JSON pointers of all members and elements.
fn pointers(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut out = Vec::new();
    for (name, value) in below {
        out.extend(pointers(value).into_iter().map(|pointer| format!("/{name}{pointer}")));
        out.push(format!("/{name}"));
    }
    out
}

fn apply(body: &mut Value, pointer: &str, damage: &Damage) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    // An earlier damage may have removed it.
    match (body.pointer_mut(parent), damage) {
        (Some(Value::Object(members)), Damage::Remove) => drop(members.remove(name)),
        (Some(Value::Object(members)), Damage::Add) => {
            members.insert("brand-new".to_owned(), json!({"canary": ["canary"]}));
        }
        (Some(parent), Damage::Replace(value)) => {
            let member = match parent {
                Value::Object(members) => members.get_mut(name),
                Value::Array(elements) => name.parse::<usize>().ok().and_then(|at| elements.get_mut(at)),
                _ => None,
            };
            if let Some(member) = member {
                *member = value.clone();
            }
        }
        _ => {}
    }
}

#[test]
fn each_damage_costs_only_itself() {
    let damages = damages();
    for row in ROWS {
        let recorded = row.recorded();
        let hits = (row.parse)(recorded.clone()).unwrap();
        for pointer in pointers(&recorded) {
            for damage in &damages {
                row.check(&recorded, hits, &[(pointer.clone(), damage.clone())]);
            }
        }
    }
}

proptest! {
    #[test]
    fn several_damages_cost_only_themselves(
        row in select(ROWS),
        damaged in prop::collection::vec((any::<Index>(), select(damages())), 2..6),
    ) {
        let recorded = row.recorded();
        let (hits, all) = ((row.parse)(recorded.clone()).unwrap(), pointers(&recorded));
        let damaged: Vec<_> = damaged.into_iter().map(|(at, damage)| (at.get(&all).clone(), damage)).collect();
        row.check(&recorded, hits, &damaged);
    }
}
