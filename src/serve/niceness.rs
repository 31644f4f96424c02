//! Who gives way to whom while processors are short. Linux gives each thread a niceness of its own, and a thread that is
//! started inherits it; refused or elsewhere, everything is done all the same.

#[cfg(target_os = "linux")]
use rustix::process::{Pid, getpriority_process, setpriority_process};

/// How far what can wait stands back behind answering.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The calling thread gives way.
pub(super) fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = setpriority_process(None, NICE);
}

/// All other threads of the process give way to the calling one, and so do those that they start.
pub(super) fn go_first() {
    // Threads that were started meanwhile, by one that did not give way yet, are found the next time.
    #[cfg(target_os = "linux")]
    while others_give_way() {}
}

/// Whether any had to be told.
#[cfg(target_os = "linux")]
fn others_give_way() -> bool {
    let Ok(own) = std::fs::read_link("/proc/thread-self") else { return false };
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let others = threads.map(|thread| thread.file_name()).filter(|name| own.file_name() != Some(name));
    let ids = others.filter_map(|name| Pid::from_raw(name.to_str()?.parse().ok()?));
    let goes_first = |id: &Pid| getpriority_process(Some(*id)).is_ok_and(|niceness| niceness < NICE);
    ids.filter(goes_first).filter(|id| setpriority_process(Some(*id), NICE).is_ok()).count() > 0
}
