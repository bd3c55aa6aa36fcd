//! `soca script check FILE`: reads a script as the API would, without one.

use super::Outcome;
use crate::{
    args::{Script, ScriptCommand},
    context::Context,
    failure::{FAILED, Failure},
    submission::read_file,
    view::{Answer, View, failure, table, text::plain},
};
use serde_json::{Value, json};
use soca_directives::{Parsed, read_script};
use soca_domain::Fault;

pub(super) fn run(options: &Script, ctx: &mut Context<'_, '_>) -> Outcome {
    let ScriptCommand::Check { file } = &options.command;
    let (bytes, _) = read_file(file, ctx.world)?;
    match read_script(&bytes) {
        Ok(parsed) => understood(Good { file: file.clone(), parsed }, ctx),
        Err(faults) if ctx.json => {
            ctx.answer(&Bad(faults))?;
            Ok(FAILED)
        }
        Err(faults) => Err(Failure::of_faults(faults).about(file)),
    }
}

fn understood(good: Good, ctx: &mut Context<'_, '_>) -> Outcome {
    for it in &good.parsed.warnings {
        let warning = soca_wire::api::Warning {
            line: it.line,
            column: it.column,
            name: it.name.clone(),
            message: it.message.clone(),
        };
        let text = failure::warning(&warning, &good.file, ctx.err_style());
        ctx.note(text.trim_end());
    }
    ctx.answer(&good)?;
    Ok(0)
}

struct Good {
    file: String,
    parsed: Parsed,
}

impl Answer for Good {
    fn table(&self, _: &View) -> String {
        let mut said = Vec::new();
        flatten("", &request(&self.parsed), &mut said);
        let width = said.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let lines: String =
            said.iter().map(|(name, value)| format!("{name:width$}  {}\n", plain(value))).collect();
        format!("{} is understood.\n{}", plain(&self.file), table::indented(&lines))
    }

    fn json(&self) -> String {
        json!({"request": request(&self.parsed)}).to_string()
    }
}

/// The request as JSON; spans in seconds, as in the API.
fn request(parsed: &Parsed) -> Value {
    let mut value = serde_json::to_value(&parsed.request).unwrap_or_default();
    if let Some(walltime) = value.pointer_mut("/resources/walltime") {
        *walltime = json!(parsed.request.resources.walltime.map(|span| span.as_secs()));
    }
    value
}

/// What a request says, as `name.part: value`; what it does not say is left out.
fn flatten(name: &str, value: &Value, said: &mut Vec<(String, String)>) {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Object(parts) => parts.iter().for_each(|(part, value)| {
            let dot = if name.is_empty() { "" } else { "." };
            flatten(&format!("{name}{dot}{part}"), value, said);
        }),
        Value::Array(items) if items.is_empty() => {}
        Value::String(text) => said.push((name.to_owned(), text.clone())),
        value => said.push((name.to_owned(), value.to_string())),
    }
}

struct Bad(Vec<Fault>);

impl Answer for Bad {
    fn table(&self, _: &View) -> String {
        String::new()
    }

    fn json(&self) -> String {
        let faults: Vec<Value> = self.0.iter().map(fault).collect();
        json!({"unsupported": faults}).to_string()
    }
}

fn fault(it: &Fault) -> Value {
    let (line, column, name) = it.place.as_ref().map_or((0, 0, ""), |p| (p.line, p.column, p.name.as_str()));
    json!({
        "line": line, "column": column, "name": name,
        "code": it.code.as_str(), "message": it.message, "remedy": it.remedy,
    })
}
