//! What each kind of server says: the whole reading of a made-up text.

use crate::samples;
use soca_license_servers::{ServerKind, Total, read};

macro_rules! reading {
    ($name:ident, $kind:ident, $text:ident) => {
        #[test]
        fn $name() {
            insta::assert_debug_snapshot!(read(ServerKind::$kind, samples::$text).unwrap());
        }
    };
}

reading!(flexlm, FlexLm, FLEXLM);
reading!(flexlm_with_one_of_two_down, FlexLm, FLEXLM_HALF);
reading!(flexlm_on_two_servers, FlexLm, FLEXLM_TWICE);
reading!(flexlm_of_an_old_version, FlexLm, FLEXLM_OLD);
reading!(rlm, Rlm, RLM);
reading!(lmx, LmX, LMX);
reading!(lsdyna, LsDyna, LSDYNA);
reading!(olicense, OLicense, OLICENSE);
reading!(dsls, Dsls, DSLS);

#[test]
fn windows_line_ends_change_nothing() {
    for (kind, text) in samples::ALL {
        assert_eq!(read(*kind, &text.replace('\n', "\r\n")), read(*kind, text), "{kind}");
    }
}

#[test]
fn a_text_of_another_kind_is_not_taken_for_one() {
    for (kind, text) in samples::ALL {
        for other in ServerKind::ALL.iter().filter(|other| *other != kind) {
            let read = read(*other, text);
            assert!(read.is_err(), "{kind} as {other}: {read:?}");
        }
    }
}

#[test]
fn features_are_found_in_any_case_unless_two_differ_in_case_alone() {
    let status = read(ServerKind::FlexLm, samples::FLEXLM).unwrap();
    assert!(status.feature("SOLVER").is_some() && status.feature("solver_gui").is_some());
    assert!(status.feature("solve").is_none());
    let twins = "Users of ABC:  (Total of 1 license issued;  Total of 0 licenses in use)
Users of abc:  (Total of 2 licenses issued;  Total of 0 licenses in use)
";
    let status = read(ServerKind::FlexLm, twins).unwrap();
    assert_eq!(status.feature("abc").unwrap().total, Total::Counted(2));
    assert!(status.feature("Abc").is_none());
}

#[test]
fn warnings_are_bounded() {
    let line = |n: u32| format!("lic{n}: license server DOWN\n");
    let down: String = (0..5_000).map(line).collect();
    let status = read(ServerKind::FlexLm, &(down + samples::FLEXLM)).unwrap();
    assert_eq!(status.warnings.len(), 100);
}
