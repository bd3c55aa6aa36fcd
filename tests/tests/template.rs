//! `template.yaml`: every function is in it with what it needs and no more, and nothing is billed by the hour.

mod repository;
mod sam;

use repository::{files, folders, names_after, none, read};
use sam::{Template, list, short};
use serde_json::Value;
use soca_http::ACCESS;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_function_is_deployed_and_every_deployed_function_exists() {
    let template = Template::load();
    let functions = template.functions();
    let deployed: Vec<String> = functions.keys().cloned().collect();
    assert_eq!(deployed, folders("functions"));
    for (name, (id, properties)) in functions {
        assert_eq!(properties["CodeUri"], format!("target/lambda/{name}/"), "{id}");
        assert_eq!(properties["FunctionName"]["Fn::Sub"], format!("${{ClusterId}}-{name}"), "{id}");
        let manifest = read(&format!("functions/{name}/Cargo.toml"));
        assert!(manifest.contains(&format!("[[bin]]\nname = \"{name}\"")), "{name} builds no such binary");
    }
}

/// Which variables the shell's methods and functions read.
const READ_BY: &[(&str, &[&str])] = &[
    ("Shell::load()", &["LOG_LEVEL"]),
    ("shell.store()", &["TABLE_NAME"]),
    ("shell.workflow()", &["STATE_MACHINE_ARN"]),
    ("shell.bus()", &["BUS_NAME"]),
    ("shell.artifacts()", &["BUCKET_NAME"]),
    ("shell.instances()", &["CLUSTER_ID"]),
    ("shell.mover()", &["TABLE_NAME", "STATE_MACHINE_ARN", "BUS_NAME"]),
    (
        "settings()",
        &[
            "SHARED_ROOT",
            "BOOT_SECONDS",
            "RETRY_SECONDS",
            "SILENCE_SECONDS",
            "PROJECT_RULE",
            "MAX_RUNNING_JOBS",
            "MAX_INSTANCES",
        ],
    ),
    (
        "cluster()",
        &[
            "CLUSTER_ID",
            "SUBNET_IDS",
            "SECURITY_GROUP_ID",
            "INSTANCE_PROFILE",
            "AMI_X86_64",
            "AMI_ARM64",
            "KEY_NAME",
        ],
    ),
];

/// The variables that a source reads itself. Those of the SDKs are not ours to set.
fn reads(source: &str) -> BTreeSet<String> {
    let marks = ["required(\"", "text(\"", "number(\"", "word(\""];
    let all = marks.iter().flat_map(|mark| names_after(source, mark));
    all.filter(|name| !name.starts_with("AWS_")).collect()
}

