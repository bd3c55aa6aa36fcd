//! Asks a person for something that must not be seen on the screen.

use std::io;

/// Asks for secrets.
pub trait Secrets {
    /// Shows the prompt on the terminal and reads a line without echo.
    ///
    /// # Errors
    /// There is no terminal, or it could not be read.
    fn ask(&self, prompt: &str) -> io::Result<String>;
}

/// The process's terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal;

impl Secrets for Terminal {
    fn ask(&self, prompt: &str) -> io::Result<String> {
        rpassword::prompt_password(prompt)
    }
}
