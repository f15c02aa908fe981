//! Restores the terminal after a prompt without echo.
//!
//! rpassword turns echo off and on again. If a signal ends the program in between, `TerminalModes` turns it
//! back on.

/// Restores the saved terminal modes on drop.
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
            // Nothing to restore if the terminal is gone.
            let _ = rustix::termios::tcsetattr(terminal, rustix::termios::OptionalActions::Now, modes);
        }
    }
}

/// Not needed on other platforms: console modes end with the process.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct TerminalModes;

#[cfg(not(unix))]
impl TerminalModes {
    pub(crate) fn save() -> Self {
        Self
    }
}
