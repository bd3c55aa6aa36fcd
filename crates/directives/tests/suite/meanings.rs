//! What directives mean, one table per family.

use soca_directives::{Parsed, read_script};
use soca_domain::{
    memory::MemoryMib,
    request::{Arrangement, BaseOs, JobRequest, Join, SpotPrice, SpotStrategy, SubnetChoice},
};

fn read(header: &str) -> Parsed {
    read_script(format!("{header}\ndate\n").as_bytes())
        .unwrap_or_else(|faults| panic!("{header}: {faults:?}"))
}

fn request(header: &str) -> JobRequest {
    read(header).request
}

#[test]
fn node_counts_in_every_usual_form() {
    // (directive, nodes, ncpus, mpiprocs, memory in MiB)
    let cases = [
        ("-l select=2:ncpus=8:mpiprocs=4:mem=16gb", Some(2), Some(8), Some(4), Some(16_384)),
        ("-lselect=3", Some(3), None, None, None),
        ("-l select=ncpus=4", Some(1), Some(4), None, None),
        ("-l select=1:ncpus=4+2:ncpus=4", Some(3), Some(4), None, None),
        ("-l select=1:mem=1gb:ncpus=4+1:ncpus=4:mem=1gb", Some(2), Some(4), None, Some(1024)),
        ("-l nodes=4", Some(4), None, None, None),
        ("-l nodes=4:ppn=24", Some(4), Some(24), Some(24), None),
        ("-l nodes=2:ppn=8+1:ppn=8,walltime=60", Some(3), Some(8), Some(8), None),
        ("-l nodes=2:ppn=8:ncpus=16", Some(2), Some(16), Some(8), None),
        ("-l ncpus=32,mem=128GB", None, Some(32), None, Some(131_072)),
        ("-l nodes=4,ncpus=8,mem=8gb", Some(4), Some(2), None, Some(2048)),
        ("-l select='2:ncpus=8'", Some(2), Some(8), None, None),
    ];
    for (options, nodes, ncpus, mpiprocs, memory) in cases {
        let r = request(&format!("#PBS {options}")).resources;
        let memory = memory.map(MemoryMib);
        assert_eq!((r.nodes, r.ncpus, r.mpiprocs, r.memory), (nodes, ncpus, mpiprocs, memory), "{options}");
    }
}

#[test]
fn options_attached_separate_and_several_on_a_line() {
    let r = request("#PBS -Nmy_job -q fast -joe\t-hV -r n -P aero -l walltime=1:30:00,place=pack:excl");
    assert_eq!(r.name.unwrap().as_str(), "my_job");
    assert_eq!(r.queue.unwrap().as_str(), "fast");
    assert_eq!(r.project.unwrap().as_str(), "aero");
    assert_eq!(
        (r.output.join, r.hold, r.environment.all, r.rerunnable),
        (Join::IntoStdout, true, true, Some(false))
    );
    assert_eq!(r.resources.walltime.unwrap().as_secs(), 5_400);
    let place = r.resources.place.unwrap();
    assert_eq!((place.arrangement, place.exclusive), (Arrangement::Pack, true));
}

#[test]
fn long_options_mean_the_same_as_short_ones() {
    let short = "#PBS -N a -q b -P c -J 1-9:2%3 -o out/ -e err -j eo -a 2230 -h -r y -v A=1,B -V -S /bin/sh -m abe -M x@y.org -W depend=afterok:1:2,afterany:3 -l select=2:ncpus=4:mpiprocs=2:mem=2gb:ompthreads=2 -l walltime=90,place=free:shared";
    let long = "#SOCA --name=a --queue b --project=c --array=1-9:2%3 --output out/ --error=err --join=eo --begin=2230 --hold\n\
                #SOCA --rerunnable=yes --export=A=1,B --export-all --shell /bin/sh --mail_events=abe --mail-to=x@y.org\n\
                #SOCA --depend=afterok:1:2,afterany:3 --nodes=2 --cpus=4 --processes=2 --memory=2gb --threads=2\n\
                #SOCA --walltime 90 --place=free:shared";
    assert_eq!(request(short), request(long));
    assert_eq!(request(short).depend.len(), 3);
    assert_eq!(
        request(short).environment.variables.last().unwrap(),
        &("OMP_NUM_THREADS".into(), Some("2".into()))
    );
}

