//! Made-up content that every portal has access to.

use serde_json::{Value, json};

/// The title, kind, language and minutes of each item.
const ITEMS: [(&str, &str, &str, u32); 24] = [
    ("Fire Safety at Work", "course", "en", 45),
    ("Giving Feedback", "course", "en", 30),
    ("Spotting Phishing", "video", "en", 6),
    ("Spreadsheets for Beginners", "course", "en", 120),
    ("First Aid: the Basics", "course", "en", 90),
    ("Remote Teams", "playlist", "en", 150),
    ("Lifting without Harm", "video", "en", 8),
    ("Privacy in Plain Words", "document", "en", 15),
    ("Asking Better Questions", "audio", "en", 22),
    ("Forklift Checklist", "interactive", "en", 12),
    ("Brandschutz am Arbeitsplatz", "course", "de", 45),
    ("Gesund am Bildschirm", "video", "de", 9),
    ("Premiers secours", "course", "fr", 90),
    ("Ergonomie au bureau", "video", "fr", 7),
    ("Welcome to the Company", "text", "en", 5),
    ("Bullying and Harassment", "course", "en", 40),
    ("Project Planning", "course", "en", 75),
    ("Writing Clear E-mails", "course", "en", 25),
    ("Inclusive Meetings", "video", "en", 11),
    ("Food Hygiene", "course", "en", 60),
    ("Presenting to a Room", "video", "en", 14),
    ("Manager's Toolkit", "playlist", "en", 200),
    ("Waste and Recycling", "link", "en", 4),
    ("Safe Driving Award", "award", "en", 240),
];

/// One piece of content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    number: usize,
    title: &'static str,
    pub(super) kind: &'static str,
    pub(super) language: &'static str,
    minutes: u32,
}

/// All content in a fixed order.
pub(super) fn items() -> impl Iterator<Item = Item> {
    ITEMS.into_iter().enumerate().map(|(at, (title, kind, language, minutes))| Item {
        number: 2_170_001 + at,
        title,
        kind,
        language,
        minutes,
    })
}

impl Item {
    /// Checks that the title contains every word of `words`.
    pub(super) fn matches_keywords(&self, words: &str) -> bool {
        let title = self.title.to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| title.contains(word))
    }

    /// The gateway's representation.
    pub(super) fn gateway_json(&self) -> Value {
        let time = format!("2024-07-{:02}T08:30:00.000Z", self.number % 28 + 1);
        json!({
            "id": format!("con_01HB{:022}", self.number),
            "lo_id": self.number,
            "created_time": time,
            "updated_time": time,
            "updated_media_time": time,
            "updated_metadata_time": time,
            "core": {
                "type": self.kind,
                "title": self.title,
                "description": self.description(),
                "image": { "key": "thumbnail", "value": self.image(), "mimetype": "image/png" },
                "provider_id": 1_100_042,
                "external_id": null,
            },
        })
    }

    /// Version 2's representation.
    pub(super) fn v2_json(&self) -> Value {
        json!({
            "id": self.number,
            "type": self.kind,
            "title": self.title,
            "description": self.description(),
            "language": self.language,
            "image": self.image(),
            "delivery": { "duration": self.minutes * 60 },
            "provider": { "id": 1_100_042, "name": "Sandbox Publishing" },
        })
    }

    fn description(&self) -> String {
        format!("{}: {} minutes of made-up content.", self.title, self.minutes)
    }

    fn image(&self) -> String {
        format!("https://images.example/{}.png", self.number)
    }
}
