//! FlexLM and FlexNet: what `lmutil lmstat -a` and `-f feature` print, versions 6 to 11.
//!
//! The form is in no manual; it is taken from the examples of the *FlexNet Publisher License Administration Guide*
//! ("lmstat") and from the output of real servers. A text has a block for each server of the list, with the state of
//! its machines and daemons, then a `Users of` line for each feature, then the checkouts of that feature.

mod checkout;
mod feature;

use crate::{reading::Reading, text::says};
use checkout::Line;

/// What lmstat prints, in lower case, where a server or a vendor's daemon does not answer.
const DOWN: &[&str] = &[
    "error getting status",
    "cannot connect to license server",
    "cannot read data from license server",
    "failed to connect",
    "license server down",
    "license server machine is down",
    "vendor daemon is down",
    "lmgrd is not running",
    "no socket connection to license server",
    "cannot find license file",
    "invalid host",
];

/// What shows, in lower case, that lmstat has printed the text at all.
const SIGNS: &[&str] = &[
    "lmstat - copyright",
    "lmutil - copyright",
    "flexible license manager status",
    "license server status:",
    "license server up",
    "feature usage info:",
];

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut current: Option<String> = None;
    for line in text.lines() {
        if let Some((name, users)) = feature::name(line) {
            current = Some(name.to_owned());
            reading.pool(name, feature::pool(users));
        } else if let Some(found) = checkout::read(line) {
            keep(found, current.as_deref(), reading);
        } else if says(line, DOWN) {
            reading.down(line);
        } else if says(line, SIGNS) {
            reading.recognise();
        }
        // Versions, vendor strings, expiry dates and "floating license" say nothing that is wanted.
    }
}

/// Gives a checkout to the feature whose block it stands in.
fn keep(found: Line, feature: Option<&str>, reading: &mut Reading) {
    match (found, feature) {
        (Line::Held(checkout), Some(name)) => reading.checkout(name, checkout),
        (Line::Held(_), None) => reading.warn("A checkout stands before any feature and is left out.".into()),
        (Line::Reserved | Line::Queued, _) => {}
    }
}
