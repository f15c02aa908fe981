fn main() {
    let site = gocd::Site::at("https://go.example.com:8154").unwrap();
    let personal = gocd::Personal::client(site, "token").unwrap();
    let _ = personal.client().begin(&gocd::Connect::new());
}
