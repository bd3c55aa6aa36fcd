//! SOCA's tags, so that cost reports and scripts made for it keep working.

use soca_app::ports::cloud::StackPlan;

/// The tag that tells clusters apart.
pub(crate) const CLUSTER_ID: &str = "soca:ClusterId";
/// The tag that names the stack.
pub(crate) const STACK_ID: &str = "soca:StackId";
/// What PBS, and so SOCA, calls the project of a job that has none.
const NO_PROJECT: &str = "_pbs_project_default";
/// The longest tag value AWS takes.
const MAX_VALUE: usize = 256;

/// Every tag of a compute stack and all that is in it, by key.
pub(crate) fn tags(plan: &StackPlan, cluster: &str) -> Vec<(&'static str, String)> {
    let (job, _) = plan.stack.parts();
    let pairs = [
        ("Name", format!("{cluster}-compute-job-{job}")),
        (CLUSTER_ID, cluster.to_owned()),
        ("soca:JobId", job.to_string()),
        ("soca:JobName", plan.job_name.clone()),
        ("soca:JobOwner", plan.owner.clone()),
        ("soca:JobProject", plan.project.clone().unwrap_or_else(|| NO_PROJECT.to_owned())),
        ("soca:JobQueue", plan.queue.clone()),
        ("soca:KeepForever", "false".to_owned()),
        ("soca:NodeType", "soca-compute-node".to_owned()),
        (STACK_ID, plan.stack.to_string()),
        ("soca:TerminateWhenIdle", "0".to_owned()),
    ];
    pairs.into_iter().map(|(key, value)| (key, tag_value(&value))).collect()
}

/// A text as a tag's value: characters that not every service takes become `_`, and so does an empty text.
///
/// This is also what keeps CloudFormation's own `{{resolve:…}}` out of templates (P10).
pub(crate) fn tag_value(text: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c);
    let value: String = text.chars().take(MAX_VALUE).map(|c| if keep(c) { c } else { '_' }).collect();
    if value.trim().is_empty() { "_".to_owned() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_only_what_every_service_takes_p10() {
        assert_eq!(tag_value("wing-3.1_b+=@/:x y"), "wing-3.1_b+=@/:x y");
        assert_eq!(tag_value("{{resolve:ssm:/x}}"), "__resolve:ssm:/x__");
        assert_eq!(tag_value("${A}\"\n'<é>"), "__A______".to_owned() + "_");
        assert_eq!(tag_value(""), "_");
        assert_eq!(tag_value(&"é".repeat(300)).len(), 256);
    }
}
