//! Deploys the real template on the serverless plane, and makes it ready to be used.

pub mod aws;
pub mod packages;
pub mod people;
pub mod stack;
pub mod storage;
pub mod template;

use crate::{
    call::Caller,
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
    ports::Ports,
    progress::Progress,
    room::RoomFile,
    twin_file::{Control, TwinFile, User},
};
use packages::Packages;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

/// How long the API may take to answer for the first time.
const API_LIMIT: Duration = Duration::from_secs(30);

/// What is deployed, for whom.
#[derive(Debug)]
pub struct Deployment<'a> {
    /// The places.
    pub layout: &'a Layout,
    /// The machine room.
    pub room: &'a RoomFile,
    /// The packages.
    pub packages: Packages,
    /// Parameters besides the usual.
    pub extra: &'a [(String, String)],
}

impl Deployment<'_> {
    /// Makes everything ready, unless it is already; whether there was anything to do.
    pub fn run(&self, progress: &Progress) -> Outcome<bool> {
        let seed = self.seed()?;
        let parameters = self.parameters(&seed);
        let hash = packages::content_hash(format!("{}{parameters:?}", self.packages.template).as_bytes());
        let known: Option<TwinFile> = files::read(&self.layout.twin_file());
        if known.is_some_and(|twin| twin.deployed == hash && twin.pid == self.room.pid) {
            return Ok(false);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Fault::machine("The deployment", e))?;
        let endpoint = Ports::url(self.room.ports.serverless);
        let aws = runtime.block_on(aws::Aws::connect(&endpoint));
        progress.step("code uploaded", || runtime.block_on(storage::upload(&aws, &self.packages.uploads)))?;
        let wanted =
            stack::Wanted { template: &self.packages.template, parameters: &parameters, endpoint: &endpoint };
        let outputs =
            progress.step("template deployed", || runtime.block_on(stack::deploy(&aws, &wanted)))?;
        let resources = runtime.block_on(stack::resources(&aws))?;
        let output = |name: &str| {
            let missing =
                || Fault::new(Kind::Deploy, format!("The template has no output {name}."), "Add it.");
            outputs.get(name).cloned().ok_or_else(missing)
        };
        let (api, pool) = (output("ApiEndpoint")?, output("UserPoolId")?);
        let passwords = people::passwords(self.layout)?;
        progress
            .step("users made", || runtime.block_on(people::create(&aws, &pool, self.layout, &passwords)))?;
        progress.step("API answers", || await_api(&api))?;
        progress.step("users signed in", || people::sign_in(self.layout, &api, &passwords))?;
        files::write(&self.layout.twin_file(), &self.twin_file(hash, api, outputs, &resources, seed))?;
        Ok(true)
    }

    fn seed(&self) -> Outcome<Value> {
        let plane = Caller::plane(Ports::url(self.room.ports.compute), &self.room.secret);
        let failed = |error| {
            Fault::new(Kind::Died, format!("The compute plane: {error}."), "cargo xtask down, then up")
        };
        plane.get("/_soca/seed").map_err(failed)
    }

    /// The parameters that the template knows.
    fn parameters(&self, seed: &Value) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let subnets = seed["subnets"].as_array().into_iter().flatten().map(|subnet| text(&subnet["id"]));
        let usual = [
            ("ClusterId", stack::NAME.to_owned()),
            ("SubnetIds", subnets.collect::<Vec<_>>().join(",")),
            ("SecurityGroupId", text(&seed["security_group_id"])),
            ("ImageX86", text(&seed["images"]["x86_64"])),
            ("ImageArm", text(&seed["images"]["arm64"])),
            ("SharedRoot", self.layout.data().display().to_string()),
            ("AgentUri", format!("s3://{}/{}", packages::BUCKET, packages::AGENT_KEY)),
            ("BootSeconds", "60".to_owned()),
            ("RetrySeconds", "0".to_owned()),
            ("SilenceSeconds", "20".to_owned()),
            // What two cores can play at once.
            ("MaxRunningJobs", "24".to_owned()),
            ("MaxProvisionedInstances", "40".to_owned()),
            ("LogLevel", "info".to_owned()),
        ];
        let known = template::parameters(&self.packages.template);
        let usual = usual.into_iter().map(|(name, value)| (name.to_owned(), value));
        let usual = usual.filter(|(name, _)| known.contains(name));
        usual.chain(self.extra.iter().cloned()).collect()
    }

    fn twin_file(
        &self,
        deployed: String,
        endpoint: String,
        outputs: BTreeMap<String, String>,
        resources: &BTreeMap<String, String>,
        seed: Value,
    ) -> TwinFile {
        let layout = self.layout;
        let user = |(name, admin): (&str, bool)| {
            (name.to_owned(), User { administrator: admin, config_dir: layout.config(name) })
        };
        let real = self.packages.functions.iter();
        let real =
            real.filter_map(|(folder, logical)| Some((folder.clone(), resources.get(logical)?.clone())));
        TwinFile {
            deployed,
            pid: self.room.pid,
            endpoint,
            control: Control { url: Ports::url(self.room.ports.room), token: self.room.token.clone() },
            serverless: Ports::url(self.room.ports.serverless),
            compute: Ports::url(self.room.ports.compute),
            secret: self.room.secret.clone(),
            outputs,
            functions: real.collect(),
            users: people::PEOPLE.into_iter().map(user).collect(),
            credentials: layout.credentials_file(),
            soca: layout.bin.join("soca"),
            agent: layout.bin.join("soca-agent"),
            data: layout.data(),
            logs: layout.logs(),
            nodes: layout.dir.join("nodes"),
            seed,
        }
    }
}

fn await_api(endpoint: &str) -> Outcome<()> {
    let until = Instant::now() + API_LIMIT;
    let agent = ureq::Agent::config_builder().timeout_global(Some(API_LIMIT)).build().new_agent();
    loop {
        let error = match agent.get(format!("{endpoint}/v1/info")).call() {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if Instant::now() > until {
            let message = format!("The API at {endpoint} does not answer: {error}.");
            return Err(Fault::new(Kind::Deploy, message, "Look into its log: cargo xtask logs api"));
        }
        thread::sleep(Duration::from_millis(200));
    }
}
