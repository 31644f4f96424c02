//! Names to addresses, once per connection: what is checked here is what gets connected to.
//!
//! One address that is not public refuses the whole name (a name that points inside and outside is an attack or a
//! mistake; neither is to be connected to by luck).

use super::guard::Guard;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The name could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` cannot be resolved: {reason}")]
pub(super) struct LookupError {
    host: String,
    reason: String,
}

/// Resolves through fixed entries, then the system, and lets only admitted addresses through.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver {
    guard: Arc<Guard>,
    fixed: Arc<BTreeMap<String, Vec<IpAddr>>>,
}

impl GuardedResolver {
    pub(super) fn new(guard: Arc<Guard>, fixed: &BTreeMap<String, Vec<IpAddr>>) -> Self {
        let fixed = fixed.iter().map(|(host, addresses)| (folded(host), addresses.clone())).collect();
        Self { guard, fixed: Arc::new(fixed) }
    }

    async fn lookup(self, host: String) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
        let addresses: Vec<SocketAddr> = if let Some(addresses) = self.fixed.get(&folded(&host)) {
            addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect()
        } else {
            tokio::net::lookup_host((host.as_str(), 0))
                .await
                .map_err(|error| LookupError { host: host.clone(), reason: error.to_string() })?
                .collect()
        };
        if addresses.is_empty() {
            return Err(LookupError { host, reason: "it has no address".to_owned() }.into());
        }
        for address in &addresses {
            self.guard.address(address.ip())?;
        }
        Ok(Box::new(addresses.into_iter()))
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(self.clone().lookup(name.as_str().to_owned()))
    }
}

/// Names compare in punycode, lower case, without the root's dot.
fn folded(host: &str) -> String {
    let ascii = url::Host::parse(host).map_or_else(|_| host.to_lowercase(), |parsed| parsed.to_string());
    ascii.trim_end_matches('.').to_owned()
}
