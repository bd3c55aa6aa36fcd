//! Whether the bytes are a script at all, and the script with its line ends put right.

use crate::report::{Report, Spot};
use soca_domain::{Code, Fault};

/// The largest script, in bytes: 1 MiB.
pub const MAX_SCRIPT_BYTES: usize = 1_048_576;

/// The script as text with Unix line ends; `None` after a fault that leaves nothing to read.
pub(crate) fn normalise(bytes: &[u8], report: &mut Report) -> Option<String> {
    if bytes.len() > MAX_SCRIPT_BYTES {
        let fault = Fault::new(
            Code::ScriptTooLarge,
            format!("The script has {} bytes; at most {MAX_SCRIPT_BYTES} are read.", bytes.len()),
            "Put the data into a file of its own on the shared file system and read it from there.",
        );
        report.fault_at(Spot::new(1, 1, "script"), fault);
        return None;
    }
    match decode(bytes) {
        Ok(text) => Some(put_right(text, report)),
        Err((at, what)) => {
            let fault = Fault::new(
                Code::BinaryScript,
                format!("The script is not text: it has {what}."),
                "Submit the script itself, as UTF-8 text, and start programs from it.",
            );
            report.fault_at(position(&bytes[..at]), fault);
            None
        }
    }
}

/// The text, or the offset of the first bad byte and what is wrong with it.
fn decode(bytes: &[u8]) -> Result<&str, (usize, &'static str)> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err((at, "a zero byte"));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| (e.valid_up_to(), "bytes that are not UTF-8"))?;
    let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    // Escape sequences for coloured messages are usual in small numbers; a tenth of the text is another matter.
    if text.chars().filter(control).count() * 10 > text.chars().count() {
        return Err((text.find(|c| control(&c)).unwrap_or(0), "too many control characters"));
    }
    Ok(text)
}

fn position(before: &[u8]) -> Spot {
    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
    let last = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let column = 1 + String::from_utf8_lossy(last).chars().count();
    Spot::new(u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX), "script")
}

fn put_right(text: &str, report: &mut Report) -> String {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    if plain.len() < text.len() {
        report.warn(Spot::new(1, 1, "script"), "The byte order mark at the start of the script was removed.");
    }
    if let Some(at) = plain.find("\r\n") {
        report.warn(position(&plain.as_bytes()[..at]), "Windows line ends were replaced by Unix line ends.");
    }
    plain.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> (Code, u32, u32) {
        let mut report = Report::default();
        assert_eq!(normalise(bytes, &mut report), None);
        let fault = report.into_faults().remove(0);
        let place = fault.place.unwrap();
        (fault.code, place.line, place.column)
    }

    #[test]
    fn what_is_not_a_script_is_refused_with_a_place_p11() {
        assert_eq!(fault(b"echo\nab\0c"), (Code::BinaryScript, 2, 3));
        assert_eq!(fault(b"\xffELF"), (Code::BinaryScript, 1, 1));
        assert_eq!(fault("é\u{1}\u{2}x".as_bytes()), (Code::BinaryScript, 1, 2));
        assert_eq!(fault(&vec![b'x'; MAX_SCRIPT_BYTES + 1]), (Code::ScriptTooLarge, 1, 1));
    }

    #[test]
    fn line_ends_and_byte_order_marks_are_put_right_with_a_warning() {
        let mut report = Report::default();
        let text = normalise("\u{feff}#!/bin/sh\r\ndate\r\n".as_bytes(), &mut report);
        assert_eq!(text.as_deref(), Some("#!/bin/sh\ndate\n"));
        assert_eq!(report.into_result().unwrap().len(), 2);
        assert!(normalise(&vec![b'\n'; MAX_SCRIPT_BYTES], &mut Report::default()).is_some());
    }
}
