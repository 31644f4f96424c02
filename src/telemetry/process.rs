//! What this process uses, as the system tells it. Where there is no `/proc`, nothing is told.

use std::fs;

/// Linux counts CPU time in hundredths of a second wherever programs see it.
const TICKS: f64 = 100.0;

/// What the process uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usage {
    /// Resident memory, bytes.
    pub(super) resident: f64,
    /// Open file descriptors.
    pub(super) descriptors: f64,
    /// CPU time, seconds.
    pub(super) cpu: f64,
}

/// What it uses now.
pub(super) fn usage() -> Option<Usage> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let descriptors = fs::read_dir("/proc/self/fd").ok()?.count();
    // The one that reads the list is among them.
    let descriptors = f64::from(u32::try_from(descriptors.saturating_sub(1)).ok()?);
    Some(Usage { resident: resident(&status)?, descriptors, cpu: cpu(&stat)? })
}

fn resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(f64::from(kilobytes) * 1024.0)
}

/// User and system time: the 14th and 15th field; the second is a name that may hold anything, in parentheses.
fn cpu(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2_097_152.0));
        assert_eq!(resident("Name:\tx\n"), None);
        assert_eq!(cpu("7 (a) b) c) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 0 0 20"), Some(2.0));
        assert_eq!(cpu("7 (a"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_something() {
        let usage = usage().unwrap();
        assert!(usage.resident > 100_000.0 && usage.descriptors >= 3.0);
    }
}
