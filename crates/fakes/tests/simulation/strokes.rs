//! Strokes of bad luck, and what the world does about them.

use crate::{chaos::Stroke, world::World};
use soca_app::ports::{ComputeStacks, cloud::StackPlan};
use soca_domain::{Attempt, Code, Fault, JobId, StackId, launch::LaunchSpec, request::Resources};
use soca_fakes::{cloud::Machine, resolve::resolve};

impl World {
    pub fn stroke(&mut self, stroke: Stroke) {
        self.ledger.tell(self.clock.now(), || format!("{stroke:?}"));
        match stroke {
            Stroke::Kill => {
                if let Some(machine) = self.any_machine(|_| true) {
                    self.cloud.kill(&machine.used.instance);
                }
            }
            Stroke::TakeBack => {
                if let Some(machine) = self.any_machine(|m| m.spot) {
                    self.cloud.take_back(&machine.used.instance);
                }
            }
            Stroke::Dry(launches) => {
                // All at once, or one of them, so that there is another to go to.
                let pools = ["c6i.large", "c5.large", "m5.large"];
                let one = self.luck.pick(&pools).copied().filter(|_| self.luck.permille(500));
                for pool in pools.into_iter().filter(|pool| one.is_none_or(|one| one == *pool)) {
                    self.cloud.run_dry(pool.parse().unwrap(), launches);
                }
            }
            Stroke::Refuse => {
                let codes = [Code::QuotaInUse, Code::CapacityUnavailable, Code::DryRunRefused];
                let code = self.luck.pick(&codes).copied().unwrap_or(Code::QuotaInUse);
                self.cloud.refuse_next_launch(Fault::new(code, "No.", "Wait."));
            }
            Stroke::Storm(span) => self.chaos.storm(span),
            Stroke::Abort => {
                if let Some(name) = self.luck.pick(&self.workflow.under_way()) {
                    self.ledger.count("an execution was aborted");
                    self.workflow.abort(name);
                }
            }
            Stroke::Restart => {
                if let Some(machine) = self.any_machine(|_| true) {
                    self.restart(&machine.used.instance);
                }
            }
            Stroke::Mute(span) => {
                if let Some(machine) = self.any_machine(|_| true) {
                    self.mute(&machine.used.instance, span);
                }
            }
            Stroke::Stray => self.stray(),
        }
    }

    fn any_machine(&self, like: impl Fn(&Machine) -> bool) -> Option<Machine> {
        let found: Vec<_> =
            self.cloud.machines().into_iter().filter(|m| m.state.is_alive() && like(m)).collect();
        self.luck.pick(&found).cloned()
    }

    /// As after a function that went on although its execution was long over.
    fn stray(&self) {
        let stray = |job| StackId::of(JobId(job), Attempt(1));
        let types = vec!["c6i.large".parse().unwrap()];
        let asked = Resources { instance_types: types, ..Resources::default() };
        let plan = StackPlan {
            stack: stray(9_001),
            launch: LaunchSpec::resolve(&asked, &Resources::default()).unwrap(),
            types: vec![],
            job_name: "stray".into(),
            owner: "ada".into(),
            queue: "normal".into(),
            project: None,
            join_token: String::new(),
        };
        resolve(self.cloud.create(&plan)).unwrap();
        self.cloud.stray(stray(9_002), "m5.large".parse().unwrap());
    }
}
