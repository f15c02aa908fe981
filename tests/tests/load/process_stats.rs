//! Memory and sockets of this process (on Linux).

use std::fs;

/// Peak memory of this process in KiB.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Number of open sockets of this process.
pub(crate) fn open_sockets() -> Option<usize> {
    let files = fs::read_dir("/proc/self/fd").ok()?;
    let is_socket = |file: &fs::DirEntry| {
        fs::read_link(file.path()).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    Some(files.filter_map(Result::ok).filter(is_socket).count())
}
