//! The terminal as it was before a secret was asked for.
//!
//! Whoever reads a secret turns the echo off, and on again once it was typed. Where the program ends before that, at a signal, nobody
//! else would.

/// Puts the terminal back as it is now, when it is dropped.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct TerminalModes(Option<(std::fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl TerminalModes {
    pub(crate) fn save() -> Self {
        let terminal = std::fs::File::open("/dev/tty").ok();
        Self(terminal.and_then(|file| rustix::termios::tcgetattr(&file).ok().map(|modes| (file, modes))))
    }
}

#[cfg(unix)]
impl Drop for TerminalModes {
    fn drop(&mut self) {
        if let Some((terminal, modes)) = &self.0 {
            // A terminal that is gone needs nothing any more.
            let _ = rustix::termios::tcsetattr(terminal, rustix::termios::OptionalActions::Now, modes);
        }
    }
}

/// Elsewhere a console's modes end with who set them.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct TerminalModes;

#[cfg(not(unix))]
impl TerminalModes {
    pub(crate) fn save() -> Self {
        Self
    }
}
