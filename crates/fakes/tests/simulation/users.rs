//! What people do: submit, and try again until it is acknowledged; cancel, hold, release.

use crate::{agent::Life, call::Wish};
use soca_app::{Caller, submit_job::Submission};
use soca_domain::JobId;
use soca_fakes::Chance;
use std::time::Duration;

/// One job that somebody will submit.
#[derive(Clone, Debug)]
pub struct Plan {
    pub number: usize,
    pub after: Duration,
    pub options: Vec<String>,
    pub life: Life,
    /// What its owner will want of it later, and how long after submitting.
    pub wishes: Vec<(Duration, Wish)>,
    /// Depends on the first acknowledged job, in this way; a singleton on those of its name.
    pub depends: Option<&'static str>,
    pub acknowledged: Option<JobId>,
    pub tries: u32,
}

impl Plan {
    pub fn drawn(number: usize, luck: &Chance) -> Plan {
        let mut options: Vec<String> = vec![format!("-Nsim{number}"), format!("-q{}", queue(luck))];
        let mut also = |chance: u64, option: String| {
            if luck.permille(chance) {
                options.push(option);
            }
        };
        also(700, format!("-lwalltime=00:0{}:00", luck.between(1, 5)));
        also(150, "-rn".into());
        also(250, format!("-J1-{}%{}", luck.between(2, 9), luck.between(1, 3)));
        also(300, format!("-P{}", if number.is_multiple_of(2) { "alpha" } else { "beta" }));
        also(200, format!("-p{}", luck.between(1, 3)));
        also(100, "-h".into());
        also(100, format!("-a08{:02}", luck.between(15, 35)));
        also(500, format!("-lnodes={}", luck.between(1, 3)));
        let types = [
            "instance_type=c6i.large",
            "instance_type=c6i.large+c5.large",
            "instance_type=c6i.large+c5.large+m5.large",
            "instance_type=m5.large",
            "instance_type=c6i.xlarge",
            "mem=6gb",
            "instance_selection=fastest",
        ];
        also(700, format!("-l{}", luck.pick(&types).copied().unwrap_or("instance_type=c6i.large")));
        let spot = ["spot_price=auto", "spot_price=auto,spot_attempts=1"];
        also(400, format!("-l{}", luck.pick(&spot).copied().unwrap_or("spot_price=auto")));
        also(200, format!("-lattempts={}", luck.between(1, 4)));
        also(200, format!("-lsignal=USR1@{}", luck.between(1, 120)));
        let depends = luck.pick(&["after", "afterok", "afterany", "afternotok", "singleton"]).copied();
        let depends = depends.filter(|_| luck.permille(250));
        if depends == Some("singleton") || luck.permille(150) {
            options[0] = "-Nstep".into();
        }
        Plan {
            number,
            after: luck.millis(0, 480_000),
            options,
            life: Life { span: luck.millis(1_000, 150_000), status: i32::from(luck.permille(250)) * 3 },
            wishes: wishes(luck),
            depends,
            acknowledged: None,
            tries: 0,
        }
    }

    /// The request, the same each time but for what it depends on.
    pub fn submission(&self) -> Submission {
        Submission {
            caller: caller(self.number),
            script: b"#!/bin/bash\nsleep 1\n".to_vec(),
            options: self.options.clone(),
            workdir: None,
            default_name: None,
            submit_host: "here".into(),
            environment: vec![],
            idempotency_key: Some(format!("key-{}", self.number)),
            dry_run: false,
        }
    }
}

/// Who submits the n-th job.
pub fn caller(number: usize) -> Caller {
    let user = if number.is_multiple_of(2) { "ada" } else { "grace" };
    let group = if number.is_multiple_of(3) { "hull" } else { "wing" };
    Caller { user: user.parse().unwrap(), admin: true, groups: vec![group.parse().unwrap()] }
}

fn queue(luck: &Chance) -> &'static str {
    if luck.permille(300) { "test" } else { "normal" }
}

fn wishes(luck: &Chance) -> Vec<(Duration, Wish)> {
    let mut wishes = Vec::new();
    if luck.permille(300) {
        wishes.push((luck.millis(0, 900_000), Wish::Cancel));
    }
    if luck.permille(200) {
        let at = luck.millis(0, 300_000);
        wishes.push((at, Wish::Hold));
        wishes.push((at + luck.millis(1_000, 400_000), Wish::Release));
    }
    wishes
}
