//! Servers that are down, and texts that no server printed: always a fault, never a number.

use crate::samples;
use soca_domain::Code;
use soca_license_servers::{MAX_BYTES, ServerKind, Total, read};

/// What each command prints when nobody answers.
const DOWN: &[(ServerKind, &str)] = &[
    (
        ServerKind::FlexLm,
        "lmstat - Copyright (c) 1989-2030 Example. All rights reserved.
Flexible License Manager status on Tue 5/7/2030 09:12

Error getting status: Cannot connect to license server (-15,570:111 \"Connection refused\")
",
    ),
    (
        ServerKind::FlexLm,
        "License server status: 27000@lic1
lic1: license server UP (MASTER) v10.8
Vendor daemon status (on lic1):
   vend: The desired vendor daemon is down. (-97,121)
Feature usage info:
",
    ),
    (ServerKind::FlexLm, "lmgrd is not running: Cannot connect to license server system. (-15,578:10049)"),
    (
        ServerKind::Rlm,
        "rlmutil v14.2

Error connecting to \"rlm\" server

Connection attempted to host: \"\" on port 5053
",
    ),
    (
        ServerKind::LmX,
        "LM-X End-user Utility v5.5
LM-X license server(s):
----------------------------------------
There are no license server(s) available.
",
    ),
    (ServerKind::LsDyna, "Using default server 31010@localhost\n*** ERROR failed to open server localhost\n"),
    (
        ServerKind::OLicense,
        "olixtool 4.8.0 - OLicense XML Status Application

Server: <10.0.0.1:80:0> (Proxy: <>)

OlComm 454 Request cannot connect to target
",
    ),
    (
        ServerKind::Dsls,
        "License Administration Tool Version 6.4 Built on May 2, 2030.
Cannot connect to server localhost on port 1234
",
    ),
];

#[test]
fn a_server_that_is_down_is_a_fault() {
    for (kind, text) in DOWN {
        let fault = read(*kind, text).unwrap_err();
        assert_eq!(fault.code, Code::LicenseServerDown, "{kind}: {text}");
        assert!(fault.message.ends_with('.') && fault.remedy.contains(kind.program()), "{fault:?}");
    }
}

#[test]
fn what_no_server_printed_is_a_fault() {
    for kind in ServerKind::ALL {
        for text in
            ["", "\n\n", "bash: lmutil: command not found", "bash: rlmutil: command not found", "42", "{}"]
        {
            let fault = read(*kind, text).unwrap_err();
            assert_eq!(fault.code, Code::LicenseStatusUnreadable, "{kind}: {text:?}");
        }
    }
}

#[test]
fn what_is_too_long_is_a_fault() {
    let users = "Users of a:  (Total of 1 license issued;  Total of 0 licenses in use)\n";
    let text = users.repeat(MAX_BYTES / users.len() + 1);
    for kind in ServerKind::ALL {
        assert_eq!(read(*kind, &text).unwrap_err().code, Code::LicenseStatusUnreadable, "{kind}");
    }
}

#[test]
fn features_of_a_daemon_that_is_down_are_not_free() {
    let text = "License server status: 27000@lic1
   vend: The desired vendor daemon is down. (-97,121)
Users of solver: Cannot get users of solver: No such feature exists. (-5,222)
Users of mesher:  (Error: 4 licenses, unsupported by licensed server)
";
    let status = read(ServerKind::FlexLm, text).unwrap();
    assert_eq!(status.features.len(), 2);
    for feature in status.features.values() {
        assert!(matches!(feature.total, Total::Unknown(_)));
        assert_eq!(feature.available(&[], 0), 0);
    }
    assert!(status.warnings[0].contains("vendor daemon is down"), "{:?}", status.warnings);
}

#[test]
fn a_text_cut_short_never_has_more_free() {
    // These two tell below a feature what is in use.
    let known = |text: &str| ![samples::FLEXLM_OLD, samples::OLICENSE].contains(&text);
    for (kind, text) in samples::ALL.iter().filter(|(_, text)| known(text)) {
        let whole = read(*kind, text).unwrap();
        for end in text.match_indices('\n').map(|(end, _)| end) {
            let Ok(part) = read(*kind, &text[..end]) else { continue };
            for (name, feature) in &part.features {
                let free = whole.features.get(name).map_or(0, |whole| whole.available(&[], 0));
                assert!(feature.available(&[], 0) <= free, "{kind} to {end}: {name}");
            }
        }
    }
}
