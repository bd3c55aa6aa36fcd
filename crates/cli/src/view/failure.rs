//! How failures look.

use super::text::{Style, plain};
use crate::failure::Refusal;
use soca_wire::api::{ErrorDetail, Place, Warning};

/// A refusal for people: `error[CODE]: …` with place and remedy, once for each fault.
pub fn refusal(refusal: &Refusal, style: Style) -> String {
    let body = &refusal.body;
    let file = refusal.file.as_deref();
    let mut text = fault(style, &body.code, &body.message, &body.remedy, body.place.as_ref(), file);
    for ErrorDetail { code, message, remedy, place } in &body.more {
        text += &fault(style, code, message, remedy, place.as_ref(), file);
    }
    if let (Some(id), Some(500..)) = (&body.request_id, refusal.http) {
        text += &format!("  request: {}\n", plain(id));
    }
    text
}

fn fault(
    style: Style,
    code: &str,
    message: &str,
    remedy: &str,
    place: Option<&Place>,
    file: Option<&str>,
) -> String {
    let label = style.bad(&format!("error[{}]", plain(code)));
    let at =
        place.map(|place| format!("  at {}\n", spot(place.line, place.column, file))).unwrap_or_default();
    let remedy = if remedy.is_empty() { String::new() } else { format!("  remedy: {}\n", plain(remedy)) };
    format!("{label}: {}\n{at}{remedy}", plain(message))
}

fn spot(line: u32, column: u32, file: Option<&str>) -> String {
    match line {
        0 => "the command line".to_owned(),
        line => format!("{}:{line}:{column}", plain(file.unwrap_or("script"))),
    }
}

/// A refusal for programs: the API's own body.
pub fn json(refusal: &Refusal) -> String {
    serde_json::to_string(&refusal.body).unwrap_or_default()
}

/// What was accepted with a remark.
pub fn warning(warning: &Warning, file: &str, style: Style) -> String {
    let label = style.notable("warning");
    let at = spot(warning.line, warning.column, Some(file));
    format!("{label}: {}\n  at {at}\n", plain(&warning.message))
}
