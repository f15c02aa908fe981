//! Recorded responses with one member changed: a bad field or element costs only itself.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

use gocd::{ErrorKind, Personal};
use oauth_core::Endpoint;
use oauth_core::serde_json::{self, Value, json};
use oauth_testing::{RecordingTransport, json_response};
use proptest::prelude::*;

use crate::calls::{self, Calls};
use crate::{client, folder, runtime};

/// Parses bodies of responses. Each result is shown as `Debug` text.
type Parse = Box<dyn Fn(&[Value]) -> Vec<Result<String, ErrorKind>>>;

/// A call with the body of its recorded response.
struct Recorded {
    name: String,
    body: Value,
    parse: Parse,
}

#[derive(Default)]
struct Recordings(Vec<Recorded>);

impl Calls for Recordings {
    fn call<E>(&mut self, name: &str, call: E)
    where
        E: Endpoint<Personal> + 'static,
        E::Response: Debug,
    {
        let file = folder("tests/api/responses").join(format!("{name}.json"));
        let file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let parse = move |bodies: &[Value]| {
            let responses = bodies.iter().map(|body| json_response(200, &body.to_string()));
            let (client, token) = client(RecordingTransport::with_responses(responses));
            let runtime = runtime();
            let send = |_| {
                let result = runtime.block_on(client.send(&token, &call));
                result.map(|response| format!("{response:?}")).map_err(|error| error.kind())
            };
            bodies.iter().map(send).collect()
        };
        if !file["body"].is_null() {
            self.0.push(Recorded {
                name: name.to_owned(),
                body: file["body"].clone(),
                parse: Box::new(parse),
            });
        }
    }
}

fn recordings() -> Vec<Recorded> {
    let mut recordings = Recordings::default();
    calls::all(&mut recordings);
    recordings.0
}

/// JSON pointers of all members of a value, and of the first element of each list.
fn members(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |key: &str, value: &Value| {
        let pointer = format!("{at}/{key}");
        members(value, &pointer, found);
        found.push(pointer);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(elements) => elements.iter().take(1).for_each(|value| add("0", value)),
        _ => {}
    }
}

/// Returns the value without this member.
fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.remove(key);
        }
        Value::Array(elements) => {
            elements.remove(0);
        }
        _ => {}
    }
    value
}

fn with(value: &Value, pointer: &str, new: &Value) -> Value {
    let mut value = value.clone();
    value.pointer_mut(pointer).unwrap().clone_from(new);
    value
}

/// The snapshot has, for each call, the members that identify a response: without one of them, or with an
/// unreadable one, the call fails. All other members can have any value.
#[test]
fn only_identifying_members_are_needed() {
    let mut text = String::new();
    for call in recordings() {
        let mut pointers = Vec::new();
        members(&call.body, "", &mut pointers);
        let mut needed = BTreeSet::new();
        for pointer in &pointers {
            let values =
                [json!(null), json!([]), json!({"unknown": 1}), json!("Unknown"), json!(-1.5), json!(true)];
            let mut bodies: Vec<_> = values.iter().map(|new| with(&call.body, pointer, new)).collect();
            bodies.push(without(&call.body, pointer));
            for result in (call.parse)(&bodies) {
                match result {
                    Ok(_) => {}
                    Err(ErrorKind::InvalidResponse) => {
                        needed.insert(pointer.clone());
                    }
                    Err(kind) => panic!("{}: {kind:?}", call.name),
                }
            }
        }
        writeln!(text, "{}: {}", call.name, needed.into_iter().collect::<Vec<_>>().join(" ")).unwrap();
    }
    insta::with_settings!({
        snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!("needed_members", text);
    });
}

/// A list with an unreadable element has the elements around it.
#[test]
fn unreadable_element_costs_only_itself() {
    let mut lists = 0;
    for call in recordings() {
        let mut pointers = Vec::new();
        members(&call.body, "", &mut pointers);
        for pointer in pointers {
            let Some(Value::Array(elements)) = call.body.pointer(&pointer) else { continue };
            if !elements.first().is_some_and(Value::is_object) {
                continue;
            }
            lists += 1;
            let doubled = |between: &[Value]| {
                with(&call.body, &pointer, &Value::Array([elements, between, elements].concat()))
            };
            let results = (call.parse)(&[doubled(&[]), doubled(&[json!([])])]);
            let [Ok(good), Ok(bad)] = results.as_slice() else { panic!("{}{pointer}", call.name) };
            assert_ne!(good, bad, "{}{pointer}: the element is lost", call.name);
            assert_eq!(without_unread(good), without_unread(bad), "{}{pointer}", call.name);
        }
    }
    assert!(lists > 50, "{lists} lists were found");
}

/// Returns `Debug` text without the numbers of unread elements and the names of unread fields.
fn without_unread(text: &str) -> String {
    let counts: Vec<_> =
        text.split("unread: ").map(|part| part.trim_start_matches(char::is_numeric)).collect();
    let counts = counts.concat();
    let mut parts = counts.split("other: [");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(']').map_or("", |(_, rest)| rest))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("a JSON number", |number| number.is_finite()).prop_map(Value::from),
        "[a-z0-9:TZ-]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("id|name|type|x", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Any value of any member is read or refused, without a panic.
#[test]
fn any_value_is_parsed_or_refused() {
    let recordings = recordings();
    proptest!(|(call in 0..recordings.len(), member: prop::sample::Index, new in any_json())| {
        let call = &recordings[call];
        let mut pointers = Vec::new();
        members(&call.body, "", &mut pointers);
        prop_assume!(!pointers.is_empty());
        let body = with(&call.body, &pointers[member.index(pointers.len())], &new);
        prop_assert!(matches!((call.parse)(&[body])[0], Ok(_) | Err(ErrorKind::InvalidResponse)));
    });
}
