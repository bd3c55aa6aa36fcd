//! Paths into the execution's document, and payloads made from it.

use serde::Deserialize;
use serde_json::{Map, Value};

/// `$`, `$.a.b` or, into the context object, `$$.a.b`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Path {
    context: bool,
    fields: Vec<String>,
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("the path {text} is not understood");
        let (context, rest) = match text.strip_prefix("$$") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('$').ok_or_else(bad)?),
        };
        let mut parts = rest.split('.');
        if parts.next() != Some("") {
            return Err(bad());
        }
        let fields: Vec<String> = parts.map(str::to_owned).collect();
        let word = |f: &String| !f.is_empty() && f.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if fields.iter().all(word) { Ok(Path { context, fields }) } else { Err(bad()) }
    }
}

impl Path {
    /// Whether it means the whole document.
    pub(super) fn is_root(&self) -> bool {
        !self.context && self.fields.is_empty()
    }

    /// What it points at.
    pub(super) fn get<'a>(&self, document: &'a Value, context: &'a Value) -> Option<&'a Value> {
        let from = if self.context { context } else { document };
        self.fields.iter().try_fold(from, |value, field| value.get(field))
    }

    /// Puts a value there; what is on the way and no object becomes one.
    pub(super) fn set(&self, document: &mut Value, value: Value) {
        let mut at = document;
        for field in &self.fields {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[field.as_str()];
        }
        *at = value;
    }
}

/// An object whose fields are text, or, if their names end in `.$`, paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Template(Vec<(String, Field)>);

#[derive(Clone, Debug)]
enum Field {
    Text(String),
    At(Path),
}

impl TryFrom<Map<String, Value>> for Template {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        let field = |(name, value): (String, Value)| match (name.strip_suffix(".$"), value) {
            (Some(name), Value::String(path)) => Ok((name.to_owned(), Field::At(path.try_into()?))),
            (None, Value::String(text)) => Ok((name, Field::Text(text))),
            _ => Err(format!("the parameter {name} is not understood")),
        };
        map.into_iter().map(field).collect::<Result<_, _>>().map(Template)
    }
}

impl Template {
    /// The payload; `Err` names the path that leads nowhere.
    pub(super) fn render(&self, document: &Value, context: &Value) -> Result<Value, String> {
        let mut made = Map::new();
        for (name, field) in &self.0 {
            let value = match field {
                Field::Text(text) => Value::String(text.clone()),
                Field::At(path) => path.get(document, context).cloned().ok_or_else(|| name.clone())?,
            };
            made.insert(name.clone(), value);
        }
        Ok(Value::Object(made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_read_and_write() {
        let path = |text: &str| Path::try_from(text.to_owned());
        let mut document = json!({ "a": { "b": 1 } });
        let context = json!({ "Task": { "Token": "t" } });
        assert_eq!(path("$.a.b").unwrap().get(&document, &context), Some(&json!(1)));
        assert_eq!(path("$$.Task.Token").unwrap().get(&document, &context), Some(&json!("t")));
        path("$.x.y").unwrap().set(&mut document, json!(2));
        assert_eq!(document, json!({ "a": { "b": 1 }, "x": { "y": 2 } }));
        for bad in ["", "a", "$a", "$.a[0]", "$..a", "$.a.*"] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
