//! What people are told about bad scripts: code, place, sentence and remedy, as snapshots to be read by a person.

use soca_directives::read_script;

/// The script with its lines numbered, then its faults.
fn told(script: &[u8]) -> String {
    let faults = read_script(script).expect_err("a bad script");
    let text = String::from_utf8_lossy(script);
    let lines: String = (1..).zip(text.lines()).map(|(n, line)| format!("{n:>3} | {line}\n")).collect();
    let fault = |f: &soca_domain::Fault| {
        let at = f.place.as_ref().map_or("nowhere".into(), |p| format!("{}:{} {}", p.line, p.column, p.name));
        format!("{} at {at}\n    {}\n    {}\n", f.code, f.message, f.remedy)
    };
    lines + "\n" + &faults.iter().map(fault).collect::<String>()
}

macro_rules! bad {
    ($($name:ident: $script:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(told($script.as_ref()));
        })*
    };
}

bad! {
    misspelt_names: "#!/bin/sh\n#PBS -l walltme=1:00:00,instance_typ=c5.large -W dependd=afterok:1\n#SOCA --nods=4 -Y\n#PBS -l wd\ndate\n";
    typed_values: "#PBS -l walltime=25:99:99,mem=lots,ht_support=maybe,root_size=-5,spot_price=$1\n\
                   #PBS -l instance_type=large,instance_ami=x,base_os=rocky10,subnet_id=vpc-1,security_groups=sg-1\n\
                   #PBS -a tomorrow -j both -m x -M me -S bash -N 'my job' -q a/b -r maybe -v 1A=2\ndate\n";
    counts: "#PBS -l select=0:ncpus=-1:mpiprocs=9999\n#PBS -l nodes=four:ppn=2\n#SOCA --nodes=2001 --cpus=1.5\n#PBS -l nodes=3,ncpus=8\ndate\n";
    placeholders: "#PBS -N {{ job_name }} -q %queue_name% -l walltime=$walltime\n#PBS -l select=${nnodes}:ncpus=${cores}:mem=<MEM>\n#PBS -J 1-$N -o $HOME/x\ndate\n";
    a_template: "#PBS -l {% for k, v in r.items() %}{{ k }}={{ v }}{% endfor %}\n#PBS -N x{{ a b }} -l mem={{mem}}\ndate\n";
    unlike_chunks: "#PBS -l select=1:ncpus=4+2:ncpus=8\n#PBS -l select=2:host=n1:ngpus=4:walltime=60:bigmem:compute_node=x\n#PBS -l nodes=1:ppn=4#excl\ndate\n";
    options_that_soca_does_not_have: "#PBS -I -X -u root -C '#X' -t 1-5 -w /tmp\n#PBS -W sandbox=PRIVATE,stagein=a@b:c,max_run_subjobs=3\n#PBS --nodes=4\ndate\n";
    bad_choices: "#PBS -l select=1:ngpus=0:arch=sparc,instance_selection=best,spot_attempts=0\n#PBS -l spot_attempts=4\n#SOCA --ngpus=1000000000\ndate\n";
    gpus_in_all: "#PBS -l nodes=2,ngpus=3\n#PBS -l spot_attempts=2\ndate\n";
    resources_not_executed_yet: "#PBS -l fsx_lustre=s3://bucket,force_ri=true,fluent_lic=4,terminate_when_idle=5,tags=x,nested_virtualization=yes\n#SOCA --keep-forever --gres=2\ndate\n";
    conflicts: "#PBS -l spot_price=auto,capacity_reservation_id=cr-1a2b3c4d,nodes=2,spot_allocation_count=3\n#PBS -l scratch_iops=100\n#PBS -l placement_group=yes,subnet_id=2\ndate\n";
    spot_without_a_price: "#PBS -l nodes=1,placement_group=true\n#PBS -l spot_allocation_count=1,spot_allocation_strategy=diversified\ndate\n";
    missing_and_stray_values: "#PBS -N -q\n#PBS -l walltime=,nodes\n#PBS -l nodes=2, walltime=60\n#SOCA --queue --hold=perhaps -l\n#PBS -r n  job is not rerunnable\n#PBS -N \"open\ndate\n";
    arrays_and_dependencies: "#PBS -J 5-1 -W depend=before:3\n#SOCA --array=1-99999 --depend=afterok:x\ndate\n";
    slurm_only: "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH -t 10\nsrun hostname\n";
    no_commands: "#!python\n#PBS -l walltime=0\n\n# nothing here\n";
    binary: b"#!/bin/sh\n#PBS -h\nab\x00cd\n";
    not_utf8: b"#!/bin/sh\necho \xff\xfe\n";
}
