//! The log with what people's browsers asked the providers for put in between: that part is seen by the sandbox alone, which hides its
//! secrets itself.

use oauth_sandbox::RequestKind;

use super::integration::Integration;
use super::log::{Entry, EventKind};
use super::world::World;

/// Everything, newest first.
pub(super) fn merged(world: &World) -> Vec<Entry> {
    let mut all = world.log().entries();
    for integration in world.integrations() {
        all.extend(browsers(&**integration));
    }
    // Stable: what happened in the same moment stays in its order.
    all.sort_by_key(|entry| entry.at);
    all.reverse();
    all
}

fn browsers(integration: &dyn Integration) -> Vec<Entry> {
    let journal = integration.journal();
    let seen = journal
        .entries()
        .iter()
        .filter(|entry| matches!(entry.kind, RequestKind::Authorize | RequestKind::Page));
    seen.map(|entry| Entry {
        number: entry.number,
        at: entry.time,
        provider: Some(integration.provider().name()),
        what: EventKind::Browser {
            method: entry.method.clone(),
            path: entry.path.clone(),
            status: entry.status,
        },
    })
    .collect()
}
