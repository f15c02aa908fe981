//! The rooms of today with the sandbox's Cobot.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "../cobot_rooms.rs"]
#[allow(dead_code)] // its `main`
mod cobot_rooms;

use std::io;

use cobot::api::v2;
use cobot::chrono::{DateTime, TimeDelta, Utc};
use cobot::{Connection, Site};
use cobot_rooms::{connect, run, tomorrow_at_eight};
use oauth_sandbox::Cobot;

#[tokio::test]
async fn booking_is_made_and_taken_back() {
    let sandbox = Cobot::start().await.unwrap();
    let now = tomorrow_at_eight(&sandbox);
    let cobot =
        connect(Site::at(sandbox.url()).unwrap(), sandbox.registration_token().to_owned()).await.unwrap();
    let mut out = Vec::new();
    run(&cobot, now, &mut out).await.unwrap();

    let out = String::from_utf8(out).unwrap();
    let parts: Vec<&str> = out.split("\n\n").collect();
    let [before, booked, cancelled] = parts[..] else { panic!("{out}") };
    assert!(before.starts_with("Betahaus on "), "{out}");
    let planning = "  Attic\n    09:00-11:00 Planning, Léa Moreau\n";
    let rooms = |text: &str| text.split_once('\n').unwrap().1.trim_end().to_owned();
    assert_eq!(rooms(before), format!("{planning}  Phone booth\n  Hall"));
    // The attic is taken, so the next room is booked.
    assert!(booked.starts_with("booked for 4.76 EUR:\n"), "{out}");
    assert_eq!(
        rooms(booked),
        format!("{planning}  Phone booth\n    09:00-10:00 Interview, the team\n  Hall")
    );
    assert_eq!(rooms(cancelled), rooms(before));

    assert_eq!(booked_today(&cobot, now).await, ["booking-planning"]);
}

#[tokio::test]
async fn booking_is_cancelled_if_it_cannot_be_shown() {
    let sandbox = Cobot::start().await.unwrap();
    let now = tomorrow_at_eight(&sandbox);
    let cobot =
        connect(Site::at(sandbox.url()).unwrap(), sandbox.registration_token().to_owned()).await.unwrap();
    let mut out = FullDisk(Vec::new());
    let error = run(&cobot, now, &mut out).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    let calls = sandbox.journal().entries().iter().filter(|entry| entry.method == "DELETE").count();
    assert_eq!((booked_today(&cobot, now).await, calls), (vec!["booking-planning".to_owned()], 1));
}

/// Fails from the line after the booking.
struct FullDisk(Vec<u8>);

impl io::Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend(bytes);
        if String::from_utf8_lossy(&self.0).contains("booked for") {
            return Err(io::Error::other("the disk is full"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn booked_today(cobot: &Connection<cobot::Cobot>, now: DateTime<Utc>) -> Vec<String> {
    let bookings = v2::Bookings::new("space-betahaus", now, now + TimeDelta::days(1));
    cobot.send(&bookings).await.unwrap().into_iter().map(|booking| booking.id).collect()
}
