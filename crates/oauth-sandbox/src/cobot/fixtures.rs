//! The fictitious spaces, their members and the users.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use super::bookings::Booking;
use super::model::Member;
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
    pub(super) resources: &'static [ResourceFixture],
}

/// A resource that members book.
#[derive(Debug)]
pub(super) struct ResourceFixture {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) description: &'static str,
    /// Bookings at the same time.
    pub(super) units: u32,
    pub(super) capacity: u32,
    /// Net price in cents.
    pub(super) price_per_hour: i64,
    /// Hours before the start, until which members can change a booking.
    pub(super) cancellation_period: u32,
    pub(super) only_admins_can_book: bool,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) price: &'static str,
    /// Check-ins that the plan includes. `None` means any number.
    pub(super) passes: Option<u32>,
}

pub(super) static FULL_TIME: Plan = Plan { name: "Full time", price: "249.0", passes: None };
static PART_TIME: Plan = Plan { name: "Part time", price: "139.0", passes: None };
static TEN_DAYS: Plan = Plan { name: "Ten days", price: "120.0", passes: Some(10) };
static BENCH: Plan = Plan { name: "Bench", price: "95.0", passes: None };

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
        resources: &[
            ResourceFixture {
                id: "resource-attic",
                name: "Attic",
                kind: "room",
                description: "Table for eight, screen, roof window.",
                units: 1,
                capacity: 8,
                price_per_hour: 2000,
                cancellation_period: 2,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-phone-booth",
                name: "Phone booth",
                kind: "room",
                description: "For one call at a time.",
                units: 1,
                capacity: 1,
                price_per_hour: 400,
                cancellation_period: 0,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-hall",
                name: "Hall",
                kind: "room",
                description: "For events. Ask the team.",
                units: 1,
                capacity: 80,
                price_per_hour: 9000,
                cancellation_period: 48,
                only_admins_can_book: true,
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
        resources: &[
            ResourceFixture {
                id: "resource-pier",
                name: "Pier",
                kind: "room",
                description: "View of the ferries.",
                units: 1,
                capacity: 6,
                price_per_hour: 2400,
                cancellation_period: 24,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-cabin",
                name: "Cabin",
                kind: "room",
                description: "Small and quiet.",
                units: 1,
                capacity: 3,
                price_per_hour: 1200,
                cancellation_period: 2,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-day-desks",
                name: "Day desks",
                kind: "desk",
                description: "Five desks at the window.",
                units: 5,
                capacity: 5,
                price_per_hour: 300,
                cancellation_period: 0,
                only_admins_can_book: false,
            },
        ],
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
        resources: &[
            ResourceFixture {
                id: "resource-bench",
                name: "Bench",
                kind: "desk",
                description: "With vice and tools.",
                units: 9,
                capacity: 9,
                price_per_hour: 500,
                cancellation_period: 0,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-saw",
                name: "Panel saw",
                kind: "other",
                description: "After an introduction only.",
                units: 1,
                capacity: 2,
                price_per_hour: 1800,
                cancellation_period: 12,
                only_admins_can_book: false,
            },
            ResourceFixture {
                id: "resource-kiln",
                name: "Kiln",
                kind: "other",
                description: "Up to 1,280 degrees.",
                units: 1,
                capacity: 1,
                price_per_hour: 1500,
                cancellation_period: 24,
                only_admins_can_book: false,
            },
        ],
    },
];

impl SpaceFixture {
    pub(super) fn find(subdomain: &str) -> Option<&'static Self> {
        SPACES.iter().find(|space| space.subdomain == subdomain)
    }

    pub(super) fn find_by_id(id: &str) -> Option<&'static Self> {
        SPACES.iter().find(|space| space.id == id)
    }

    pub(super) fn host(&self) -> String {
        self.custom_domain.map_or_else(|| self.api_host(), str::to_owned)
    }

    pub(super) fn api_host(&self) -> String {
        format!("{}.localhost", self.subdomain)
    }
}

impl ResourceFixture {
    /// A resource and its space.
    pub(super) fn find(id: &str) -> Option<(&'static SpaceFixture, &'static Self)> {
        SPACES
            .iter()
            .flat_map(|space| space.resources.iter().map(move |resource| (space, resource)))
            .find(|(_, resource)| resource.id == id)
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

/// Two memberships for each space. Jonas, Ines and Marek have no account.
pub(super) fn members() -> Vec<Member> {
    let [betahaus, harbour, atelier] = &SPACES;
    let member = |space, plan, id, (name, email), company, number| {
        let user = users().into_iter().find(|user| user.email == email).map(|user| user.login);
        Member { company, user, ..Member::new(space, plan, id, name, email, number) }
    };
    let (lea, nora) = (("Léa Moreau", "lea@example.com"), ("Nora Beckmann", "nora@example.com"));
    let (jonas, ines) = (("Jonas O'Neill", "jonas@example.org"), ("Ines Castro", "ines@example.net"));
    let marek = ("Marek Nowak", "marek@example.net");
    vec![
        member(betahaus, &FULL_TIME, "0c4f75fa14924423", lea, "Atelier Neun", 10001),
        member(betahaus, &TEN_DAYS, "5be1d09c7a3344f0", jonas, "", 10002),
        member(harbour, &PART_TIME, "91aa20f4c3d84b1e", ines, "Castro & Filhos", 20417),
        member(harbour, &FULL_TIME, "d7305b6e18fc4a29", lea, "Atelier Neun", 20418),
        member(atelier, &BENCH, "c27e6615bd0f4a92", nora, "Beckmann Möbel", 30009),
        member(atelier, &BENCH, "3f94c8a1e6b07d52", marek, "", 30010),
    ]
}

/// Bookings of the next two days, one of them made by an event.
pub(super) fn bookings(now: DateTime<Utc>) -> Vec<Booking> {
    let at = |days, hour| {
        now.date_naive().and_time(NaiveTime::MIN).and_utc() + Days::new(days) + TimeDelta::hours(hour)
    };
    let booking = |id, resource, member: Option<&str>, times, title: &str| {
        let place = ResourceFixture::find(resource).expect("a resource above");
        let mut booking = Booking::new(id, place, member.map(str::to_owned), times, now);
        booking.texts.insert("title".to_owned(), title.into());
        booking
    };
    let (lea, ines) = (Some("0c4f75fa14924423"), Some("91aa20f4c3d84b1e"));
    let mut open_house =
        booking("booking-open-house", "resource-hall", None, (at(2, 17), at(2, 21)), "Open house");
    open_house.event = Some("event-open-house");
    vec![
        booking("booking-planning", "resource-attic", lea, (at(1, 9), at(1, 11)), "Planning"),
        booking("booking-review", "resource-pier", ines, (at(1, 13), at(1, 14)), "Review"),
        open_house,
    ]
}
