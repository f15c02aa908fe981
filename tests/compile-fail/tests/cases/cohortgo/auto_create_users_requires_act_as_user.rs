//! The scope `auto-create-users` requires `act-as-user`.

fn main() {
    let _ = cohortgo::Connect::new().creating_users();
}