#[test]
fn every_soca_parameter_is_read() {
    let r = request(
        "#PBS -l instance_type=c6i.large+c5.large,instance_ami=ami-0123456789abcdef0,base_os=rocky9,ht_support=YES\n\
         #PBS -l root_size=40,scratch_size=100,scratch_iops=300,keep_ebs=off,efa_support=on,placement_group=true\n\
         #PBS -l subnet_id=subnet-1a2b3c4d,nodes=4,spot_price=0.0855,spot_allocation_count=3\n\
         #PBS -l spot_allocation_strategy=lowestprice,instance_profile=team,security_groups=sg-1a2b3c4d+sg-1a2b3c4e",
    )
    .resources;
    assert_eq!(r.instance_types.iter().map(|t| t.as_str()).collect::<Vec<_>>(), ["c6i.large", "c5.large"]);
    assert_eq!((r.base_os, r.ht_support, r.keep_ebs), (Some(BaseOs::Rocky9), Some(true), Some(false)));
    assert_eq!((r.root_size_gib, r.scratch_size_gib, r.scratch_iops), (Some(40), Some(100), Some(300)));
    assert_eq!((r.efa_support, r.placement_group), (Some(true), Some(true)));
    assert_eq!(r.subnets, Some(SubnetChoice::Named(vec!["subnet-1a2b3c4d".into()])));
    assert_eq!((r.spot_price, r.spot_allocation_count), (Some(SpotPrice::Max(85_500)), Some(3)));
    assert_eq!(r.spot_allocation_strategy, Some(SpotStrategy::LowestPrice));
    assert_eq!((r.instance_profile.as_deref(), r.security_groups.len()), (Some("team"), 2));
    let reserved =
        request("#SOCA --capacity-reservation-id=cr-0123456789abcdef0 --efa-support --subnet-ids 2")
            .resources;
    assert_eq!(reserved.capacity_reservation_id.as_deref(), Some("cr-0123456789abcdef0"));
    assert_eq!((reserved.efa_support, reserved.subnets), (Some(true), Some(SubnetChoice::Any(2))));
}

#[test]
fn socas_parameters_may_stand_inside_a_chunk() {
    let r = request("#PBS -l select=2:instance_type=c6i.large+c5.large:ncpus=2:ht_support=no").resources;
    assert_eq!((r.nodes, r.instance_types.len(), r.ncpus, r.ht_support), (Some(2), 2, Some(2), Some(false)));
}

#[test]
fn the_interpreter_comes_from_the_first_line_unless_it_is_said() {
    assert_eq!(request("#! /usr/bin/env python3 ").shell.as_deref(), Some("/usr/bin/env python3"));
    assert_eq!(request("#!/bin/sh\n#PBS -S /bin/bash").shell.as_deref(), Some("/bin/bash"));
    assert_eq!(request("#PBS -h").shell, None);
}

#[test]
fn a_later_select_says_anew_what_a_node_must_have() {
    let r = request("#PBS -l select=2:ncpus=8:mem=4gb\n#PBS -l select=4").resources;
    assert_eq!((r.nodes, r.ncpus, r.memory), (Some(4), None, None));
    let bare = request("#PBS -l select=2:ncpus=8\n#PBS -l nodes=4").resources;
    assert_eq!((bare.nodes, bare.ncpus), (Some(4), Some(8)));
}

#[test]
fn the_text_is_the_script_with_unix_line_ends() {
    let parsed = read_script(b"#!/bin/sh\r\n#PBS -h\r\ndate\r\n").unwrap();
    assert_eq!((parsed.text.as_str(), parsed.request.hold), ("#!/bin/sh\n#PBS -h\ndate\n", true));
}

#[test]
fn mail_has_pbs_defaults() {
    let mail = |header| request(header).mail.map(|m| (m.events, m.to.len()));
    assert_eq!(mail("#PBS -M a@x.org,b@x.org"), Some(("a".into(), 2)));
    assert_eq!(mail("#PBS -m eb"), Some(("be".into(), 0)));
    assert_eq!(mail("#PBS -m n"), Some((String::new(), 0)));
    assert_eq!(mail("#PBS -h"), None);
}
