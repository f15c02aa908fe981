//! `oauth rotate-keys`: a new key for the store.

use clap::Args;
use oauth_store::Rotation;
use serde_json::json;

use crate::context::{Common, Context};
use crate::failure::Failure;
use crate::progress::Bar;

/// Arguments of `rotate-keys`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Makes a new key, encrypts every connection with it, and forgets the old one. Interrupted in the middle it
leaves both keys, and is finished by running it again. No other command may have the store open.
A key from outside (OAUTH_STORE_KEY, or a store in PostgreSQL) is yours to change: put the new key in
front of the old one, separated by a space, run this, and take the old one away.")]
pub(crate) struct RotateKeys {
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Rotates.
pub(crate) async fn run(arguments: &RotateKeys) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    if context.used.which.file().is_some_and(|path| !path.exists()) {
        return Err(Failure::setup(format!("there is no store {}", context.used.which.shown())));
    }
    let lock = context.used.alone()?;
    let place = context.used.place()?;
    let before = context.until_interrupted(place.read()).await?;
    let is_ours = place.is_ours() && lock.is_some();
    let keys = match (before.has_older(), is_ours) {
        // Begun earlier, here or by hand.
        (true, _) => before,
        (false, true) => {
            let keys = before.renewed()?;
            // Both, before anything is encrypted with the new one.
            place.write(&keys).await?;
            keys
        }
        (false, false) => {
            return Err(Failure::setup(format!("the key comes from {place}, which is not this program's to change"))
                .hint("put a new key (`openssl rand -base64 32`) in front of it, separated by a space, and run this again"));
        }
    };
    let store = context.used.open_with(&keys, lock).await?;
    let bar = Bar::new(0);
    let rotating = async {
        let told = bar.clone();
        Ok(store.rotate(move |rotation: &Rotation| told.count(rotation.reencrypted, rotation.found)).await?)
    };
    let rotated = context.until_interrupted(rotating).await;
    drop(bar);
    store.close().await;
    let rotation = rotated?;
    let is_through = rotation.unreadable.is_empty() && rotation.changed_meanwhile == 0;
    if is_ours && is_through {
        place.write(&keys.without_older()).await?;
    }
    let unreadable: Vec<String> = rotation.unreadable.iter().map(ToString::to_string).collect();
    context.output.result(
        &json!({
            "reencrypted": rotation.reencrypted,
            "unreadable": unreadable,
            "key": keys.id(),
            "old_key_forgotten": is_ours && is_through,
        }),
        format_args!("{} records are encrypted with the new key, {}, now.", rotation.reencrypted, keys.id()),
    );
    if !unreadable.is_empty() {
        return Err(Failure::setup(format!("these do not decrypt with any key: {}", unreadable.join(", ")))
            .hint("restore them from a backup, or connect them again; the old key is still there"));
    }
    if !is_ours {
        context.output.note("The old key can be taken away now.");
    }
    Ok(())
}
