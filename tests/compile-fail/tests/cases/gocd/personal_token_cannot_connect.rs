fn connect(personal: gocd::oauth_core::Client<gocd::Personal>) {
    let _ = personal.begin(&gocd::Connect::new());
}

fn main() {}
