//! The program in the sandbox: it is stopped, a learner completes a course, and it is started again.

use std::fs;
use std::time::Duration;

use go1::{App, Client, Connect, Connection, Connections, Go1, MemoryStore, Site};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{Failure, SCOPES, run};

pub(crate) async fn play() -> Result<(), Failure> {
    let sandbox = oauth_sandbox::Go1::start().await?;
    let go1 = connect(&sandbox).await?;
    let folder = tempfile::tempdir()?; // deleted at the end
    let file = folder.path().join("completions.tsv");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let start = |listener| {
        let (go1, file) = (go1.clone(), file.clone());
        let url = format!("http://{address}/go1");
        tokio::spawn(
            async move { run(go1, listener, &url, "a key", &file, Duration::from_millis(500)).await },
        )
    };
    let second = Duration::from_secs(1);

    let program = start(listener);
    sleep(second).await;
    sandbox.complete_enrollment("8100002").await;
    stop(program).await?;
    println!("stopped, and a learner completes a course meanwhile");
    sandbox.complete_enrollment("8100003").await;
    println!("started again");
    let program = start(TcpListener::bind(address).await?);
    sleep(second).await;
    stop(program).await?;
    print!("\n{}", fs::read_to_string(&file)?);
    Ok(())
}

/// Stops the program, unless it has failed.
async fn stop(program: JoinHandle<Result<(), Failure>>) -> Result<(), Failure> {
    program.abort();
    match program.await {
        Ok(ended) => ended,
        Err(_cancelled) => Ok(()),
    }
}

/// Connects the portal of the sandbox's first user, an administrator.
pub(crate) async fn connect(sandbox: &oauth_sandbox::Go1) -> Result<Connection<Go1>, Failure> {
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let client = Client::new(Site::at(sandbox.url())?, app)?;
    let started = client.begin(&Connect::new(SCOPES))?;
    let callback = sandbox.approve(&started.url).await?;
    let token = client.finish(&started.pending, callback.as_str()).await?;
    Ok(Connections::new(client, MemoryStore::new()).insert("portal", token).await?)
}
