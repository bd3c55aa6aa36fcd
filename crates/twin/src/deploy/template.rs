//! Packaging of a SAM template, as `sam package` does it: local paths become addresses in S3. Text in, text out.

use std::collections::BTreeMap;

const CODE: &str = "CodeUri:";
const DEFINITION: &str = "DefinitionUri:";
const LAMBDA: &str = "target/lambda/";

/// A function of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its folder in functions/.
    pub folder: String,
    /// Its logical id.
    pub logical: String,
    /// What stands behind `CodeUri:`.
    pub path: String,
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.trim_start().strip_prefix(key).map(str::trim).filter(|value| !value.is_empty())
}

/// The functions whose code is built here.
pub fn functions(template: &str) -> Vec<Function> {
    let mut logical = "";
    let mut found = Vec::new();
    for line in template.lines() {
        if let Some(key) = resource(line) {
            logical = key;
        }
        let Some(path) = value(line, CODE) else { continue };
        if let Some(folder) = path.strip_prefix(LAMBDA) {
            let folder = folder.trim_end_matches('/').to_owned();
            found.push(Function { folder, logical: logical.to_owned(), path: path.to_owned() });
        }
    }
    found
}

/// The state machine definitions that are files here.
pub fn definitions(template: &str) -> Vec<String> {
    let paths = template.lines().filter_map(|line| value(line, DEFINITION));
    paths.filter(|path| !path.contains("://")).map(str::to_owned).collect()
}

/// A key of two spaces' depth: a resource's logical id, a parameter's name.
fn resource(line: &str) -> Option<&str> {
    let key = line.strip_prefix("  ")?.split_once(':')?.0;
    key.chars().all(|c| c.is_ascii_alphanumeric()).then_some(key).filter(|key| !key.is_empty())
}

/// The template's parameters.
pub fn parameters(template: &str) -> Vec<String> {
    let section = template.lines().skip_while(|line| line.trim_end() != "Parameters:").skip(1);
    let section = section.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    section.filter_map(resource).map(str::to_owned).collect()
}

/// The template with each path of `addresses` replaced by its address.
pub fn package(template: &str, addresses: &BTreeMap<String, String>) -> String {
    let lines = template.lines().map(|line| {
        let found = [CODE, DEFINITION].iter().find_map(|key| value(line, key).map(|path| (key, path)));
        match found.and_then(|(key, path)| addresses.get(path).map(|address| (key, address))) {
            Some((key, address)) => {
                format!("{}{key} {address}", &line[..line.len() - line.trim_start().len()])
            }
            None => line.to_owned(),
        }
    });
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Parameters:
  ClusterId:
    Type: String
  # a remark
  SubnetIds: { Type: CommaDelimitedList }

Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/api/
  Other:
    Properties:
      CodeUri: s3://elsewhere/x.zip
  Machine:
    Properties:
      DefinitionUri: statemachines/a.asl.json
Outputs:
  X: { Value: 1 }
";

    #[test]
    fn what_is_built_here_is_found() {
        let api = Function {
            folder: "api".into(),
            logical: "ApiFunction".into(),
            path: "target/lambda/api/".into(),
        };
        assert_eq!(functions(TEMPLATE), [api]);
        assert_eq!(definitions(TEMPLATE), ["statemachines/a.asl.json"]);
        assert_eq!(parameters(TEMPLATE), ["ClusterId", "SubnetIds"]);
    }

    #[test]
    fn only_those_lines_change() {
        let addresses = BTreeMap::from([
            ("target/lambda/api/".to_owned(), "s3://b/lambda/api-1.zip".to_owned()),
            ("statemachines/a.asl.json".to_owned(), "s3://b/a-2.json".to_owned()),
        ]);
        let packaged = package(TEMPLATE, &addresses);
        let expected = TEMPLATE
            .replace("CodeUri: target/lambda/api/", "CodeUri: s3://b/lambda/api-1.zip")
            .replace("DefinitionUri: statemachines/a.asl.json", "DefinitionUri: s3://b/a-2.json");
        assert_eq!(packaged, expected);
        assert!(functions(&packaged).is_empty() && definitions(&packaged).is_empty());
    }
}
