//! The one place where functions read the clock.

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the shell's clock")]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
