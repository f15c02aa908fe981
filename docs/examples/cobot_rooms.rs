//! The rooms of a coworking space and who is in them today, and a booking that is made and taken back.
//!
//! ```sh
//! cargo run -p examples --example cobot-rooms
//! ```
//!
//! uses the sandbox's space Betahaus. With an access token of your own it shows the first space that you
//! administer, books a free room there for an hour, and cancels the booking at once:
//!
//! ```sh
//! COBOT_TOKEN=… cargo run -p examples --example cobot-rooms
//! ```
//!
//! `oauth connect cobot ACCOUNT --scope …` and `oauth header cobot ACCOUNT` get one. It needs the scopes
//! `read_user`, `read_spaces`, `read_resources`, `read_bookings`, `read_events`, `read_external_bookings` and
//! `write_bookings`.

use std::env;
use std::error::Error;
use std::io::{Write, stdout};

use cobot::api::v2;
use cobot::chrono::{DateTime, DurationRound as _, NaiveTime, TimeDelta, Utc};
use cobot::json_api::Single;
use cobot::{App, Client, Cobot, Connection, Connections, MemoryStore, Scopes, Site};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(token) = env::var("COBOT_TOKEN") {
        let cobot = connect(Site::production(), token).await?;
        return run(&cobot, Utc::now(), stdout()).await;
    }
    let sandbox = oauth_sandbox::Cobot::start().await?;
    let now = tomorrow_at_eight(&sandbox);
    let cobot = connect(Site::at(sandbox.url())?, sandbox.registration_token().to_owned()).await?;
    run(&cobot, now, stdout()).await
}

/// Advances the sandbox's clock to the next morning: its first bookings are on that day.
pub(crate) fn tomorrow_at_eight(sandbox: &oauth_sandbox::Cobot) -> DateTime<Utc> {
    let midnight = sandbox.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let morning = midnight + TimeDelta::hours(24 + 8);
    sandbox.advance((morning - sandbox.now()).to_std().unwrap_or_default());
    morning
}

pub(crate) async fn connect(site: Site, token: String) -> Result<Connection<Cobot>, cobot::Error> {
    let client = Client::new(site, App::none())?;
    let token = client.import_token(token, Scopes::none())?;
    Connections::new(client, MemoryStore::new()).insert("rooms", token).await
}

/// Prints the rooms, books one from the next full hour, and cancels the booking.
pub(crate) async fn run(
    cobot: &Connection<Cobot>,
    now: DateTime<Utc>,
    mut out: impl Write,
) -> Result<(), Box<dyn Error>> {
    let user = cobot.send(&v2::User::new().include(["adminOf"])).await?;
    let space = user.related("adminOf").into_iter().next().ok_or("you administer no space")?;
    let space = cobot.send(&v2::Space::new(space.id)).await?;

    let hour = TimeDelta::hours(1);
    let from = now.duration_trunc(hour)? + hour;
    let name = space.name.as_deref().unwrap_or(&space.id);
    writeln!(out, "{name} on {} (times in UTC)", from.date_naive())?;
    show(cobot, &space.id, from, &mut out).await?;

    let free = cobot.send(&v2::AvailableResources::new(&space.id, from, from + hour)).await?;
    let Some(room) = free.first() else {
        writeln!(out, "\nno room is free at {}", from.format("%H:%M"))?;
        return Ok(());
    };
    let booking = v2::NewBooking::new(from, from + hour, room).title("Interview");
    let booking = cobot.send(&v2::CreateBooking::new(booking)).await?;
    let price = booking.price.as_ref();
    let (gross, currency) = price.map_or(("?", ""), |price| {
        (price.gross.as_deref().unwrap_or("?"), price.currency.as_deref().unwrap_or_default())
    });
    // A booking that cannot be shown is cancelled as well.
    let shown = async {
        writeln!(out, "\nbooked for {gross} {currency}:")?;
        show(cobot, &space.id, from, &mut out).await
    };
    let shown = shown.await;
    cobot.send(&v2::DeleteBooking::new(&booking.id)).await?;
    shown?;

    writeln!(out, "\ncancelled:")?;
    show(cobot, &space.id, from, &mut out).await
}

/// Prints each room with its bookings on the day of `time`.
async fn show(
    cobot: &Connection<Cobot>,
    space: &str,
    time: DateTime<Utc>,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let midnight = time.date_naive().and_time(NaiveTime::MIN).and_utc();
    let mut bookings = Vec::new();
    let mut pages = cobot.pages(v2::Bookings::new(space, midnight, midnight + TimeDelta::days(1)));
    while let Some(booking) = pages.next().await {
        bookings.push(booking?);
    }
    let mut rooms = cobot.pages(v2::Resources::new(space));
    while let Some(room) = rooms.next().await {
        let room = room?;
        writeln!(out, "  {}", room.name.as_deref().unwrap_or(&room.id))?;
        let is_here = |booking: &&Single<v2::BookingAttributes>| {
            booking.related("resource").iter().any(|resource| resource.id == room.id)
        };
        for booking in bookings.iter().filter(is_here) {
            let time =
                |at: Option<DateTime<Utc>>| at.map_or("?".to_owned(), |at| at.format("%H:%M").to_string());
            let title = booking.title.as_deref().unwrap_or("booked");
            let member = booking.name.as_deref().unwrap_or("the team");
            writeln!(out, "    {}-{} {title}, {member}", time(booking.from), time(booking.to))?;
        }
    }
    Ok(())
}
