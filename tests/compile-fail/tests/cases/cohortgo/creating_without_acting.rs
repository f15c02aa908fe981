//! `auto-create-users` goes only together with `act-as-user`.

fn main() {
    let _ = cohortgo::Connect::new().creating_users();
}
