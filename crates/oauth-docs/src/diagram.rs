//! A provider's flow as a picture: drawn from what its client really sent, so that it cannot say otherwise.

use std::fmt::Write as _;

use oauth_core::facts::Fact;

use crate::observe::{ANY, Flow, Message};
use crate::portrait::Portrait;

const BROWSER: usize = 0;
const APP: usize = 1;
const PROVIDER: usize = 2;
const API: usize = 3;

/// Where the lanes stand.
const LANES: [i32; 4] = [100, 360, 760, 1020];
const WIDTH: i32 = 1120;
const LINE: i32 = 15;
/// Of a character of the wire's font.
const ADVANCE: i32 = 7;

/// One thing that happens, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Somebody sends something; an answer is dashed.
    Arrow { from: usize, to: usize, answer: bool, lines: Vec<String> },
    /// Something that nobody sends.
    Note(String),
}

/// What happens, in words: what the picture shows, and what its description says.
fn steps(portrait: &Portrait, flow: &Flow) -> Vec<Step> {
    let arrow = |from, to, answer, lines| Step::Arrow { from, to, answer, lines };
    let mut steps = vec![
        arrow(APP, BROWSER, true, vec!["redirect to the authorize URL".to_owned()]),
        arrow(BROWSER, PROVIDER, false, request(&flow.authorize)),
        Step::Note("the person logs in and approves".to_owned()),
        arrow(PROVIDER, BROWSER, true, vec!["redirect to redirect_uri?code&state".to_owned()]),
        arrow(BROWSER, APP, false, vec!["GET redirect_uri".to_owned(), "? code, state".to_owned()]),
        Step::Note("state is checked before anything is sent".to_owned()),
        arrow(APP, PROVIDER, false, request(&flow.exchange)),
        arrow(PROVIDER, APP, true, vec![flow.reply.join(", ")]),
        arrow(APP, API, false, request(&flow.call)),
        arrow(API, APP, true, vec!["the answer".to_owned()]),
    ];
    match &flow.refresh {
        Some(refresh) => {
            steps.push(Step::Note(portrait.value(Fact::Renewal).unwrap_or_default().to_owned()));
            steps.push(arrow(APP, PROVIDER, false, request(refresh)));
            steps.push(arrow(PROVIDER, APP, true, vec![flow.reply.join(", ")]));
        }
        None => {
            steps.push(Step::Note("no refresh tokens: a refused token needs a new connection".to_owned()));
        }
    }
    if portrait.value(Fact::StateOnErrors) == Some("no") {
        steps.push(Step::Note("a person who says no comes back without state".to_owned()));
    }
    steps
}

/// `POST https://host/path`, where its parameters stand, and what they are.
fn request(message: &Message) -> Vec<String> {
    let mut lines = vec![format!("{} {}", message.method, message.url.trim_start_matches("https://"))];
    let params: Vec<String> = message
        .params
        .iter()
        .map(|(name, value)| if value == ANY { name.clone() } else { format!("{name}={value}") })
        .collect();
    match message.place {
        "" => {}
        "query" => lines.push(format!("? {}", params.join(", "))),
        place => lines.push(format!("{place}: {}", params.join(", "))),
    }
    lines.extend(message.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines
}

/// The picture.
pub(crate) fn svg(portrait: &Portrait, flow: &Flow) -> String {
    let host =
        |url: &str| url.trim_start_matches("https://").split('/').next().unwrap_or_default().to_owned();
    let heads = [
        ("Browser", "the person".to_owned()),
        ("Your app", format!("crate {}", portrait.name)),
        ("Provider", host(&flow.exchange.url)),
        ("API", host(&flow.call.url)),
    ];
    let steps = steps(portrait, flow);
    let mut body = String::new();
    let mut y = 80;
    for step in &steps {
        y = match step {
            Step::Arrow { from, to, answer, lines } => arrow(&mut body, y, (*from, *to), *answer, lines),
            Step::Note(text) => note(&mut body, y, text),
        };
    }
    let height = y + 10;
    let title = format!("How a connection to {} is made", portrait.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"11.5\" \
         fill=\"#1f2328\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escaped(&title),
        escaped(&in_words(&steps)),
    );
    for (x, (name, below)) in LANES.into_iter().zip(&heads) {
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"52\" x2=\"{x}\" y2=\"{height}\" stroke=\"#c4cbd3\"/>\n\
             <text x=\"{x}\" y=\"24\" text-anchor=\"middle\" font-size=\"15\" font-weight=\"bold\" \
             font-family=\"sans-serif\">{}</text>\n\
             <text x=\"{x}\" y=\"42\" text-anchor=\"middle\" fill=\"#57606a\">{}</text>",
            escaped(name),
            escaped(below),
        );
    }
    out + &body + "</svg>\n"
}

