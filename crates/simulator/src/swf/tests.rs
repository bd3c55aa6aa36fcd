//! What logs look like, and what is said of those that are broken.

use super::*;
use std::io::Write;

/// Two jobs with a header.
const GOOD: &str = "; Computer: toy\n; MaxProcs: 4 (all of them)\n;\n\n\
    1 0 -1 10.7 2 -1 -1 4 20 -1 1 7 -1 -1 -1 -1 -1 -1\n  2 5 0 3 1 -1 -1 -1 -1 -1 0 8 1 1 1 1 -1 -1 \r\n";

fn fault(text: &str) -> Fault {
    parse(text.as_bytes()).unwrap_err()
}

fn place(fault: &Fault) -> (u32, u32, &str) {
    let place = fault.place.as_ref().unwrap();
    (place.line, place.column, &place.name)
}

#[test]
fn an_empty_trace_is_refused() {
    for text in ["", "\n", "; MaxProcs: 4\n", "   \n;\n"] {
        assert_eq!(fault(text).code, Code::EmptyTrace, "{text:?}");
    }
}

#[test]
fn a_line_that_ends_early_names_the_field_that_is_missing() {
    let fault = fault("; x\n1 0 -1 10\n");
    assert_eq!((fault.code, place(&fault)), (Code::BadTrace, (2, 10, "allocated processors")));
    assert_eq!(fault.message, "Line 2 ends before field 5 (allocated processors).");
}

#[test]
fn a_word_that_is_no_number_is_shown_with_its_place() {
    for (word, shown) in [
        ("x", "x"),
        ("1e3", "1e3"),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("9999999999999", "9999999999999"),
    ] {
        let fault = fault(&format!("1 0 -1 {word} 2 -1 -1 4 20 -1 1 7 -1 -1 -1 -1 -1 -1"));
        assert_eq!((fault.code, place(&fault)), (Code::BadTrace, (1, 8, "run time")), "{word}");
        assert!(
            fault
                .message
                .contains(&format!("Field 4 (run time) of line 1 is no number in range: \"{shown}\""))
        );
    }
    let long = fault(&format!("{} 0", "é".repeat(50)));
    assert!(long.message.contains("…"), "{}", long.message);
}

#[test]
fn a_line_that_goes_on_is_refused() {
    let fault = fault("1 0 -1 10 2 -1 -1 4 20 -1 1 7 -1 -1 -1 -1 -1 -1 5");
    assert_eq!((fault.code, place(&fault).0), (Code::BadTrace, 1));
}

#[test]
fn what_begins_as_gzip_and_is_none_is_refused() {
    let fault = read(&[0x1f, 0x8b, 1, 2, 3][..]).unwrap_err();
    assert_eq!(fault.code, Code::BadTrace);
    assert!(fault.message.contains("gzip"), "{}", fault.message);
}

#[test]
fn binary_rubbish_is_refused() {
    assert_eq!(parse(&[0xff, 0xfe, 0, 1, 2]).unwrap_err().code, Code::BadTrace);
}

#[test]
fn a_log_is_read_plain_or_compressed() {
    let log = read(GOOD.as_bytes()).unwrap();
    let first =
        Row { job: 1, submit: 0, run: 10, allocated: 2, requested_procs: 4, requested_time: 20, user: 7 };
    assert_eq!(log.rows[0], first);
    assert_eq!((log.rows.len(), log.rows[1].requested_procs, log.rows[1].user), (2, -1, 8));
    assert_eq!((log.header.max_procs, log.header.computer.as_deref()), (Some(4), Some("toy")));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(GOOD.as_bytes()).unwrap();
    assert_eq!(read(&gzip.finish().unwrap()[..]).unwrap(), log);
}
