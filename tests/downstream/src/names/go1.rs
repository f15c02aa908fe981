//! The public types of `go1`.

pub use crate::go1::{AuthorizedClient, Client, ClientBuilder, Connect, Go1, PortalPassword, Site, Token};

super::common!(go1);

/// `go1::api`.
pub mod api {
    pub use crate::go1::api::{
        Account, Core, Image, LearningObject, LearningObjectPage, LearningObjects, Me, Plan, Portal, Profile,
        Validate,
    };
}

/// `go1::webhook`.
pub mod webhook {
    pub use crate::go1::webhook::{SignatureFault, Verifier};
}
