//! Creates or updates the application's stack, and waits for it.

use crate::{
    deploy::{
        aws::{Aws, failed},
        packages::BUCKET,
    },
    fault::{Fault, Kind, Outcome},
};
use aws_sdk_cloudformation::{
    error::ProvideErrorMetadata,
    types::{Capability, Parameter, Stack},
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// The stack's name.
pub const NAME: &str = "soca";
/// The longest template that CloudFormation takes in a request.
const LONGEST_BODY: usize = 51_200;
const LIMIT: Duration = Duration::from_secs(120);

/// What is deployed.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The packaged template.
    pub template: &'a str,
    /// Its parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// The serverless plane's address.
    pub endpoint: &'a str,
}

/// Makes the stack what is wanted; its outputs.
pub async fn deploy(aws: &Aws, wanted: &Wanted<'_>) -> Outcome<BTreeMap<String, String>> {
    let status = describe(aws).await?.map(|stack| status_of(&stack));
    match status.as_deref() {
        Some("CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE") => {
            if !update(aws, wanted).await? {
                create(aws, wanted).await?;
            }
        }
        Some(_) => {
            remove(aws).await?;
            create(aws, wanted).await?;
        }
        None => create(aws, wanted).await?,
    }
    let stack = describe(aws).await?.ok_or_else(|| lost("it is not there"))?;
    let outputs = stack.outputs().iter();
    Ok(outputs.filter_map(|o| Some((o.output_key()?.to_owned(), o.output_value()?.to_owned()))).collect())
}

/// The names that resources really have, by logical id.
pub async fn resources(aws: &Aws) -> Outcome<BTreeMap<String, String>> {
    let reply = aws.stacks.describe_stack_resources().stack_name(NAME).send().await;
    let reply = reply.map_err(|error| failed("Listing the stack's resources", error))?;
    let pairs = reply.stack_resources().iter().filter_map(|resource| {
        Some((resource.logical_resource_id()?.to_owned(), resource.physical_resource_id()?.to_owned()))
    });
    Ok(pairs.collect())
}

async fn create(aws: &Aws, wanted: &Wanted<'_>) -> Outcome<()> {
    let (body, url) = source(aws, wanted).await?;
    let call = aws.stacks.create_stack().stack_name(NAME).set_template_body(body).set_template_url(url);
    let call = call.set_capabilities(Some(capabilities())).set_parameters(Some(parameters(wanted)));
    call.send().await.map_err(|error| failed("Creating the stack", error))?;
    settle(aws, "CREATE_COMPLETE").await
}

/// Whether the stack is now as wanted; a failed update removes it.
async fn update(aws: &Aws, wanted: &Wanted<'_>) -> Outcome<bool> {
    let (body, url) = source(aws, wanted).await?;
    let call = aws.stacks.update_stack().stack_name(NAME).set_template_body(body).set_template_url(url);
    let call = call.set_capabilities(Some(capabilities())).set_parameters(Some(parameters(wanted)));
    match call.send().await {
        Ok(_) => {}
        Err(error) if error.message().unwrap_or_default().contains("No updates") => return Ok(true),
        Err(error) => return Err(failed("Updating the stack", error)),
    }
    if settle(aws, "UPDATE_COMPLETE").await.is_ok() {
        return Ok(true);
    }
    remove(aws).await?;
    Ok(false)
}

async fn remove(aws: &Aws) -> Outcome<()> {
    let deleted = aws.stacks.delete_stack().stack_name(NAME).send().await;
    deleted.map_err(|error| failed("Deleting the stack", error))?;
    settle(aws, "DELETE_COMPLETE").await
}

async fn source(aws: &Aws, wanted: &Wanted<'_>) -> Outcome<(Option<String>, Option<String>)> {
    if wanted.template.len() <= LONGEST_BODY {
        return Ok((Some(wanted.template.to_owned()), None));
    }
    let body = wanted.template.as_bytes().to_vec().into();
    let put = aws.s3.put_object().bucket(BUCKET).key("template.yaml").body(body).send().await;
    put.map_err(|error| failed("Uploading the template", error))?;
    Ok((None, Some(format!("{}/{BUCKET}/template.yaml", wanted.endpoint))))
}

fn capabilities() -> Vec<Capability> {
    vec![Capability::CapabilityIam, Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand]
}

fn parameters(wanted: &Wanted<'_>) -> Vec<Parameter> {
    let one = |(key, value): (&String, &String)| {
        Parameter::builder().parameter_key(key).parameter_value(value).build()
    };
    wanted.parameters.iter().map(one).collect()
}

async fn describe(aws: &Aws) -> Outcome<Option<Stack>> {
    match aws.stacks.describe_stacks().stack_name(NAME).send().await {
        Ok(reply) => Ok(reply.stacks().first().cloned()),
        Err(error) if error.message().unwrap_or_default().contains("does not exist") => Ok(None),
        Err(error) => Err(failed("Looking at the stack", error)),
    }
}

fn status_of(stack: &Stack) -> String {
    stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default()
}

/// Waits for the end of what is going on, which should be `good`.
async fn settle(aws: &Aws, good: &str) -> Outcome<()> {
    let until = Instant::now() + LIMIT;
    loop {
        let stack = describe(aws).await?;
        let status = stack.as_ref().map_or_else(|| "DELETE_COMPLETE".to_owned(), status_of);
        if status == good {
            return Ok(());
        }
        if !status.ends_with("_IN_PROGRESS") {
            return Err(lost(&format!("{status}: {}", reasons(aws).await)));
        }
        if Instant::now() > until {
            return Err(lost(&format!("{status} for {} s", LIMIT.as_secs())));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn lost(why: &str) -> Fault {
    Fault::new(
        Kind::Deploy,
        format!("The stack {NAME} could not be deployed: {why}."),
        "Correct template.yaml; the emulator's log is cargo xtask logs serverless-plane",
    )
}

/// What the failed resources said.
async fn reasons(aws: &Aws) -> String {
    let Ok(reply) = aws.stacks.describe_stack_events().stack_name(NAME).send().await else {
        return "no events".to_owned();
    };
    let failed = reply
        .stack_events()
        .iter()
        .filter(|event| event.resource_status().is_some_and(|status| status.as_str().ends_with("_FAILED")));
    let lines: Vec<String> = failed
        .map(|event| {
            let (name, reason) = (event.logical_resource_id(), event.resource_status_reason());
            format!("{}: {}", name.unwrap_or_default(), reason.unwrap_or("no reason"))
        })
        .collect();
    lines.join("; ")
}
