//! Cobot documents no client credentials grant.

fn client_credentials(client: cobot::Client) {
    drop(client.client_credentials([cobot::scope::READ_USER]));
}

fn main() {}
