//! A token endpoint that says the same whatever it is asked: what is left of a server when it does nothing.

use std::future::pending;
use std::io::Write as _;

use benches::server::Server;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start().await;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}/oauth/token", server.origin()).expect("somebody reads this");
        stdout.flush().expect("somebody reads this");
        pending::<()>().await
    });
}
