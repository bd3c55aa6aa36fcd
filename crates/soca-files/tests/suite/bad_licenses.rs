//! License files that are YAML and wrong all the same, and what they are told.

use soca_files::read_license_mapping;

fn faults(text: &str) -> Vec<String> {
    let told = read_license_mapping(text).unwrap_err().into_iter().map(|fault| {
        let place = fault.place.expect("every fault has a place");
        format!("{}:{} {} {}: {}", place.line, place.column, place.name, fault.code, fault.message)
    });
    told.collect()
}

#[test]
fn files_of_another_form() {
    for text in
        ["[]", "5", "comsol: [a]", "comsol:\n  comsol_lic_a: [b]", "daemons:\n  a_lic_b: 7\nsettings: 5"]
    {
        assert!(!faults(text).is_empty(), "{text}");
    }
}

#[test]
fn servers_with_wrong_values() {
    insta::assert_debug_snapshot!(faults(
        "daemons:
  1_lic_a: {server: a, port: 1, feature: b, provider: flexlm}
  a_lic_b: {server: -x, port: 0, feature: \"a b\", minus: -1, provider: \"\"}
  a_lic_c: {server: 'a;reboot', port: 65536, feature: -f, provider: flexlm}
  a_lic_d: {port: 1, provider: flexlm}
"
    ));
}

#[test]
fn a_resource_of_two_vendors() {
    let text = "a: {x_lic_y: 'echo 1'}\nb: {x_lic_y: 'echo 2'}\n";
    assert_eq!(faults(text), ["2:5 x_lic_y BAD_VALUE: The resource x_lic_y is there twice."]);
}

#[test]
fn what_is_left_to_do_by_hand_is_said() {
    let text = "settings: {flexlm_lmutil_pth: x}
daemons:
  a_pack: {server: a, port: 1, feature: b, minis: 2}
  a_lic_e:
vendors: {}
";
    insta::assert_debug_snapshot!(read_license_mapping(text).unwrap().warnings);
}
