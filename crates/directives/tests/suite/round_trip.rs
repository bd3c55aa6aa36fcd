//! A request written as directives reads back as itself, in both forms.

use crate::render;
use proptest::{option::of, prelude::*, sample::select};
use soca_directives::read_script;
use soca_domain::{
    ElementIndex, JobId, MicroUsd,
    array::ArraySpec,
    depend::{Condition, Dependency},
    instance_type::Architecture,
    memory::MemoryMib,
    offer::Selection,
    policy::{PolicyRequest, Warning, WarningSignal},
    request::{
        Arrangement, BaseOs, Begin, EnvironmentRequest, JobRequest, Join, Mail, Output, PlaceRequest,
        Resources, SpotPrice, SpotStrategy, SubnetChoice,
    },
};
use std::time::Duration;

fn size() -> impl Strategy<Value = Resources> {
    let choice = (
        of(1u32..=16),
        of(select(vec![Architecture::X86_64, Architecture::Arm64])),
        of(select(vec![Selection::Cheapest, Selection::Fastest])),
    );
    let place = (
        select(vec![Arrangement::Free, Arrangement::Pack, Arrangement::Scatter, Arrangement::Vscatter]),
        any::<bool>(),
    );
    (
        (of(2u32..=2_000), of(1u32..=1_024), of(1u32..=1_024), of(1u64..1_000_000), of(1u64..31_000_000)),
        of(place.prop_map(|(arrangement, exclusive)| PlaceRequest { arrangement, exclusive })),
        (of(0u32..60_000), of(1u32..60_000), of(0u32..60_000)),
        choice,
    )
        .prop_map(
            |((nodes, ncpus, mpiprocs, memory, walltime), place, (root, scratch, iops), choice)| {
                let (gpus, architecture, selection) = choice;
                Resources {
                    nodes,
                    ncpus,
                    mpiprocs,
                    memory: memory.map(MemoryMib),
                    gpus,
                    architecture,
                    selection,
                    walltime: walltime.map(Duration::from_secs),
                    place,
                    root_size_gib: root,
                    scratch_size_gib: scratch,
                    scratch_iops: scratch.and(iops),
                    ..Resources::default()
                }
            },
        )
}

fn machine(size: Resources) -> impl Strategy<Value = Resources> {
    let types = select(vec![vec![], vec!["c6i.large"], vec!["c6i.large", "u-6tb1.metal"]]);
    let subnets = prop_oneof![
        Just(SubnetChoice::Any(1)),
        Just(SubnetChoice::Any(3)),
        Just(SubnetChoice::Named(vec!["subnet-1a2b3c4d".into(), "subnet-0123456789abcdef0".into()])),
    ];
    let system = select(BaseOs::ALL.iter().map(|(_, os)| *os).collect::<Vec<_>>());
    let flags = (of(any::<bool>()), of(any::<bool>()), of(any::<bool>()), of(any::<bool>()));
    (
        types,
        of("ami-[0-9a-f]{17}"),
        of(system),
        flags,
        of(subnets),
        of("[a-zA-Z][a-zA-Z0-9_.@-]{0,30}"),
        select(vec![0, 1, 4]),
    )
        .prop_map(move |(types, ami, base_os, (ht, keep, efa, group), subnets, profile, groups)| {
            let several = !matches!(subnets, None | Some(SubnetChoice::Any(1)));
            Resources {
                instance_types: types.iter().map(|t| t.parse().unwrap()).collect(),
                instance_ami: ami,
                base_os,
                ht_support: ht,
                keep_ebs: keep,
                efa_support: efa,
                placement_group: group.map(|on| on && !several),
                subnets,
                instance_profile: profile,
                security_groups: (0..groups).map(|n| format!("sg-0000000{n}")).collect(),
                ..size.clone()
            }
        })
}

fn market(machine: Resources) -> impl Strategy<Value = Resources> {
    let price = prop_oneof![Just(SpotPrice::Auto), (1u64..9_999_000_000).prop_map(SpotPrice::Max)];
    let strategy =
        select(vec![SpotStrategy::LowestPrice, SpotStrategy::Diversified, SpotStrategy::CapacityOptimized]);
    (of(price), of(1u32..3), of(strategy), any::<bool>(), of(1u32..=3)).prop_map(
        move |(price, count, strategy, reserved, attempts)| Resources {
            spot_price: price,
            spot_allocation_count: price.and(count),
            spot_allocation_strategy: price.and(strategy),
            spot_attempts: price.and(attempts),
            capacity_reservation_id: (reserved && price.is_none()).then(|| "cr-0123456789abcdef0".into()),
            ..machine.clone()
        },
    )
}

