//! Contacts.

use oauth_core::json_api::Single;
use oauth_core::{endpoint, response};

use super::base::{api2, collection};
use super::{Address, Images};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/contacts`: a space's contacts. For admins. Scope `read_contacts`.
    pub struct Contacts(space_id: String);
    GET api2 "/spaces/:space_id/contacts" scopes ["read_contacts"] => ContactAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /contacts/:id`: a contact. For admins. Scope `read_contacts`.
    pub struct Contact(id: String);
    GET api2 "/contacts/:id" scopes ["read_contacts"] => json(Single<ContactAttributes>)
}

response! {
    /// Attributes of a contact.
    pub struct ContactAttributes {
        optional {
            email: String,
            address: Address,
            phone: String,
            photo: Images,
        }
    }
}
