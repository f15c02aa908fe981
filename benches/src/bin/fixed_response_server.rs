//! A token endpoint with a fixed response: the upper bound for any server.

use std::future::pending;
use std::io::Write as _;

use benches::server::Server;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start().await;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}/oauth/token", server.origin()).expect("stdout is open");
        stdout.flush().expect("stdout is open");
        pending::<()>().await
    });
}
