//! Metrics, and the dashboard and alert rules that use them.
#![cfg(feature = "metrics")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use oauth_core::connections::Sweep;

use crate::support::{Fault, Setup};

/// Values by name and labels.
#[derive(Clone, Default)]
struct Values(Arc<Mutex<BTreeMap<String, f64>>>);

/// One value.
struct Value {
    values: Values,
    name: String,
}

impl Value {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut values = self.values.0.lock().unwrap();
        let value = values.entry(self.name.clone()).or_default();
        *value = change(*value);
    }
}

impl CounterFn for Value {
    fn increment(&self, by: u64) {
        self.change(|value| value + f64::from(u32::try_from(by).unwrap()));
    }

    fn absolute(&self, to: u64) {
        self.change(|_| f64::from(u32::try_from(to).unwrap()));
    }
}

impl GaugeFn for Value {
    fn increment(&self, by: f64) {
        self.change(|value| value + by);
    }

    fn decrement(&self, by: f64) {
        self.change(|value| value - by);
    }

    fn set(&self, to: f64) {
        self.change(|_| to);
    }
}

impl Values {
    fn value(&self, key: &Key) -> Arc<Value> {
        let labels: Vec<String> = key.labels().map(|one| format!("{}={}", one.key(), one.value())).collect();
        let name = format!("{} {}", key.name(), labels.join(" "));
        Arc::new(Value { values: self.clone(), name })
    }
}

impl Recorder for Values {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.value(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.value(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        unreachable!("there is no histogram")
    }
}

/// Words that begin with `oauth_` in the files of docs/monitoring.
fn used_names() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/monitoring");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let words = text.split(|character: char| !(character.is_ascii_lowercase() || character == '_'));
        names.extend(words.filter(|word| word.starts_with("oauth_")).map(str::to_owned));
    }
    names
}

#[test]
fn metrics_count_what_happens_and_name_no_account() {
    let recorder = Values::default();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let setup = Setup::new();
            let connections = setup.machine();
            setup.insert_each(&connections, ["canary-acme", "canary-betahaus", "canary-closed"]).await;
            setup.expire();
            connections.get("canary-acme").headers().await.unwrap();
            setup.server.next_token_call(Fault::INVALID_GRANT);
            connections.get("canary-closed").headers().await.unwrap_err();
            setup.server.next_token_call(Fault::Status(503, ""));
            connections.sweep(&Sweep::due()).await.unwrap();
            // Another process has the lease.
            let (one, two) = (setup.machine().get("canary-betahaus"), setup.machine().get("canary-betahaus"));
            let (one, two) = tokio::join!(one.headers(), two.headers());
            one.unwrap();
            two.unwrap();
        });
    });
    let values = recorder.0.lock().unwrap().clone();
    for (name, number) in [
        ("oauth_refreshes_total provider=rotating reason=expired outcome=refreshed", 3.0),
        ("oauth_refreshes_total provider=rotating reason=expired outcome=needs_reconnect", 1.0),
        ("oauth_refreshes_total provider=rotating reason=asked outcome=unavailable", 1.0),
        ("oauth_events_total provider=rotating event=connected", 3.0),
        ("oauth_events_total provider=rotating event=needs_reconnect", 1.0),
        ("oauth_token_calls_in_flight provider=rotating", 0.0),
        ("oauth_waiting_callers provider=rotating", 0.0),
        ("oauth_refreshes_held_back provider=rotating", 0.0),
        ("oauth_connections_due provider=rotating", 1.0),
        ("oauth_connections_overdue provider=rotating", 1.0),
        ("oauth_connections provider=rotating state=active", 1.0),
        ("oauth_connections provider=rotating state=expired", 1.0),
        ("oauth_connections provider=rotating state=needs_reconnect", 1.0),
        ("oauth_connections provider=rotating state=unsaved", 0.0),
    ] {
        assert_eq!(values.get(name), Some(&number), "{name}: {values:#?}");
    }
    assert!(values["oauth_lease_waits_total provider=rotating"] >= 1.0);
    assert!(!values.keys().any(|name| name.contains("canary")), "{values:#?}");
    let emitted: BTreeSet<String> =
        values.keys().map(|name| name.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(used_names(), emitted, "docs/monitoring uses each metric, and no other");
}
