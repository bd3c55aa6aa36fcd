//! `template.yaml` as JSON: the short forms of intrinsic functions written out.

#![allow(dead_code, reason = "each suite uses its part")]

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;
use std::collections::BTreeMap;

/// The template.
pub(crate) struct Template {
    /// All of it.
    pub(crate) all: Value,
}

impl Template {
    /// Reads the repository's.
    pub(crate) fn load() -> Self {
        let text = crate::repository::read("template.yaml");
        Self { all: long_form(serde_yaml_ng::from_str(&text).expect("template.yaml is YAML")) }
    }

    /// Resources of a type, by logical id.
    pub(crate) fn resources(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let all = self.all["Resources"].as_object().expect("resources");
        let of_kind = all.iter().filter(|(_, resource)| resource["Type"] == kind);
        of_kind.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
    }

    /// Functions by the folder their code is built in, which is named after their package.
    pub(crate) fn functions(&self) -> BTreeMap<String, (&str, &Value)> {
        let named = self.resources("AWS::Serverless::Function").into_iter().map(|(id, properties)| {
            let code = properties["CodeUri"].as_str().unwrap_or_else(|| panic!("{id} has no CodeUri"));
            let name = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
            (name, (id, properties))
        });
        named.collect()
    }

    /// Every statement that allows something, with whom it is for.
    pub(crate) fn statements(&self) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        for (id, resource) in self.all["Resources"].as_object().expect("resources") {
            let policies = resource["Properties"]["Policies"].as_array().cloned().unwrap_or_default();
            for policy in policies {
                let document =
                    if policy["PolicyDocument"].is_null() { &policy } else { &policy["PolicyDocument"] };
                let statements = document["Statement"].as_array().cloned().unwrap_or_default();
                found.extend(statements.into_iter().map(|s| (id.clone(), s)));
            }
        }
        found
    }
}

/// A text, or a list of texts, as a list.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        Value::Null => vec![],
        one => vec![one.clone()],
    }
}

/// A value on one line, as a person reads it: intrinsic functions by their argument.
pub(crate) fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(short).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.len() == 1 => map.values().map(short).collect(),
        other => other.to_string(),
    }
}

fn long_form(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::Number(number) => serde_json::to_value(number).expect("a number"),
        Yaml::String(text) => text.into(),
        Yaml::Sequence(all) => all.into_iter().map(long_form).collect(),
        Yaml::Mapping(map) => Value::Object(
            map.into_iter().map(|(key, value)| (name(key), long_form(value))).collect::<Map<_, _>>(),
        ),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let function =
                if ["Ref", "Condition"].contains(&tag) { tag.to_owned() } else { format!("Fn::{tag}") };
            json!({ function: long_form(tagged.value) })
        }
    }
}

fn name(key: Yaml) -> String {
    match long_form(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
