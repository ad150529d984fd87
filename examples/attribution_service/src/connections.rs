//! Connections: accepted, held to time limits, and ended one after another when the service stops.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// How long to wait when no connection can be accepted, as when all file descriptors are in use.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// Accepts connections until `stop` is done, then waits until the requests under way are answered. A connection ends when the head of a
/// request, or the next request, takes longer than the limit.
pub(crate) async fn serve(listener: TcpListener, router: Router, limit: Duration, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => attend(stream, router.clone(), limit, &graceful),
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            () = &mut stop => break,
        }
    }
    // Else clients would go on to connect to a service that is about to end.
    drop(listener);
    graceful.shutdown().await;
}

fn attend(stream: TcpStream, router: Router, limit: Duration, graceful: &GracefulShutdown) {
    // An answer goes out when it is there: without this, its last packet may wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limit).max_buf_size(LONGEST_HEAD);
    let connection = protocol.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    // An error is that of a client that went away, or was too slow.
    tokio::spawn(async move { drop(connection.await) });
}
