//! The fictitious spaces, their members and the users.

use crate::user::User;

/// A space as it is at the start. Its current admins are part of [`State`](super::model::State).
#[derive(Debug)]
pub(super) struct SpaceFixture {
    pub(super) id: &'static str,
    pub(super) subdomain: &'static str,
    /// The host of its pages, if it is not the subdomain.
    pub(super) custom_domain: Option<&'static str>,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) email: &'static str,
    pub(super) created_at: &'static str,
    /// The [`User::login`] of an admin whose rights cannot be revoked.
    pub(super) owner: &'static str,
    /// The [`User::login`] of every other admin.
    pub(super) admins: &'static [&'static str],
    pub(super) members: &'static [Member],
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: &'static str,
    /// The [`User::login`] of the member's account, if there is one.
    pub(super) user: Option<&'static str>,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) company: &'static str,
    pub(super) number: &'static str,
    pub(super) plan: &'static str,
    pub(super) price: &'static str,
}

pub(super) static SPACES: [SpaceFixture; 3] = [
    SpaceFixture {
        id: "space-betahaus",
        subdomain: "betahaus",
        custom_domain: None,
        name: "Betahaus",
        description: "Desks and rooms by the canal.",
        email: "hello@betahaus.example",
        created_at: "2013/01/05",
        owner: "user-tom",
        admins: &["user-nora"],
        members: &[
            Member {
                id: "0c4f75fa14924423",
                user: Some("user-lea"),
                name: "Léa Moreau",
                email: "lea@example.com",
                company: "Atelier Neun",
                number: "10001",
                plan: "Full time",
                price: "249.0",
            },
            Member {
                id: "5be1d09c7a3344f0",
                user: None,
                name: "Jonas O'Neill",
                email: "jonas@example.org",
                company: "",
                number: "10002",
                plan: "Ten days",
                price: "120.0",
            },
        ],
    },
    SpaceFixture {
        id: "space-harbour",
        subdomain: "harbour",
        custom_domain: Some("members.harbour-coworking.localhost"),
        name: "Harbour Coworking",
        description: "Where the ferries stop.",
        email: "crew@harbour-coworking.example",
        created_at: "2016/09/20",
        owner: "user-tom",
        admins: &["user-nora"],
        members: &[Member {
            id: "91aa20f4c3d84b1e",
            user: None,
            name: "Ines Castro",
            email: "ines@example.net",
            company: "Castro & Filhos",
            number: "20417",
            plan: "Part time",
            price: "139.0",
        }],
    },
    SpaceFixture {
        id: "space-atelier",
        subdomain: "atelier",
        custom_domain: None,
        name: "Atelier Neun",
        description: "A workshop with nine benches.",
        email: "werkstatt@atelier-neun.example",
        created_at: "2019/03/11",
        owner: "user-lea",
        admins: &[],
        members: &[Member {
            id: "c27e6615bd0f4a92",
            user: Some("user-nora"),
            name: "Nora Beckmann",
            email: "nora@example.com",
            company: "Beckmann Möbel",
            number: "30009",
            plan: "Bench",
            price: "95.0",
        }],
    },
];

impl SpaceFixture {
    pub(super) fn find(subdomain: &str) -> Option<&'static Self> {
        SPACES.iter().find(|space| space.subdomain == subdomain)
    }

    pub(super) fn host(&self) -> String {
        self.custom_domain.map_or_else(|| self.api_host(), str::to_owned)
    }

    pub(super) fn api_host(&self) -> String {
        format!("{}.localhost", self.subdomain)
    }
}

/// Nora administers two spaces and is a member of the third. Tom owns those two, Léa the third.
pub(super) fn users() -> Vec<User> {
    vec![
        User::new("user-nora", "Nora Beckmann", "nora@example.com", "flat-white-please"),
        User::new("user-tom", "Tom Oyelaran", "tom@example.com", "keys-to-the-house"),
        User::new("user-lea", "Léa Moreau", "lea@example.com", "nine-benches"),
    ]
}
