//! `oauth rotate-keys`: encrypts the store with a new key.

use clap::Args;
use oauth_core::store::Key;
use oauth_store::Rotation;
use serde_json::json;

use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::progress::Progress;

/// Arguments of `rotate-keys`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Creates a new key, encrypts every record with it and removes the old key. If interrupted, both keys are kept; \
run it again to finish. No other command may have the store open. \
A key from the environment (OAUTH_STORE_KEY, or any PostgreSQL store) is changed by you. Separate several keys \
by spaces: the first encrypts, all decrypt. If other processes use the store, apply each step to all of them \
before the next:
  1. OLD NEW: all can read records encrypted with the new key.
  2. NEW OLD: all encrypt with the new key.
  3. Run `oauth rotate-keys` once with NEW OLD, then use NEW alone.

Example: oauth rotate-keys --json")]
pub(crate) struct RotateKeysArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Runs the command.
pub(crate) async fn run(arguments: &RotateKeysArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    if context.store_location.address.sqlite_file().is_some_and(|path| !path.exists()) {
        return Err(Failure::setup(format!(
            "there is no store {}",
            context.store_location.address.display_name()
        )));
    }
    let lock = context.store_location.lock_exclusive()?;
    let location = context.store_location.key_location()?;
    let before = context.until_interrupted(location.read()).await?;
    let is_managed = location.is_managed() && lock.is_some();
    let keys = match (before.has_older(), is_managed) {
        // A rotation that was begun earlier, or prepared by hand.
        (true, _) => before,
        (false, true) => {
            let keys = before.with_new_primary()?;
            // Store both keys before anything is encrypted with the new one.
            location.write(&keys).await?;
            keys
        }
        (false, false) => {
            return Err(Failure::setup(format!("the key comes from {location}, which this program cannot change"))
                .with_help("add a new key (`openssl rand -base64 32`) in the order progress_bar by `oauth rotate-keys --help`, then run this again"));
        }
    };
    let store = context.store_location.open_with(&keys, lock).await?;
    let progress = Progress::new(0);
    let rotating = async {
        let progress_bar = progress.clone();
        Ok(store
            .rotate(move |rotation: &Rotation| progress_bar.set(rotation.reencrypted, rotation.found))
            .await?)
    };
    let rotated = context.until_interrupted(rotating).await;
    drop(progress);
    store.close().await;
    let rotation = rotated?;
    let completed = check_completed(&rotation);
    let old_key_removed = is_managed && completed.is_ok();
    if old_key_removed {
        location.write(&keys.primary_only()).await?;
    }
    context.output.result(
        &json!({
            "reencrypted": rotation.reencrypted,
            "changed_meanwhile": rotation.changed_meanwhile,
            "unreadable": names(&rotation.unreadable),
            "damaged": names(&rotation.damaged),
            "wal_kept": rotation.wal_kept,
            "key": keys.id(),
            "old_key_forgotten": old_key_removed,
        }),
        format_args!("Encrypted {} records with the new key {}.", rotation.reencrypted, keys.id()),
    );
    if !rotation.damaged.is_empty() {
        context.output.note(format_args!(
            "These records are damaged, or of a newer version: {}. They have the new key; `oauth doctor` names the errors.",
            names(&rotation.damaged).join(", ")
        ));
    }
    if rotation.wal_kept {
        context.output.note(
            "The store's `-wal` file still has records encrypted with the old key, because another program was reading the store. \
             Run `oauth rotate-keys` again.",
        );
    }
    completed?;
    if !is_managed {
        context.output.note("You can remove the old key now.");
    }
    Ok(())
}

fn names(records: &[Key]) -> Vec<String> {
    records.iter().map(ToString::to_string).collect()
}

/// Returns an error if the old key is still needed.
fn check_completed(rotation: &Rotation) -> Result<(), Failure> {
    if !rotation.unreadable.is_empty() {
        let unreadable = names(&rotation.unreadable).join(", ");
        return Err(Failure::setup(format!("no key decrypts these records: {unreadable}")).with_help(
            "restore them from a backup, connect them again, or remove them with `oauth disconnect --no-revoke`; \
             the old key is still there",
        ));
    }
    match rotation.changed_meanwhile {
        0 => Ok(()),
        // Another process may still encrypt with the old key.
        count => Err(Failure::new(
            ExitCode::TryLater,
            "changed_meanwhile",
            format!("other processes saved {count} records during the rotation, perhaps with the old key"),
        )
        .with_help("run `oauth rotate-keys` again, and keep the old key until it succeeds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_key_is_needed_until_rotation_completes() {
        let mut rotation = Rotation::default();
        rotation.reencrypted = 3;
        rotation.damaged = vec![Key::new("go1", "odd")];
        check_completed(&rotation).unwrap();
        rotation.changed_meanwhile = 2;
        let failure = check_completed(&rotation).unwrap_err();
        assert_eq!((failure.code, failure.kind), (ExitCode::TryLater, "changed_meanwhile"));
        rotation.unreadable = vec![Key::new("go1", "acme")];
        let failure = check_completed(&rotation).unwrap_err();
        assert_eq!(failure.code, ExitCode::Setup);
        assert!(failure.message.contains("go1/acme"), "{failure}");
    }
}
