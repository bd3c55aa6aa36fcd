//! License servers: what their status commands print, read into counts; and how much of it is free for jobs. Pure.
//!
//! [`read`] turns the text into a [`ServerStatus`]; [`match_leases`] finds our own jobs in it, and [`available`] says
//! how many licenses may still be given out. A server that is down is a fault and never a number: nothing is free
//! because nobody answered. `reading` collects what the readers find; each kind of server has a reader of its own:
//! `flexlm`, `rlm`, `lmx`, `lsdyna`, `olicense`, `dsls`.

mod available;
mod dsls;
mod flexlm;
mod kind;
mod lmx;
mod lsdyna;
mod olicense;
mod reading;
mod rlm;
mod status;
mod text;

pub use available::{Lease, Ours, available, match_leases};
pub use kind::ServerKind;
pub use status::{Checkout, Feature, ServerStatus, Total};
pub use text::MAX_BYTES;

use reading::Reading;
use soca_domain::Fault;

/// Reads what the status command of a server of this kind printed.
///
/// Give it whole: what is cut off is missed without a sign, and OLicense and FlexLM before version 7 tell only below
/// a feature how many of it are in use.
///
/// The command's exit status says nothing (`lmstat` exits 0 when the server is down), so the text alone decides.
///
/// # Errors
/// `LICENSE_SERVER_DOWN` if no server answered; `LICENSE_STATUS_UNREADABLE` if the text is over [`MAX_BYTES`] or is
/// not what the command prints.
pub fn read(kind: ServerKind, text: &str) -> Result<ServerStatus, Fault> {
    text::check_size(kind, text)?;
    let mut reading = Reading::default();
    match kind {
        ServerKind::FlexLm => flexlm::read(text, &mut reading),
        ServerKind::Rlm => rlm::read(text, &mut reading),
        ServerKind::LmX => lmx::read(text, &mut reading),
        ServerKind::LsDyna => lsdyna::read(text, &mut reading),
        ServerKind::OLicense => olicense::read(text, &mut reading),
        ServerKind::Dsls => dsls::read(text, &mut reading),
    }
    reading.finish(kind)
}
