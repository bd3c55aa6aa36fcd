"""CloudFormation resources the serverless plane would refuse, and attributes it forgets.

Inert types are accepted and recorded so that the real template deploys; nothing acts on them locally.
"""
from ministack.services.cloudformation import provisioners

from planes import common

INERT_TYPES = (
    "AWS::Budgets::Budget", "AWS::Budgets::BudgetsAction", "AWS::CE::AnomalyMonitor", "AWS::CE::AnomalySubscription",
    "AWS::CE::CostCategory", "AWS::CloudWatch::CompositeAlarm", "AWS::EC2::PlacementGroup",
    "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::FSx::FileSystem",
    "AWS::IAM::ServiceLinkedRole", "AWS::ImageBuilder::Component", "AWS::ImageBuilder::DistributionConfiguration",
    "AWS::ImageBuilder::ImagePipeline", "AWS::ImageBuilder::ImageRecipe",
    "AWS::ImageBuilder::InfrastructureConfiguration", "AWS::Logs::QueryDefinition",
    "AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchServerless::SecurityPolicy", "AWS::ResourceGroups::Group", "AWS::XRay::Group",
)


def _record(logical_id, props, stack_name):
    name = provisioners._physical_name(stack_name, logical_id)
    return name, {"Arn": f"arn:aws:soca-twin:::{name}", "Id": name}


def _forget(physical_id, props):
    return None


def with_reachable_endpoint(port: int):
    """Creates an HTTP API whose ApiEndpoint every program here can reach: `*.localhost` does not resolve everywhere."""
    create = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]["create"]

    def create_api(logical_id, props, stack_name):
        api_id, attributes = create(logical_id, props, stack_name)
        if props.get("ProtocolType", "HTTP") == "HTTP":
            endpoint = f"http://{common.LOOPBACK}:{port}/_aws/execute-api/{api_id}/$default"
            provisioners._apigw_v2._apis[api_id]["apiEndpoint"] = attributes["ApiEndpoint"] = endpoint
        return api_id, attributes

    return create_api


def install(port: int) -> list[str]:
    """Register the inert types and the attributes; returns the types that are inert."""
    handlers = provisioners._RESOURCE_HANDLERS
    inert = [name for name in INERT_TYPES if name not in handlers]
    for name in inert:
        handlers[name] = {"create": _record, "delete": _forget}
    handlers["AWS::ApiGatewayV2::Api"]["create"] = with_reachable_endpoint(port)
    attributes = provisioners._cognito_user_pool_attributes

    def with_provider_url(pool_id):
        known = attributes(pool_id)
        return {**known, "ProviderURL": f"https://{known['ProviderName']}"}

    provisioners._cognito_user_pool_attributes = with_provider_url
    return inert
