//! Which instance types a job gets that does not name any.

use crate::lab::{Lab, caller, code, submission};
use soca_app::{Caller, offers, queues, submit_job::Accepted};
use soca_domain::{Code, Job, MicroUsd, memory::MemoryMib, queue::QueuePolicy};
use soca_fakes::resolve::resolve;
use std::time::Duration;

fn accepted(lab: &Lab, options: &[&str]) -> Accepted {
    lab.submit(&submission(options)).unwrap()
}

fn types(job: &Job) -> String {
    job.launch.instance_types.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

fn chosen(options: &[&str]) -> String {
    types(&accepted(&Lab::default(), options).job.unwrap())
}

/// A queue without a default type.
fn open_queue(lab: &Lab, change: impl FnOnce(&mut QueuePolicy)) {
    let admin = Caller { admin: true, ..caller("root") };
    let mut queue = QueuePolicy::open("any".parse().unwrap(), "Any type.");
    change(&mut queue);
    resolve(queues::put(&lab.ports.mover(), &lab.ports.settings, &admin, &queue)).unwrap();
}

#[test]
fn the_queues_type_is_kept_where_it_fits_and_another_chosen_where_it_does_not() {
    assert_eq!(chosen(&["-lselect=1:ncpus=1:mem=4gb"]), "c6i.large");
    assert_eq!(chosen(&["-lselect=1:ncpus=1:mem=8gb"]), "m5.large+c6i.xlarge");
    let answer = accepted(&Lab::default(), &["-lselect=2:ncpus=4:mem=60gb", "-lwalltime=01:00:00"]);
    assert_eq!(answer.quote, Some(MicroUsd(1_008_000)), "two r6i.2xlarge");
    let told = &answer.warnings[0];
    assert_eq!(
        told.message,
        "The queue's own type (c6i.large) does not have what is asked for; chosen by size: r6i.2xlarge."
    );
    let job = answer.job.unwrap();
    assert_eq!((job.need.vcpus, job.need.hourly_cost), (16, MicroUsd(1_008_000)));
}

#[test]
fn a_named_type_wins_and_must_fit() {
    assert_eq!(chosen(&["-linstance_type=c5.24xlarge", "-lselect=1:ncpus=1"]), "c5.24xlarge");
    let lab = Lab::default();
    for (options, expected) in [
        (["-linstance_type=c6i.large", "-lngpus=1"], Code::InstanceTooSmall),
        (["-linstance_type=c6i.large", "-larch=arm64"], Code::ConflictingParameters),
    ] {
        assert_eq!(code(lab.submit(&submission(&options))), expected, "{options:?}");
    }
}

#[test]
fn what_a_job_says_decides_the_kind_of_type() {
    for (options, expected) in [
        (&["-lngpus=1"][..], "p4d.24xlarge"),
        (&["-larch=arm64"], "c7g.large"),
        (&["-lefa_support=yes"], "hpc6a.48xlarge"),
        (&["-lselect=1:ncpus=2", "-lht_support=yes"], "c6i.large"),
        (&["-lselect=1:ncpus=2"], "c6i.xlarge"),
        (&["-linstance_selection=cheapest"], "c6i.large+c5.large+m5.large+c6i.xlarge"),
        (&["-linstance_selection=fastest"], "c6i.large+c6i.xlarge+c5.large+m5.large"),
    ] {
        assert_eq!(chosen(options), expected, "{options:?}");
    }
}

#[test]
fn a_queue_without_types_takes_jobs_by_size_and_heeds_its_lists() {
    let lab = Lab::default();
    open_queue(&lab, |queue| queue.excluded_instance_types = vec!["c6i".parse().unwrap()]);
    let job = accepted(&lab, &["-qany", "-lncpus=1,mem=2gb"]).job.unwrap();
    assert_eq!(types(&job), "c5.large+m5.large");
    assert_eq!(code(lab.submit(&submission(&["-qany"]))), Code::NoInstanceType);
    open_queue(&lab, |queue| queue.allowed_instance_types = vec!["c5.24xlarge".parse().unwrap()]);
    assert_eq!(types(&accepted(&lab, &["-qany", "-lncpus=1"]).job.unwrap()), "c5.24xlarge");
    assert_eq!(code(lab.submit(&submission(&["-qany", "-lngpus=1"]))), Code::NoTypeFits);
}

#[test]
fn a_queue_may_say_how_large_nodes_are_or_keep_its_types_for_itself() {
    let lab = Lab::default();
    open_queue(&lab, |queue| queue.defaults.memory = Some(MemoryMib(8 * 1024)));
    assert_eq!(types(&accepted(&lab, &["-qany"]).job.unwrap()), "m5.large+c6i.xlarge");
    open_queue(&lab, |queue| {
        queue.defaults.instance_types = vec!["c6i.large".parse().unwrap()];
        queue.restricted_parameters = vec!["instance_type".into()];
    });
    assert_eq!(code(lab.submit(&submission(&["-qany", "-lncpus=8"]))), Code::InstanceTooSmall);
    assert_eq!(types(&accepted(&lab, &["-qany", "-lncpus=1"]).job.unwrap()), "c6i.large");
}

#[test]
fn what_no_type_has_is_refused_with_the_nearest_p11() {
    let lab = Lab::default();
    let rest = "with the rest of what is asked for the most is";
    for (options, lacks) in [
        (&["-lselect=1:ncpus=500"][..], format!("500 cores; {rest} 96 (hpc6a.48xlarge)")),
        (&["-lselect=1:ncpus=96:mem=500gb"], format!("500gb of memory; {rest} 384gb (hpc6a.48xlarge)")),
        (&["-lselect=1:mem=4tb"], format!("4096gb of memory; {rest} 384gb (hpc6a.48xlarge)")),
        (&["-lngpus=16"], format!("16 GPUs; {rest} 8 (p4d.24xlarge)")),
        (&["-lselect=1:ncpus=96:ngpus=1"], format!("96 cores; {rest} 48 (p4d.24xlarge)")),
        (
            &["-lefa_support=yes", "-lspot_price=auto"],
            "an Elastic Fabric Adapter; without one c5.24xlarge would do".into(),
        ),
        (&["-lselect=1:ncpus=1000:mem=100tb"], "what is asked for, by far".into()),
    ] {
        let fault = lab.submit(&submission(options)).unwrap_err().fault();
        let expected = format!("No x86_64 instance type that queue normal allows has {lacks}.");
        assert_eq!((fault.code, fault.message), (Code::NoTypeFits, expected), "{options:?}");
    }
    let arm = lab.submit(&submission(&["-larch=arm64", "-lselect=1:ncpus=8"])).unwrap_err().fault();
    assert!(arm.message.contains("No arm64 instance type"), "{arm}");
    assert!(resolve(lab.ports.store.jobs(None, 10, None)).unwrap().items.is_empty());
}

#[test]
fn offers_are_asked_for_once_a_day() {
    let lab = Lab::default();
    let refresh = || {
        let ports = &lab.ports;
        resolve(offers::refresh(&*ports.store, &*ports.catalog, &*ports.prices, lab.now())).unwrap()
    };
    assert!(refresh() && !refresh());
    lab.pass(24 * 3600 - 1);
    assert!(!refresh());
    lab.pass(1);
    assert!(refresh());
    let known = resolve(lab.ports.store.offers()).unwrap().unwrap();
    assert_eq!((known.offers.len(), known.read_at), (10, lab.now()));
    assert!(lab.now().since(known.read_at) < Duration::from_secs(1));
}
