//! Articles of the help desk.

use oauth_core::json_api::Single;
use oauth_core::{endpoint, response};

use super::base::{api2, collection};
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `GET /articles/:id`: an article of a space's help desk. For its members and admins. Scope
    /// `read_articles`.
    pub struct Article(id: String);
    GET api2 "/articles/:id" scopes ["read_articles"] => json(Single<ArticleAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/articles`: the articles of a space's help desk. For its members and admins.
    /// Scope `read_articles`.
    pub struct Articles(space_id: String);
    GET api2 "/spaces/:space_id/articles" scopes ["read_articles"] => ArticleAttributes
}

response! {
    /// Attributes of an article.
    pub struct ArticleAttributes {
        optional {
            title: String,
            /// HTML.
            content: String,
        }
    }
}
