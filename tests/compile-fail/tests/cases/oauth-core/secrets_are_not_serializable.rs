fn serialize<T: serde::Serialize>(_: &T) {}

fn main() {
    serialize(&oauth_core::AccessToken::new("token"));
}
