//! A license server and a feature of it, from a map with its parts.

use crate::{
    fields,
    report::Report,
    yaml::{Entry, Node},
};
use soca_domain::id::shorten;

/// Where to ask, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseServer {
    /// The kind of server: `flexlm`. `None` where the file does not say it.
    pub provider: Option<String>,
    /// The program of an old entry: `/apps/license_check.py`.
    pub program: Option<String>,
    /// The server's host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The feature, as the server spells it.
    pub feature: String,
    /// How many licenses are left free for others; our `headroom`.
    pub minus: u32,
}

/// The keys of such a map.
const KEYS: &[&str] = &["server", "port", "feature", "minus", "provider"];

/// Whether a map is such a one rather than a vendor's: it then has a server or a feature that is a single value.
pub(super) fn is_one(node: &Node) -> bool {
    ["server", "feature", "port"]
        .iter()
        .any(|key| node.get(key).is_some_and(|value| value.entries().is_none()))
}

/// Reads the map.
pub(super) fn read(entry: &Entry, fields: &[Entry], report: &mut Report) -> Option<LicenseServer> {
    let (mut host, mut port, mut feature, mut minus, mut provider) = (None, None, None, Some(0), None);
    for field in fields {
        match field.key.as_str() {
            "server" => host = word(field, is_host, "a host name or address", report),
            "port" => port = fields::number(field, 1, u32::from(u16::MAX), report),
            "feature" => feature = word(field, is_feature, "a feature", report),
            "minus" => minus = fields::number(field, 0, u32::MAX, report),
            "provider" => provider = word(field, is_feature, "a kind of license server", report),
            _ => fields::unknown(field.spot(), KEYS.iter().copied(), report),
        }
    }
    let has = |key: &str| fields.iter().any(|field| field.key == key);
    for key in ["server", "port", "feature"].into_iter().filter(|key| !has(key)) {
        let message = format!("{} has no {key}.", shorten(&entry.key));
        report.unreadable(entry.spot(), message, "Say server, port and feature.");
    }
    if !has("provider") {
        report.warn(entry.spot(), "The kind of license server (provider) is not said.");
    }
    let port = u16::try_from(port?).expect("the number is within the bounds given");
    Some(LicenseServer { provider, program: None, host: host?, port, feature: feature?, minus: minus? })
}

fn word(field: &Entry, is_good: fn(&str) -> bool, what: &str, report: &mut Report) -> Option<String> {
    let text = fields::text(field, report)?;
    if is_good(text) {
        return Some(text.to_owned());
    }
    let message = format!("\"{}\" is not {what}.", shorten(text));
    report.bad_value(
        field.value.spot(&field.key),
        message,
        "Write it without blanks, and not with a dash first.",
    );
    None
}

/// A host name or address; with a dash first it would be an option of the command that asks.
pub(super) fn is_host(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-._:".contains(&b);
    !text.is_empty() && text.len() <= 253 && !text.starts_with('-') && text.bytes().all(is_part)
}

/// A feature's name: visible characters.
pub(super) fn is_feature(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_graphic())
}
