//! From start to shutdown.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use crate::alertmanager::Kept;
use crate::arguments::Arguments;
use crate::counters::Counters;
use crate::explainer::Explainer;
use crate::guard::Guard;
use crate::http::router;
use crate::service::Service;
use crate::{connections, source, workers};

/// How many connections may wait to be accepted; the kernel may allow fewer.
const BACKLOG: u32 = 16_384;
/// How long a shutdown waits for what was accepted: a client that never finishes its question shall not stop it.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until it is told to stop. The model is fitted while the service already listens.
///
/// # Errors
/// One line, when the service cannot listen or the model cannot be had.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    // Reading and writing take tens of microseconds a request: one thread does, and leaves the cores to those that compute.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let listener = {
        let _inside = runtime.enter();
        listen(arguments.listen).map_err(|error| format!("cannot listen on {}: {error}", arguments.listen))?
    };
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tell(&format!("listening on http://{address}"));

    let counters = Arc::new(Counters::new());
    let queue = workers::start(arguments.threads(), arguments.queue as usize, &counters)?;
    let guard = Guard::new(arguments.listen, &arguments.allow_host, arguments.token()?);
    let client_limit = Duration::from_secs(arguments.client_limit_s);
    let (explainer, limit, only_contributions) = (OnceLock::new(), arguments.limit_ms, arguments.contributions);
    let kept = Kept::default();
    let service =
        Arc::new(Service { explainer, queue, counters, limit, only_contributions, client_limit, guard, kept });
    thread::scope(|scope| {
        let (unfit, fit_failed) = oneshot::channel();
        let fitting = Arc::clone(&service);
        // Nothing waits for this thread but the end of the process, and that only as long as a fit takes.
        scope.spawn(move || match explainer_of(arguments) {
            Ok(explainer) => become_ready(&fitting, explainer),
            // Nobody listens where the service was told to stop before.
            Err(message) => drop(unfit.send(message)),
        });
        runtime.block_on(serve(listener, service, fit_failed))
    })
}

pub(crate) fn explainer_of(arguments: &Arguments) -> Result<Explainer, String> {
    let (model, report) = source::model(arguments)?;
    Explainer::new(model, report, &arguments.unit).map_err(|error| error.to_string())
}

fn become_ready(service: &Service, explainer: Explainer) {
    let model = explainer.model();
    let after = service.counters.started.elapsed().as_secs_f64();
    let ready = format!("ready after {after:.2} s: a model of {} nodes", model.graph().node_count());
    // Set once only: there is one such thread.
    let _ = service.explainer.set(Arc::new(explainer));
    tell(&ready);
}

async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    fit_failed: oneshot::Receiver<String>,
) -> Result<(), String> {
    let (stop, stopped) = oneshot::channel::<()>();
    let client_limit = service.client_limit;
    let serving = connections::serve(listener, router(service), client_limit, async move { drop(stopped.await) });
    let serving = tokio::spawn(serving);
    let outcome = tokio::select! {
        () = told_to_stop() => Ok(()),
        Ok(message) = fit_failed => Err(message),
    };
    drop(stop);
    if tokio::time::timeout(GRACE, serving).await.is_err() {
        eprintln!("some clients did not finish their questions within {} s of the shutdown", GRACE.as_secs());
    }
    outcome
}

/// A listener with a long backlog, so that thousands may connect at the same moment.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if cfg!(unix) {
        // Else the address is taken for a minute after a restart.
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    drop(tokio::signal::ctrl_c().await);
}

/// A line on standard output, for whoever reads it.
fn tell(line: &str) {
    let mut output = io::stdout();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}
