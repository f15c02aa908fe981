//! Cobot issues no refresh tokens.

fn refresh(client: cobot::Client, token: cobot::Token) {
    drop(client.refresh(&token));
}

fn main() {}
