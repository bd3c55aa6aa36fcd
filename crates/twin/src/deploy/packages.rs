//! Deployment packages: stripped binaries as zip files, state machines as they are, each named by its content.

use crate::{
    deploy::template,
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
};
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The bucket that packages are uploaded to.
pub const BUCKET: &str = "soca-twin-packages";
/// The key of the agent's binary.
pub const AGENT_KEY: &str = "agent/soca-agent";

/// Something to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its key in the bucket.
    pub key: String,
    /// Its file.
    pub file: PathBuf,
}

/// Everything that is deployed.
#[derive(Clone, Debug)]
pub struct Packages {
    /// The packaged template.
    pub template: String,
    /// By folder: the function's logical id.
    pub functions: BTreeMap<String, String>,
    /// What the template names.
    pub uploads: Vec<Upload>,
}

#[derive(Deserialize)]
struct Made {
    file: PathBuf,
    hash: String,
}

/// A short name for some content.
pub fn content_hash(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Makes the packages of a template.
pub fn make(layout: &Layout, path: &std::path::Path) -> Outcome<Packages> {
    let text = std::fs::read_to_string(path).map_err(|e| Fault::machine(path.display(), e))?;
    let functions = template::functions(&text);
    let mut wanted =
        vec![json!({ "name": "soca-agent", "binary": layout.program("soca-agent")?, "zip": false })];
    for function in &functions {
        let binary = layout.program(&function.folder)?;
        wanted.push(json!({ "name": function.folder, "binary": binary }));
    }
    let made = run(layout, &json!(wanted))?;
    let (mut addresses, mut uploads) = (BTreeMap::new(), Vec::new());
    let mut add = |path: &str, key: String, file: PathBuf| {
        addresses.insert(path.to_owned(), format!("s3://{BUCKET}/{key}"));
        uploads.push(Upload { key, file });
    };
    for function in &functions {
        let package = &made[&function.folder];
        add(&function.path, format!("lambda/{}-{}.zip", function.folder, package.hash), package.file.clone());
    }
    for definition in template::definitions(&text) {
        let file = layout.repo.join(&definition);
        let content = std::fs::read(&file).map_err(|e| Fault::machine(file.display(), e))?;
        add(&definition, format!("statemachines/{}.json", content_hash(&content)), file);
    }
    uploads.push(Upload { key: AGENT_KEY.to_owned(), file: made["soca-agent"].file.clone() });
    let template = template::package(&text, &addresses);
    let functions = functions.into_iter().map(|function| (function.folder, function.logical)).collect();
    Ok(Packages { template, functions, uploads })
}

fn run(layout: &Layout, wanted: &serde_json::Value) -> Outcome<BTreeMap<String, Made>> {
    let script = layout.repo.join("crates/twin/python/packages.py");
    let out = layout.dir.join("packages");
    files::directory(&out)?;
    let failed =
        |why: String| Fault::new(Kind::Deploy, format!("Packages could not be made: {why}."), "Build again.");
    let mut child = Command::new(&layout.python)
        .arg(&script)
        .arg("--out")
        .arg(&out)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(format!("{}: {e}", layout.python.display())))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(wanted.to_string().as_bytes()).map_err(|e| failed(e.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let said =
            String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned();
        failed(said)
    })
}
