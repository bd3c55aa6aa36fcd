//! Logs as one JSON object per line; `LOG_LEVEL` filters them (default `info`, the SDKs `warn`).

use tracing_subscriber::EnvFilter;

/// Begins logging. To be called first in every `main`.
pub fn start_logs() {
    let level = crate::env::text("LOG_LEVEL").unwrap_or_else(|| "info".into());
    // Our crates at the wished level, everybody else's at warn.
    let filter = EnvFilter::try_new(format!(
        "warn,soca_app={level},soca_http={level},soca_cloud_aws={level},soca_runtime={level}"
    ));
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("warn,soca_app=info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_target(false).init();
}

/// Logs an error with its causes, once, where it leaves the function.
pub fn log_error(error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    tracing::error!(error = text, "the function failed");
}
