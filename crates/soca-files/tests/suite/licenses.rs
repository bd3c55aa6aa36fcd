//! What good license files mean.

use crate::samples::{self, LICENSES_NEW, LICENSES_OLD, LICENSES_PREVIEW};
use soca_files::{LicensesMapping, read_license_mapping};

#[test]
fn commands_as_of_2_6_1() {
    insta::assert_debug_snapshot!(read_license_mapping(LICENSES_OLD).unwrap());
}

#[test]
fn servers_below_vendors() {
    insta::assert_debug_snapshot!(read_license_mapping(LICENSES_PREVIEW).unwrap());
}

#[test]
fn daemons_as_of_26() {
    insta::assert_debug_snapshot!(read_license_mapping(LICENSES_NEW).unwrap());
}

#[test]
fn an_empty_file_has_no_licenses() {
    for text in ["", "# nothing yet\n", "~", "---\n"] {
        assert_eq!(read_license_mapping(text), Ok(LicensesMapping::default()), "{text:?}");
    }
}

#[test]
fn the_three_forms_say_the_same_of_the_same_feature() {
    let acdc = |text: &&str| {
        let mapping = read_license_mapping(text).unwrap();
        let found = mapping.licenses.into_iter().find(|l| l.resource == "comsol_lic_acdc").unwrap();
        let server = found.server.unwrap();
        (server.provider, server.port, server.feature)
    };
    let read: Vec<_> = samples::LICENSES.iter().map(acdc).collect();
    assert!(read.windows(2).all(|pair| pair[0] == pair[1]), "{read:?}");
}
