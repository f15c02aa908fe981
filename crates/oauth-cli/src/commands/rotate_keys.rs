//! `oauth rotate-keys`: a new key for the store.

use clap::Args;
use oauth_store::Rotation;
use serde_json::json;

use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::progress::Bar;

/// Arguments of `rotate-keys`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Makes a new key, encrypts every connection with it, and forgets the old one. Interrupted in the middle it
leaves both keys, and is finished by running it again. No other command may have the store open.
A key from outside (OAUTH_STORE_KEY, or a store in PostgreSQL) is yours to change. Several keys are
separated by spaces; the first encrypts, all are read with. Where other processes use the store, each step
is taken everywhere before the next one:
  1. OLD NEW, so that all can read what the new key will have written;
  2. NEW OLD, so that all write with the new one;
  3. `oauth rotate-keys`, once, with NEW OLD; then NEW alone.")]
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
                .hint("put a new key (`openssl rand -base64 32`) beside it, in the order that --help names, and run this again"));
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
    let left = what_is_left(&rotation);
    let is_forgotten = is_ours && left.is_ok();
    if is_forgotten {
        place.write(&keys.without_older()).await?;
    }
    context.output.result(
        &json!({
            "reencrypted": rotation.reencrypted,
            "changed_meanwhile": rotation.changed_meanwhile,
            "unreadable": unreadable(&rotation),
            "key": keys.id(),
            "old_key_forgotten": is_forgotten,
        }),
        format_args!("{} records are encrypted with the new key, {}, now.", rotation.reencrypted, keys.id()),
    );
    left?;
    if !is_ours {
        context.output.note("The old key can be taken away now.");
    }
    Ok(())
}

fn unreadable(rotation: &Rotation) -> Vec<String> {
    rotation.unreadable.iter().map(ToString::to_string).collect()
}

/// Why the old key is needed yet, if it is.
fn what_is_left(rotation: &Rotation) -> Result<(), Failure> {
    if !rotation.unreadable.is_empty() {
        let unreadable = unreadable(rotation).join(", ");
        return Err(Failure::setup(format!("these do not decrypt with any key: {unreadable}")).hint(
            "restore them from a backup, connect them again, or remove them (`oauth disconnect --no-revoke`); \
             the old key is still there",
        ));
    }
    match rotation.changed_meanwhile {
        0 => Ok(()),
        // With which key, nobody knows here: another process may have the old one in front yet.
        count => Err(Failure::new(
            Code::TryLater,
            "changed_meanwhile",
            format!("{count} records were saved by others meanwhile, perhaps with the old key"),
        )
        .hint("run it again, and keep the old key until then")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_key_goes_only_once_nothing_needs_it() {
        let mut rotation = Rotation::default();
        rotation.reencrypted = 3;
        what_is_left(&rotation).unwrap();
        rotation.changed_meanwhile = 2;
        let failure = what_is_left(&rotation).unwrap_err();
        assert_eq!((failure.code, failure.kind), (Code::TryLater, "changed_meanwhile"));
        rotation.unreadable = vec![oauth_core::store::Key::new("go1", "acme")];
        let failure = what_is_left(&rotation).unwrap_err();
        assert_eq!(failure.code, Code::Setup);
        assert!(failure.message.contains("go1/acme"), "{failure}");
    }
}
