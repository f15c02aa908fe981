//! A sequence diagram of a provider's flow, drawn from the recorded requests of its client.

use std::fmt::Write as _;

use crate::fact::Fact;
use crate::portrait::Portrait;
use crate::recorded_flow::{Flow, Message, VARIABLE};

const BROWSER: usize = 0;
const APP: usize = 1;
const PROVIDER: usize = 2;
const API: usize = 3;

/// Horizontal positions of the lanes.
const LANES: [i32; 4] = [100, 360, 760, 1020];
const WIDTH: i32 = 1120;
const LINE_HEIGHT: i32 = 15;
/// Width of a monospace character.
const CHAR_WIDTH: i32 = 7;

/// One step, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A message; responses are dashed.
    Arrow { from: usize, to: usize, response: bool, lines: Vec<String> },
    /// A step without a message.
    Note(String),
}

/// The steps of a flow, for the diagram and its description.
fn steps(portrait: &Portrait, flow: &Flow) -> Vec<Step> {
    let arrow = |from, to, response, lines| Step::Arrow { from, to, response, lines };
    let mut steps = vec![
        arrow(APP, BROWSER, true, vec!["redirect to the authorize URL".to_owned()]),
        arrow(BROWSER, PROVIDER, false, request(&flow.authorize)),
        Step::Note("the user logs in and approves".to_owned()),
        arrow(PROVIDER, BROWSER, true, vec!["redirect to redirect_uri?code&state".to_owned()]),
        arrow(BROWSER, APP, false, vec!["GET redirect_uri".to_owned(), "? code, state".to_owned()]),
        Step::Note("the app checks state before it sends the code".to_owned()),
        arrow(APP, PROVIDER, false, request(&flow.exchange)),
        arrow(PROVIDER, APP, true, vec![flow.token_fields.join(", ")]),
        arrow(APP, API, false, request(&flow.call)),
        arrow(API, APP, true, vec!["the response".to_owned()]),
    ];
    match &flow.refresh {
        Some(refresh) => {
            steps.push(Step::Note(portrait.value(Fact::Renewal).unwrap_or_default().to_owned()));
            steps.push(arrow(APP, PROVIDER, false, request(refresh)));
            steps.push(arrow(PROVIDER, APP, true, vec![flow.token_fields.join(", ")]));
        }
        None => {
            steps.push(Step::Note("no refresh tokens: a rejected token needs a new connection".to_owned()));
        }
    }
    if portrait.value(Fact::EchoesStateOnError) == Some("no") {
        steps.push(Step::Note("if the user denies access, the callback has no state".to_owned()));
    }
    steps
}

/// `POST host/path`, the parameters and the headers.
fn request(message: &Message) -> Vec<String> {
    let mut lines = vec![format!("{} {}", message.method, message.url.trim_start_matches("https://"))];
    let params: Vec<String> = message
        .params
        .iter()
        .map(|(name, value)| if value == VARIABLE { name.clone() } else { format!("{name}={value}") })
        .collect();
    match message.params_in {
        "" => {}
        "query" => lines.push(format!("? {}", params.join(", "))),
        params_in => lines.push(format!("{params_in}: {}", params.join(", "))),
    }
    lines.extend(message.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines
}

/// The diagram as SVG.
pub(crate) fn svg(portrait: &Portrait, flow: &Flow) -> String {
    let host =
        |url: &str| url.trim_start_matches("https://").split('/').next().unwrap_or_default().to_owned();
    let heads = [
        ("Browser", "the user".to_owned()),
        ("Your app", format!("crate {}", portrait.name)),
        ("Provider", host(&flow.exchange.url)),
        ("API", host(&flow.call.url)),
    ];
    let steps = steps(portrait, flow);
    let mut body = String::new();
    let mut y = 80;
    for step in &steps {
        y = match step {
            Step::Arrow { from, to, response, lines } => arrow(&mut body, y, (*from, *to), *response, lines),
            Step::Note(text) => note(&mut body, y, text),
        };
    }
    let height = y + 10;
    let title = format!("Connection to {}", portrait.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"11.5\" \
         fill=\"#1f2328\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escaped(&title),
        escaped(&description(&steps)),
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

fn description(steps: &[Step]) -> String {
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

/// Draws text with an arrow below it. Returns the position of the next step.
fn arrow(out: &mut String, y: i32, lanes: (usize, usize), response: bool, lines: &[String]) -> i32 {
    let (from, to) = (LANES[lanes.0], LANES[lanes.1]);
    let left = from.min(to);
    let max_chars = usize::try_from(((from - to).abs() - 20) / CHAR_WIDTH).unwrap_or(20);
    let mut y = y;
    for line in lines.iter().flat_map(|line| wrapped(line, max_chars)) {
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{y}\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\">{}</text>",
            left + 10,
            escaped(&line)
        );
        y += LINE_HEIGHT;
    }
    let y = y - 6;
    let (dash, color) = if response { (" stroke-dasharray=\"5 4\"", "#57606a") } else { ("", "#0550ae") };
    let back = if to > from { -9 } else { 9 };
    let _ = writeln!(
        out,
        "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{color}\" stroke-width=\"1.5\"{dash}/>\n\
         <path d=\"M{to} {y} l{back} -4 v8 z\" fill=\"{color}\"/>"
    );
    y + 28
}

/// Draws a box across the lanes. Returns the position of the next step.
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

/// Lines of at most `max_chars` characters, broken at spaces.
fn wrapped(text: &str, max_chars: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let full = lines.last().is_some_and(|line| {
            !line.is_empty() && line.chars().count() + 1 + word.chars().count() > max_chars
        });
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
    fn wrapped_breaks_lines_at_spaces() {
        assert_eq!(wrapped("a, b, c, d", 6), ["a, b,", "  c, d"]);
        assert_eq!(wrapped("short", 6), ["short"]);
    }

    #[test]
    fn diagram_shows_recorded_requests() {
        let portraits = crate::all().unwrap();
        let words = |name: &str| {
            let portrait = portraits.iter().find(|portrait| portrait.name == name).unwrap();
            description(&steps(portrait, portrait.flow.as_ref().unwrap()))
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