#[test]
fn every_variable_is_set_and_none_is_unused() {
    let template = Template::load();
    let of_all =
        template.all["Globals"]["Function"]["Environment"]["Variables"].as_object().expect("variables");
    let mut wrong = Vec::new();
    for (name, (_, properties)) in template.functions() {
        let source = read(&format!("functions/{name}/src/main.rs"));
        let mut needed = reads(&source);
        for (call, variables) in READ_BY.iter().filter(|(call, _)| calls(&source, call)) {
            assert!(!variables.is_empty(), "{call}");
            needed.extend(variables.iter().map(|v| (*v).to_owned()));
        }
        let own = properties["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
        let set: BTreeSet<String> = own.keys().chain(of_all.keys()).cloned().collect();
        wrong.extend(needed.difference(&set).map(|v| format!("{name} reads {v}, which is not set")));
        wrong.extend(set.difference(&needed).map(|v| format!("{name} is given {v} and does not read it")));
    }
    none("environment variables", &wrong);
}

/// Whether a source calls this, and not something whose name ends alike.
fn calls(source: &str, call: &str) -> bool {
    source.match_indices(call).any(|(at, _)| {
        let before = source[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[test]
fn the_table_of_variables_is_the_shells_own() {
    let known: BTreeSet<String> =
        READ_BY.iter().flat_map(|(_, all)| all.iter().map(|v| (*v).to_owned())).collect();
    let sources =
        files("crates/shell/src", &[".rs"]).into_iter().chain(files("crates/runtime/src", &[".rs"]));
    let read_there: BTreeSet<String> = sources.flat_map(|path| reads(&read(&path))).collect();
    assert_eq!(known, read_there);
}

#[test]
fn every_function_has_a_log_group_that_forgets() {
    let template = Template::load();
    let groups = template.resources("AWS::Logs::LogGroup");
    for (name, (id, _)) in template.functions() {
        let wanted = format!("/aws/lambda/${{ClusterId}}-{name}");
        let group = groups.values().find(|group| group["LogGroupName"]["Fn::Sub"] == wanted);
        let group = group.unwrap_or_else(|| panic!("{id} has no log group {wanted}"));
        assert!(
            group["RetentionInDays"].as_u64().is_some_and(|days| days <= 90),
            "{id} keeps logs for too long"
        );
    }
}

#[test]
fn no_statement_allows_everything() {
    let template = Template::load();
    let mut wrong = Vec::new();
    for (who, statement) in template.statements() {
        assert_eq!(statement["Effect"], "Allow", "{who}");
        let sid = &statement["Sid"];
        for action in list(&statement["Action"]) {
            if action.as_str().is_none_or(|a| a == "*" || a.ends_with(":*") || a.contains('*')) {
                wrong.push(format!("{who}.{sid}: {action}"));
            }
        }
        if list(&statement["Resource"]).is_empty() || !statement["NotAction"].is_null() {
            wrong.push(format!("{who}.{sid}: no resource, or everything but something"));
        }
    }
    none("statements that allow too much", &wrong);
}

#[test]
fn all_resources_are_meant_only_where_it_was_reviewed() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (who, statement) in Template::load().statements() {
        if list(&statement["Resource"]).contains(&Value::from("*")) {
            let actions = list(&statement["Action"]).iter().map(short).collect::<Vec<_>>();
            found.entry(who).or_default().extend(actions);
        }
    }
    // EC2's descriptions, prices, quotas and the listing of stacks know no resources. RunInstances and CreateTags do;
    // their resources (images, subnets, volumes of every account) cannot be listed beforehand.
    insta::assert_yaml_snapshot!(found);
}

#[test]
fn roles_are_passed_to_one_service_only() {
    for (who, statement) in Template::load().statements() {
        if list(&statement["Action"]).contains(&Value::from("iam:PassRole")) {
            let service = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
            assert!(service.is_string(), "{who} may pass a role to anybody");
            assert_ne!(statement["Resource"], "*", "{who} may pass any role");
        }
    }
}

#[test]
fn who_may_do_what_is_as_reviewed() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (who, statement) in Template::load().statements() {
        let actions = list(&statement["Action"]).iter().map(short).collect::<Vec<_>>().join(" ");
        let condition = if statement["Condition"].is_null() { "" } else { " (on a condition)" };
        let on = short(&statement["Resource"]);
        found.entry(who).or_default().push(format!("{} on {on}{condition}", actions));
    }
    insta::assert_yaml_snapshot!(found);
}

#[test]
fn every_address_reaches_its_function() {
    let template = Template::load();
    let mut reached = Vec::new();
    for (id, route) in template.resources("AWS::ApiGatewayV2::Route") {
        let target = route["Target"]["Fn::Sub"].as_str().expect("a target");
        let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
        let integration = &template.all["Resources"][integration]["Properties"];
        assert_eq!(integration["PayloadFormatVersion"], "2.0", "{id}");
        let function = short(&integration["IntegrationUri"]).replace(".Arn", "");
        let permissions = template.resources("AWS::Lambda::Permission");
        let permitted = permissions.values().any(|p| {
            short(&p["FunctionName"]) == function
                && p["Principal"] == "apigateway.amazonaws.com"
                && !p["SourceArn"].is_null()
        });
        assert!(permitted, "API Gateway may not call {function}");
        reached.push((route["RouteKey"].as_str().expect("a key").to_owned(), function));
    }
    for (method, path, _) in ACCESS {
        let of = reached.iter().filter(|(key, _)| key_matches(key, method, path)).count();
        assert_eq!(of, 1, "{method} {path} is served by {of} routes");
    }
}

/// Whether a route key such as `ANY /v1/{proxy+}` takes a method and path.
fn key_matches(key: &str, method: &str, path: &str) -> bool {
    let (verb, pattern) = key.split_once(' ').expect("a method and a path");
    (verb == "ANY" || verb == method) && path.starts_with(pattern.trim_end_matches("{proxy+}"))
}

/// Types of resources that cost nothing while nobody uses them.
const FREE_WHILE_IDLE: &[&str] = &[
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm", // 10 of them are free, then 0.10 USD a month each
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
];

/// Types that are billed by the hour; here to be named when one is found.
const HOURLY: &[&str] = &[
    "AWS::DirectoryService::",
    "AWS::EC2::Instance",
    "AWS::EC2::NatGateway",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECS::",
    "AWS::EKS::",
    "AWS::ElastiCache::",
    "AWS::ElasticLoadBalancing",
    "AWS::FSx::",
    "AWS::KMS::Key",
    "AWS::MSK::",
    "AWS::OpenSearchService::",
    "AWS::RDS::",
    "AWS::Route53Resolver::",
    "AWS::SecretsManager::Secret",
];

#[test]
fn nothing_is_billed_by_the_hour() {
    let template = Template::load();
    for (id, resource) in template.all["Resources"].as_object().expect("resources") {
        let kind = resource["Type"].as_str().expect("a type");
        assert!(!HOURLY.iter().any(|h| kind.starts_with(h)), "{id} ({kind}) is billed while nobody uses it");
        assert!(FREE_WHILE_IDLE.contains(&kind), "{id}: nobody has looked up what {kind} costs while idle");
    }
    for (id, table) in template.resources("AWS::DynamoDB::Table") {
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
        assert!(table["GlobalSecondaryIndexes"].is_null(), "{id}: pointer rows take the place of indexes");
    }
    for (name, (id, properties)) in template.functions() {
        assert!(properties["ProvisionedConcurrencyConfig"].is_null(), "{id} ({name}) is billed by the hour");
        assert!(properties["VpcConfig"].is_null(), "{id} ({name}) in a VPC would need a NAT gateway");
    }
}

#[test]
fn the_state_machine_gets_what_it_names() {
    let template = Template::load();
    for (id, machine) in template.resources("AWS::Serverless::StateMachine") {
        let definition = read(machine["DefinitionUri"].as_str().expect("a file"));
        let named: BTreeSet<String> = names_after(&definition, "${").into_iter().collect();
        let given = machine["DefinitionSubstitutions"].as_object().expect("substitutions");
        assert_eq!(named, given.keys().cloned().collect(), "{id}");
        let invoked = list(&machine["Policies"][0]["Statement"][0]["Resource"]);
        let invoked: BTreeSet<String> = invoked.iter().map(short).collect();
        assert_eq!(
            invoked,
            given.values().map(short).collect(),
            "{id} may call what it names, and only that"
        );
    }
}

#[test]
fn parameters_have_constraints() {
    let template = Template::load();
    let mut wrong = Vec::new();
    for (name, parameter) in template.all["Parameters"].as_object().expect("parameters") {
        let bounded = parameter["MinValue"].is_number() && parameter["MaxValue"].is_number();
        let limited = ["AllowedPattern", "AllowedValues"].iter().any(|c| !parameter[*c].is_null());
        if !bounded && !limited {
            wrong.push(format!("{name} takes anything"));
        }
        if parameter["Description"].is_null() {
            wrong.push(format!("{name} is not described"));
        }
        let listed = template.all["Metadata"]["AWS::CloudFormation::Interface"].to_string();
        if !listed.contains(&format!("\"{name}\"")) {
            wrong.push(format!("{name} is in no group"));
        }
    }
    none("parameters", &wrong);
}

#[test]
fn the_operations_guide_knows_every_parameter_and_output() {
    let (template, guide) = (Template::load(), read("docs/OPERATIONS.md"));
    let names = ["Parameters", "Outputs"]
        .into_iter()
        .flat_map(|part| template.all[part].as_object().expect("names").keys());
    none(
        "names that OPERATIONS.md lacks",
        &names.filter(|n| !guide.contains(&format!("`{n}`"))).cloned().collect::<Vec<_>>(),
    );
}