fn in_words(steps: &[Step]) -> String {
    let names = ["Browser", "Your app", "Provider", "API"];
    let words: Vec<String> = steps
        .iter()
        .map(|step| match step {
            Step::Arrow { from, to, lines, .. } => {
                format!("{} to {}: {}.", names[*from], names[*to], lines.join("; "))
            }
            Step::Note(text) => format!("{text}."),
        })
        .collect();
    words.join(" ")
}

/// Text above a line, and below the last; returns where the next step begins.
fn arrow(out: &mut String, y: i32, lanes: (usize, usize), answer: bool, lines: &[String]) -> i32 {
    let (from, to) = (LANES[lanes.0], LANES[lanes.1]);
    let left = from.min(to);
    let room = usize::try_from(((from - to).abs() - 20) / ADVANCE).unwrap_or(20);
    let mut y = y;
    for line in lines.iter().flat_map(|line| wrapped(line, room)) {
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{y}\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\">{}</text>",
            left + 10,
            escaped(&line)
        );
        y += LINE;
    }
    let y = y - 6;
    let (dash, color) = if answer { (" stroke-dasharray=\"5 4\"", "#57606a") } else { ("", "#0550ae") };
    let back = if to > from { -9 } else { 9 };
    let _ = writeln!(
        out,
        "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{color}\" stroke-width=\"1.5\"{dash}/>\n\
         <path d=\"M{to} {y} l{back} -4 v8 z\" fill=\"{color}\"/>"
    );
    y + 28
}

/// A box across the lanes; returns where the next step begins.
fn note(out: &mut String, y: i32, text: &str) -> i32 {
    let (left, right) = (LANES[BROWSER], LANES[PROVIDER]);
    let _ = writeln!(
        out,
        "<rect x=\"{left}\" y=\"{}\" width=\"{}\" height=\"22\" rx=\"4\" fill=\"#fff8c5\" stroke=\"#d4a72c\"/>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"13\">{}</text>",
        y - 14,
        right - left,
        (left + right) / 2,
        y + 1,
        escaped(text),
    );
    y + 36
}

/// Lines of at most so many characters, broken at spaces.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room);
        if full {
            lines.push("  ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_at_spaces() {
        assert_eq!(wrapped("a, b, c, d", 6), ["a, b,", "  c, d"]);
        assert_eq!(wrapped("short", 6), ["short"]);
    }

    #[test]
    fn the_picture_follows_what_is_sent() {
        let portraits = crate::all().unwrap();
        let words = |name: &str| {
            let portrait = portraits.iter().find(|portrait| portrait.name == name).unwrap();
            in_words(&steps(portrait, portrait.flow.as_ref().unwrap()))
        };
        let exchange = |name: &str| words(name).split("Your app to Provider: ").nth(1).unwrap().to_owned();
        assert!(
            !exchange("cobot").contains("redirect_uri")
                && words("cobot").contains("code_challenge_method=S256")
        );
        assert!(exchange("cohortgo").contains("mode=server") && words("cohortgo").contains("X-Act-as-User"));
        assert!(
            exchange("go1").contains("multipart form") && words("go1").contains("grant_type=refresh_token")
        );
        assert!(exchange("gocd").contains("grant_type=authorization-code"));
        assert!(words("gocd").contains("Authorization: Token token=\"…\""));
    }
}
