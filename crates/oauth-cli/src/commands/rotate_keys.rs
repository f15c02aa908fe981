//! `oauth rotate-keys`: a new key for the store.

use clap::Args;
use oauth_store::Rotation;
use serde_json::json;

use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::progress::Progress;

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
pub(crate) struct RotateKeysArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Rotates.
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
        // Begun earlier, here or by hand.
        (true, _) => before,
        (false, true) => {
            let keys = before.with_new_primary()?;
            // Both, before anything is encrypted with the new one.
            location.write(&keys).await?;
            keys
        }
        (false, false) => {
            return Err(Failure::setup(format!("the key comes from {location}, which is not this program's to change"))
                .with_help("put a new key (`openssl rand -base64 32`) beside it, in the order that --help names, and run this again"));
        }
    };
    let store = context.store_location.open_with(&keys, lock).await?;
    let progress = Progress::new(0);
    let rotating = async {
        let shown = progress.clone();
        Ok(store.rotate(move |rotation: &Rotation| shown.set(rotation.reencrypted, rotation.found)).await?)
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
            "unreadable": unreadable(&rotation),
            "key": keys.id(),
            "old_key_forgotten": old_key_removed,
        }),
        format_args!("{} records are encrypted with the new key, {}, now.", rotation.reencrypted, keys.id()),
    );
    completed?;
    if !is_managed {
        context.output.note("The old key can be taken away now.");
    }
    Ok(())
}

fn unreadable(rotation: &Rotation) -> Vec<String> {
    rotation.unreadable.iter().map(ToString::to_string).collect()
}

/// Why the old key is needed yet, if it is.
fn check_completed(rotation: &Rotation) -> Result<(), Failure> {
    if !rotation.unreadable.is_empty() {
        let unreadable = unreadable(rotation).join(", ");
        return Err(Failure::setup(format!("these do not decrypt with any key: {unreadable}")).with_help(
            "restore them from a backup, connect them again, or remove them (`oauth disconnect --no-revoke`); \
             the old key is still there",
        ));
    }
    match rotation.changed_meanwhile {
        0 => Ok(()),
        // With which key, nobody knows here: another process may have the old one in front yet.
        count => Err(Failure::new(
            ExitCode::TryLater,
            "changed_meanwhile",
            format!("{count} records were saved by others meanwhile, perhaps with the old key"),
        )
        .with_help("run it again, and keep the old key until then")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_key_is_needed_until_rotation_completes() {
        let mut rotation = Rotation::default();
        rotation.reencrypted = 3;
        check_completed(&rotation).unwrap();
        rotation.changed_meanwhile = 2;
        let failure = check_completed(&rotation).unwrap_err();
        assert_eq!((failure.code, failure.kind), (ExitCode::TryLater, "changed_meanwhile"));
        rotation.unreadable = vec![oauth_core::store::Key::new("go1", "acme")];
        let failure = check_completed(&rotation).unwrap_err();
        assert_eq!(failure.code, ExitCode::Setup);
        assert!(failure.message.contains("go1/acme"), "{failure}");
    }
}
