//! All stored connections, one after the other.

use std::vec;

use super::registry::Connections;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::RecordSummary;

const PAGE_SIZE: usize = 200;

/// The stored connections, sorted by account; see [`Connections::accounts`].
#[must_use = "nothing is read until an account is requested"]
#[derive(Debug)]
pub struct Accounts<P: Provider> {
    connections: Connections<P>,
    page: vec::IntoIter<RecordSummary>,
    after: Option<String>,
    is_over: bool,
}

impl<P: Provider> Accounts<P> {
    /// Returns the next account; `None` after the last, and after an error.
    ///
    /// # Errors
    /// An error of the store.
    pub async fn next(&mut self) -> Option<Result<RecordSummary, Error>> {
        loop {
            if let Some(account) = self.page.next() {
                return Some(Ok(account));
            }
            if self.is_over {
                return None;
            }
            match self.connections.list(self.after.as_deref(), PAGE_SIZE).await {
                Ok(page) => {
                    self.is_over = page.len() < PAGE_SIZE;
                    self.after = page.last().map(|last| last.account.clone());
                    self.page = page.into_iter();
                }
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<P: Provider> Connections<P> {
    /// Reads all stored connections, sorted by account, a page at a time. One that is made or removed
    /// meanwhile may be missing.
    ///
    /// ```
    /// # async fn example<P: oauth_core::Provider>(
    /// #     connections: oauth_core::connections::Connections<P>,
    /// # ) -> Result<(), oauth_core::Error> {
    /// let mut accounts = connections.accounts();
    /// while let Some(account) = accounts.next().await.transpose()? {
    ///     println!("{}: {:?}", account.account, account.state);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn accounts(&self) -> Accounts<P> {
        Accounts { connections: self.clone(), page: Vec::new().into_iter(), after: None, is_over: false }
    }
}
