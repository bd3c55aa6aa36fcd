//! Where things stand: later stages point at line and column.

use soca_directives::read_script;

#[test]
fn each_parameter_remembers_where_it_was_given() {
    let script = "#!/bin/sh\n  #PBS -N a -l \"walltime=60,instance_type=c6i.large\"\n#SOCA --queue=q --nodes 2\ndate\n";
    let places = read_script(script.as_bytes()).unwrap().places;
    let at = |name: &str| places.get(name).map(|p| (p.line, p.column, p.name.clone()));
    assert_eq!(at("name"), Some((2, 11, "-N".into())));
    assert_eq!(at("walltime"), Some((2, 26, "walltime".into())));
    assert_eq!(at("instance_types"), Some((2, 43, "instance_type".into())));
    assert_eq!(at("instance_type"), at("instance_types"));
    assert_eq!(at("queue"), Some((3, 15, "--queue".into())));
    assert_eq!(at("nodes"), Some((3, 25, "--nodes".into())));
    assert_eq!(at("shell"), Some((1, 3, "#!".into())));
    assert_eq!((at("project"), at("no such thing")), (None, None));
    assert_eq!(places.iter().count(), 6);
}

#[test]
fn columns_count_characters_not_bytes() {
    let faults = read_script("#PBS -o ünïcode -l wörld=1\ndate".as_bytes()).unwrap_err();
    assert_eq!(faults[0].place.as_ref().map(|p| p.column), Some(20));
}
