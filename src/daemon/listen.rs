//! The sockets that the daemon listens on: handed over by the service manager (systemd.socket(5)), or bound by ourselves.

use crate::config::Listeners;
use anyhow::{Context, bail};
use listenfd::ListenFd;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Sockets that were handed over.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    public: Option<std::net::TcpListener>,
    admin: Option<std::net::TcpListener>,
}

impl Inherited {
    /// Takes what the process was handed. `names` are the service manager's for them (`LISTEN_FDNAMES`): `http` and `admin`;
    /// under other names, or none, they count in this order.
    ///
    /// To be called before threads are started: it clears variables of the environment.
    pub(crate) fn take(names: Option<&str>) -> anyhow::Result<Self> {
        let mut handed = ListenFd::from_env();
        let names: Vec<&str> = names.unwrap_or_default().split(':').collect();
        let by_order = !names.iter().any(|name| matches!(*name, "http" | "admin"));
        let mut inherited = Self::default();
        for place in 0..handed.len() {
            let listener =
                handed.take_tcp_listener(place).context("what the service manager hands over cannot be used")?;
            let name = names.get(place).copied().unwrap_or_default();
            match (name, place) {
                ("http", _) => inherited.public = listener,
                ("admin", _) => inherited.admin = listener,
                (_, 0) if by_order => inherited.public = listener,
                (_, 1) if by_order => inherited.admin = listener,
                _ => bail!("socket {} from the service manager is one too many; there are http and admin", place + 1),
            }
        }
        Ok(inherited)
    }
}

/// The sockets, listening.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) public: TcpListener,
    pub(super) admin: TcpListener,
}

impl Sockets {
    /// Takes over what was handed over and binds the rest.
    pub(super) async fn open(inherited: Inherited, configured: Listeners) -> anyhow::Result<Self> {
        raise_descriptors();
        let public = open(inherited.public, configured.listen, "[serve] listen").await?;
        let admin = open(inherited.admin, configured.admin, "[serve] admin").await?;
        let (readers, operator) = (public.local_addr()?, admin.local_addr()?);
        tracing::info!(
            public = %readers,
            admin = %operator,
            "listening: http://{readers}/ is for readers, http://{operator}/ for the operator",
        );
        Ok(Self { public, admin })
    }
}

/// Takes as many descriptors as the system lets us have: of the 1,024 that a shell gives, a burst of readers would leave none
/// for files.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::debug!(%error, "the number of descriptors stays as it is");
    }
}

/// Listens on an address; `key` is where it was written.
pub(crate) async fn listen(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    open(None, address, key).await
}

async fn open(inherited: Option<std::net::TcpListener>, address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    let listener = match inherited {
        Some(listener) => {
            listener.set_nonblocking(true)?;
            TcpListener::from_std(listener)?
        }
        None => TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address} ({key})"))?,
    };
    // Said once more, for who binds a socket decides on 128 or so: a burst of readers waits in the queue, which takes as
    // many as the system allows (net.core.somaxconn), and not for a second try.
    rustix::net::listen(&listener, i32::MAX).with_context(|| format!("cannot listen on {address} ({key})"))?;
    Ok(listener)
}
