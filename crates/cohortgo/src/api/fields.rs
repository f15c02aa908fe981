//! Parameters that are added by name.

use oauth_core::Error;

/// Rejects an added name that is also a typed field.
pub(crate) fn reject_duplicates<'a>(
    typed: &[&str],
    mut added: impl Iterator<Item = &'a String>,
) -> Result<(), Error> {
    match added.find(|name| typed.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::invalid_input(format!("`{name}` is a typed field of this request"))
            .with_help("use the method of that name instead")),
    }
}