fn output() -> impl Strategy<Value = Output> {
    let path = || of("[a-zA-Z0-9_./ '\"#é-]{0,20}/x");
    let join = select(vec![Join::Separate, Join::IntoStdout, Join::IntoStderr]);
    (path(), path(), join).prop_map(|(stdout, stderr, join)| Output { stdout, stderr, join })
}

fn environment() -> impl Strategy<Value = EnvironmentRequest> {
    let variable = ("[A-Z_][A-Z0-9_]{0,6}", of("[ -~é]{0,12}"));
    (any::<bool>(), prop::collection::btree_map(variable.0, variable.1, 0..4))
        .prop_map(|(all, variables)| EnvironmentRequest { all, variables: variables.into_iter().collect() })
}

fn begin() -> impl Strategy<Value = Begin> {
    let date = prop_oneof![
        Just((None, None, None)),
        (1i8..=28).prop_map(|d| (None, None, Some(d))),
        (1i8..=12, 1i8..=28).prop_map(|(m, d)| (None, Some(m), Some(d))),
        (1970i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| (Some(y), Some(m), Some(d))),
    ];
    (date, 0i8..24, 0i8..60, 0i8..60).prop_map(|((year, month, day), hour, minute, second)| Begin {
        year,
        month,
        day,
        hour,
        minute,
        second,
    })
}

fn depend() -> impl Strategy<Value = Vec<Dependency>> {
    let condition =
        select(vec![Condition::After, Condition::AfterOk, Condition::AfterNotOk, Condition::AfterAny]);
    prop::collection::vec(
        (1u64..9_999, of((0u32..99).prop_map(ElementIndex)), condition)
            .prop_map(|(job, element, condition)| Dependency { job: JobId(job), element, condition }),
        0..5,
    )
}

fn policy() -> impl Strategy<Value = PolicyRequest> {
    let signal = select(WarningSignal::ALL.iter().map(|(.., signal)| *signal).collect::<Vec<_>>());
    let warning = (signal, 1u64..=65_535, any::<bool>()).prop_map(|(signal, seconds, shell_only)| Warning {
        signal,
        before: Duration::from_secs(seconds),
        shell_only,
    });
    let grace = (1u64..=600).prop_map(Duration::from_secs);
    let max_cost = (1u64..100_000_000_000).prop_map(MicroUsd);
    (of(1u32..=10), of(warning), of(grace), of(begin()), of(max_cost)).prop_map(
        |(attempts, warning, grace, deadline, max_cost)| PolicyRequest {
            attempts,
            warning,
            grace,
            deadline,
            max_cost,
        },
    )
}

fn mail() -> impl Strategy<Value = Mail> {
    let events = select(vec!["", "a", "b", "ae", "abe"]);
    let to = prop::collection::vec("[a-z]{1,8}\\.[a-z]{1,8}@[a-z]{1,8}\\.org", 0..3);
    (events, to).prop_map(|(events, to)| Mail { events: events.into(), to })
}

fn request() -> impl Strategy<Value = JobRequest> {
    let array = (0u32..100, 0u32..1_000, 1u32..5, of(1u32..50))
        .prop_map(|(first, extra, step, limit)| ArraySpec::new(first, first + extra, step, limit).unwrap());
    (
        (
            "[a-zA-Z][a-zA-Z0-9_.+=-]{0,20}",
            "[a-zA-Z][a-zA-Z0-9_-]{0,20}",
            of("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}"),
            any::<[bool; 3]>(),
        ),
        size().prop_flat_map(machine).prop_flat_map(market),
        (output(), environment(), of(begin()), (depend(), any::<bool>()), of(mail()), of(array), policy()),
        (of(any::<bool>()), of(-1024i32..=1023), of(select(vec!["/bin/bash", "/usr/bin/env python3 -u"]))),
    )
        .prop_map(
            |(
                (name, queue, project, some),
                resources,
                (output, environment, begin, (depend, singleton), mail, array, policy),
                (rerunnable, priority, shell),
            )| JobRequest {
                name: some[0].then(|| name.parse().unwrap()),
                queue: some[1].then(|| queue.parse().unwrap()),
                project: project.map(|p| p.parse().unwrap()),
                resources: Resources { policy, ..resources },
                output,
                array,
                begin,
                hold: some[2],
                rerunnable,
                priority,
                environment,
                depend,
                singleton,
                shell: shell.map(str::to_owned),
                mail,
            },
        )
}

proptest! {
    #[test]
    fn a_request_written_as_directives_reads_back(request in request()) {
        for script in [render::pbs(&request), render::soca(&request)] {
            let parsed = read_script(script.as_bytes());
            prop_assert!(parsed.is_ok(), "{}{:#?}", script, parsed);
            prop_assert_eq!(&parsed.unwrap().request, &request, "{}", script);
        }
    }
}
