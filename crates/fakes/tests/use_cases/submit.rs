//! Submitting: what is refused before anything is written, and what a repetition does.

use crate::lab::{Lab, caller, code, submission};
use soca_app::{hold_job, read_jobs};
use soca_domain::{Code, MicroUsd, job::ScriptRef};
use soca_fakes::resolve::resolve;

#[test]
fn what_can_never_run_is_refused_and_nothing_is_written_p11() {
    let lab = Lab::default();
    let cases: [(&[&str], Code); 10] = [
        (&["-qnowhere"], Code::UnknownQueue),
        (&["-linstance_type=c6i.lagre"], Code::UnknownInstanceType),
        (&["-lnodes=7"], Code::OverQueueLimit),
        (&["-linstance_type=c6i.large+c7g.large"], Code::ConflictingParameters),
        (&["-linstance_type=c6i.large", "-lselect=1:ncpus=64"], Code::InstanceTooSmall),
        (&["-linstance_type=m5.large", "-lefa_support=true"], Code::EfaUnsupported),
        (&["-Wdepend=afterok:99"], Code::BadDependency),
        (&["-o../../etc/passwd"], Code::BadPath),
        (&["-o/etc/passwd"], Code::BadPath),
        (&["-lwalltime=never"], Code::BadWalltime),
    ];
    for (options, expected) in cases {
        assert_eq!(code(lab.submit(&submission(options))), expected, "{options:?}");
    }
    assert!(resolve(lab.ports.store.jobs(None, 10, None)).unwrap().items.is_empty());
    assert!(lab.bus.drain().is_empty());
}

#[test]
fn a_misspelt_type_is_answered_with_its_neighbours() {
    let refused = Lab::default().submit(&submission(&["-linstance_type=c6i.lagre"])).unwrap_err();
    assert!(refused.fault().remedy.contains("c6i.large"), "{refused}");
}

#[test]
fn the_same_key_makes_one_job_p6() {
    let lab = Lab::default();
    let keyed = |options: &[&str]| soca_app::submit_job::Submission {
        idempotency_key: Some("k".into()),
        ..submission(options)
    };
    let first = lab.submit(&keyed(&[])).unwrap();
    let again = lab.submit(&keyed(&[])).unwrap();
    assert_eq!((first.job.unwrap().id, false, true), (again.job.unwrap().id, first.repeated, again.repeated));
    assert_eq!(lab.bus.drain().len(), 1);
    assert_eq!(code(lab.submit(&keyed(&["-Nother"]))), Code::IdempotencyMismatch);
}

#[test]
fn a_dry_run_prices_and_writes_nothing() {
    let lab = Lab::default();
    let request = submission(&["-lwalltime=01:00:00", "-lnodes=2"]);
    let answer = lab.submit(&soca_app::submit_job::Submission { dry_run: true, ..request }).unwrap();
    assert!(answer.job.is_none());
    assert_eq!(answer.quote, Some(MicroUsd(170_000)));
    assert!(resolve(lab.ports.store.jobs(None, 10, None)).unwrap().items.is_empty());
}

#[test]
fn a_large_script_is_kept_beside_the_table() {
    let lab = Lab::default();
    let script = format!("#!/bin/bash\n# {}\nhostname\n", "x".repeat(100_000));
    let request = soca_app::submit_job::Submission { script: script.clone().into_bytes(), ..submission(&[]) };
    let job = lab.submit(&request).unwrap().job.unwrap();
    let ScriptRef::Stored { key, .. } = job.run.script else { panic!("it is inline") };
    assert_eq!(resolve(lab.ports.artifacts.get(&key)).unwrap(), Some(script.into_bytes()));
}

#[test]
fn the_first_caller_makes_all_queues_or_none_p6() {
    let lab = Lab::default();
    lab.store.on_each({
        let mut commits = 0;
        move |operation| match operation {
            soca_fakes::store::Operation::Commit(_) => {
                commits += 1;
                // The function dies after its first write.
                if commits == 1 {
                    soca_fakes::store::Fault::UnavailableAfter
                } else {
                    soca_fakes::store::Fault::None
                }
            }
            _ => soca_fakes::store::Fault::None,
        }
    });
    assert!(lab.submit(&submission(&[])).is_err());
    assert_eq!(resolve(lab.ports.store.queues()).unwrap().len(), 2);
    lab.submit(&submission(&["-qtest"])).unwrap();
}

#[test]
fn nobody_learns_of_other_peoples_jobs_p9() {
    let lab = Lab::default();
    let id = lab.queued(&[]);
    let (store, eve) = (&*lab.ports.store, caller("eve"));
    assert_eq!(code(resolve(read_jobs::job(store, &eve, id))), Code::JobNotFound);
    assert_eq!(code(resolve(hold_job::hold(lab.ports.mover(), &eve, id, lab.now()))), Code::JobNotFound);
    assert!(resolve(read_jobs::list(store, &eve, true, 10, None)).unwrap().items.is_empty());
}
