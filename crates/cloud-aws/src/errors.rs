//! The only place that knows the cloud's error codes: what a call that failed means, in the domain's words.
//!
//! Codes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html> and each service's reference.

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use soca_app::ports::CloudError;
use soca_domain::{Code, Fault};

/// The services we call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    CloudFormation,
    Ec2,
    EventBridge,
    Pricing,
    S3,
    Quotas,
    StepFunctions,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Service::CloudFormation => "CloudFormation",
            Service::Ec2 => "EC2",
            Service::EventBridge => "EventBridge",
            Service::Pricing => "AWS Pricing",
            Service::S3 => "S3",
            Service::Quotas => "Service Quotas",
            Service::StepFunctions => "Step Functions",
        }
    }
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// What was asked about does not exist.
    Absent,
    /// What was to be made exists already.
    AlreadyThere,
    /// Nobody waits for this answer any more.
    NotAwaited,
    /// EC2 would do it.
    DryRunPassed,
    /// EC2 has no such capacity now.
    NoCapacity,
    /// A quota of the account is used up.
    QuotaReached,
    /// It did not answer, or asks for patience.
    Busy,
    /// It says no, for a reason of its own.
    Refused,
}

/// A call that failed, and what the service said.
#[derive(Debug)]
pub(crate) struct Failure {
    service: Service,
    meaning: Meaning,
    code: String,
    message: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Failure {
    /// Reads an SDK's error.
    pub(crate) fn of<E>(service: Service, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        let status = error.raw_response().map(|response| response.status().as_u16());
        let meaning = match &error {
            SdkError::ServiceError(_) => meaning(service, &code, &message, status),
            _ => Meaning::Busy,
        };
        Self { service, meaning, code, message, source: Box::new(error) }
    }

    /// What it means.
    pub(crate) fn meaning(&self) -> Meaning {
        self.meaning
    }

    /// The service's sentence, made fit for a person.
    pub(crate) fn sentence(&self) -> String {
        let sentence = sentence(&self.message);
        if self.code.is_empty() { sentence } else { format!("{sentence} ({})", self.code) }
    }

    /// The error for a caller that has no better use for an outright refusal than this fault.
    pub(crate) fn or_fault(self, refused: impl FnOnce(&Failure) -> Fault) -> CloudError {
        match self.meaning {
            Meaning::Busy => CloudError::Unavailable { service: self.service.name(), source: self.source },
            Meaning::NoCapacity => CloudError::Refused(no_capacity(&self.sentence())),
            Meaning::QuotaReached => CloudError::Refused(quota_reached(self.service, &self.sentence())),
            _ => CloudError::Refused(refused(&self)),
        }
    }
}

impl From<Failure> for CloudError {
    /// Refusals that nobody expected are a fault of the installation, not of the job.
    fn from(failure: Failure) -> Self {
        failure.or_fault(|f| {
            Fault::new(
                Code::Internal,
                format!("{} refused a call: {}", f.service.name(), f.sentence()),
                "Tell your administrator: the installation's permissions or settings do not fit.",
            )
        })
    }
}

/// A reply that cannot be read, as an error.
pub(crate) fn unreadable(
    service: Service,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> CloudError {
    CloudError::Unavailable { service: service.name(), source: error.into() }
}

/// A failure that a service reports as data within a reply that succeeded.
pub(crate) fn reported(service: Service, code: &str, message: &str) -> Failure {
    Failure {
        service,
        meaning: meaning(service, code, message, None),
        code: code.to_owned(),
        message: message.to_owned(),
        source: format!("{code}: {message}").into(),
    }
}

/// The table of codes.
fn meaning(service: Service, code: &str, message: &str, status: Option<u16>) -> Meaning {
    use Service::{CloudFormation, Ec2, Quotas, S3, StepFunctions};
    match (service, code) {
        (Ec2, "DryRunOperation") => Meaning::DryRunPassed,
        (Ec2, "InvalidInstanceType") => Meaning::Absent,
        (Ec2, _) if ec2_absent(code) => Meaning::Absent,
        (Ec2, "InsufficientCapacity" | "InsufficientHostCapacity" | "InsufficientInstanceCapacity") => {
            Meaning::NoCapacity
        }
        (
            Ec2,
            "InsufficientReservedInstanceCapacity" | "ReservationCapacityExceeded" | "SpotMaxPriceTooLow",
        ) => Meaning::NoCapacity,
        (Ec2, "InstanceLimitExceeded" | "MaxSpotInstanceCountExceeded" | "VcpuLimitExceeded") => {
            Meaning::QuotaReached
        }
        (CloudFormation, "AlreadyExistsException" | "TokenAlreadyExistsException") => Meaning::AlreadyThere,
        (CloudFormation, "LimitExceededException") => Meaning::QuotaReached,
        (CloudFormation, "ValidationError") if message.contains("does not exist") => Meaning::Absent,
        (StepFunctions, "ExecutionAlreadyExists") => Meaning::AlreadyThere,
        (StepFunctions, "ExecutionDoesNotExist") => Meaning::Absent,
        (StepFunctions, "InvalidToken" | "TaskDoesNotExist" | "TaskTimedOut") => Meaning::NotAwaited,
        (S3, "NoSuchKey" | "NotFound") => Meaning::Absent,
        (Quotas, "NoSuchResourceException") => Meaning::Absent,
        _ if passing(code) || status.is_some_and(|s| s >= 500) => Meaning::Busy,
        _ => Meaning::Refused,
    }
}

/// EC2's codes for ids that do not exist or cannot: `InvalidAMIID.NotFound`, `InvalidSubnetID.NotFound`, …
fn ec2_absent(code: &str) -> bool {
    code.starts_with("Invalid")
        && [".NotFound", ".Malformed", ".Unavailable"].iter().any(|end| code.ends_with(end))
}

/// Codes that all services use to ask for patience.
fn passing(code: &str) -> bool {
    const CODES: &[&str] = &[
        "ConcurrentModificationException",
        "EC2ThrottledException",
        "ExecutionLimitExceeded",
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalError",
        "InternalException",
        "InternalFailure",
        "ProvisionedThroughputExceededException",
        "RequestExpired",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "Unavailable",
    ];
    CODES.contains(&code)
}

/// The longest sentence of AWS's that we pass on, in characters.
const MAX_SENTENCE: usize = 300;

/// AWS's text without the encoded part that only an administrator can decode, on one line, not too long.
fn sentence(message: &str) -> String {
    let head = message.split("Encoded authorization failure message").next().unwrap_or_default();
    let line: Vec<&str> = head.split_whitespace().collect();
    let line = line.join(" ");
    let short: String = line.chars().filter(|c| !c.is_control()).take(MAX_SENTENCE).collect();
    match (short.is_empty(), line.chars().count() > MAX_SENTENCE) {
        (true, _) => "no reason was given".to_owned(),
        (_, true) => format!("{short}…"),
        _ => short,
    }
}

/// What Auto Scaling says of a launch that failed, which is EC2's sentence without its code.
pub(crate) fn launch_failure(message: &str) -> Fault {
    const NO_CAPACITY: &[&str] = &[
        "do not have sufficient",
        "InsufficientInstanceCapacity",
        "no Spot capacity",
        "Spot request price",
        "ReservationCapacityExceeded",
    ];
    const QUOTA: &[&str] =
        &["vCPU limit", "VcpuLimitExceeded", "spot instance count exceeded", "InstanceLimitExceeded"];
    let says =
        |words: &[&str]| words.iter().any(|word| message.to_lowercase().contains(&word.to_lowercase()));
    let said = sentence(message);
    if says(QUOTA) {
        return quota_reached(Service::Ec2, &said);
    }
    if says(NO_CAPACITY) {
        return no_capacity(&said);
    }
    Fault::new(
        Code::StackFailed,
        format!("EC2 could not launch a node: {said}"),
        "Change what the sentence names; otherwise tell your administrator.",
    )
}

fn no_capacity(sentence: &str) -> Fault {
    Fault::new(
        Code::CapacityUnavailable,
        format!("EC2 has no such capacity now: {sentence}"),
        "The job is tried again; more instance types or subnets to choose from help.",
    )
}

fn quota_reached(service: Service, sentence: &str) -> Fault {
    Fault::new(
        Code::QuotaInUse,
        format!("{} has reached a quota of this account: {sentence}", service.name()),
        "The job is tried again; an administrator can ask AWS to raise the quota.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(service: Service, code: &str) -> Meaning {
        meaning(service, code, "", Some(400))
    }

    #[test]
    fn codes_have_their_meaning() {
        for (service, code, expected) in [
            (Service::Ec2, "DryRunOperation", Meaning::DryRunPassed),
            (Service::Ec2, "InvalidAMIID.NotFound", Meaning::Absent),
            (Service::Ec2, "InvalidAMIID.Malformed", Meaning::Absent),
            (Service::Ec2, "InvalidInstanceID.NotFound", Meaning::Absent),
            (Service::Ec2, "InvalidGroup.NotFound", Meaning::Absent),
            (Service::Ec2, "InvalidInstanceType", Meaning::Absent),
            (Service::Ec2, "InsufficientInstanceCapacity", Meaning::NoCapacity),
            (Service::Ec2, "VcpuLimitExceeded", Meaning::QuotaReached),
            (Service::Ec2, "UnauthorizedOperation", Meaning::Refused),
            (Service::Ec2, "RequestLimitExceeded", Meaning::Busy),
            (Service::StepFunctions, "InvalidToken", Meaning::NotAwaited),
            (Service::S3, "InvalidToken", Meaning::Refused),
            (Service::S3, "NoSuchKey", Meaning::Absent),
            (Service::S3, "SlowDown", Meaning::Busy),
            (Service::Quotas, "NoSuchResourceException", Meaning::Absent),
            (Service::CloudFormation, "AlreadyExistsException", Meaning::AlreadyThere),
            (Service::CloudFormation, "ValidationError", Meaning::Refused),
        ] {
            assert_eq!(means(service, code), expected, "{service:?} {code}");
        }
        let absent = "Stack with id soca-job-1-1 does not exist";
        assert_eq!(meaning(Service::CloudFormation, "ValidationError", absent, Some(400)), Meaning::Absent);
        assert_eq!(meaning(Service::Ec2, "Unheard", "", Some(503)), Meaning::Busy);
    }

    #[test]
    fn sentences_are_short_and_on_one_line() {
        let denied = "You are not authorized.\n Encoded authorization failure message: xYz123";
        assert_eq!(sentence(denied), "You are not authorized.");
        assert_eq!(sentence(""), "no reason was given");
        assert_eq!(sentence(&"x".repeat(999)).chars().count(), MAX_SENTENCE + 1);
    }

    #[test]
    fn failed_launches_are_told_apart() {
        for (message, expected) in [
            (
                "We currently do not have sufficient c6i.large capacity in the zone you requested.",
                Code::CapacityUnavailable,
            ),
            (
                "Could not launch Spot Instances. InsufficientInstanceCapacity - There is no capacity.",
                Code::CapacityUnavailable,
            ),
            ("There is no Spot capacity available that matches your request.", Code::CapacityUnavailable),
            (
                "Your Spot request price of 0.01 is lower than the minimum required.",
                Code::CapacityUnavailable,
            ),
            (
                "You have requested more vCPU capacity than your current vCPU limit of 32 allows.",
                Code::QuotaInUse,
            ),
            ("Max spot instance count exceeded. Launching EC2 instance failed.", Code::QuotaInUse),
            ("The requested configuration is currently not supported.", Code::StackFailed),
            ("You have insufficient permissions to launch.", Code::StackFailed),
        ] {
            assert_eq!(launch_failure(message).code, expected, "{message}");
        }
    }

    #[test]
    fn failures_become_the_ports_errors() {
        let error = |code| CloudError::from(reported(Service::Ec2, code, "Sentence."));
        assert!(matches!(error("Throttling"), CloudError::Unavailable { service: "EC2", .. }));
        for (code, expected) in [
            ("InsufficientInstanceCapacity", Code::CapacityUnavailable),
            ("VcpuLimitExceeded", Code::QuotaInUse),
            ("UnauthorizedOperation", Code::Internal),
        ] {
            let CloudError::Refused(fault) = error(code) else { panic!("{code} is not refused") };
            assert_eq!(fault.code, expected);
            assert!(fault.message.contains("Sentence.") && fault.message.contains(code), "{fault}");
        }
    }
}
