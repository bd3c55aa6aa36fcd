"""IAM on the compute plane: every request is put to the serverless plane, which holds users, roles and policies.

`checks_for` names what EC2, Auto Scaling, CloudFormation and FSx would authorize (action, resource, condition
keys); the serverless plane verifies the signature and evaluates the policies. CloudFormation acts with the
stack's role or the caller's permissions, so creating and deleting its resources is put to the same question.
"""
import base64
import contextlib
import http.client
import json
import re
import threading
from urllib.parse import parse_qsl, urlsplit

from moto.autoscaling.models import autoscaling_backends
from moto.cloudformation.models import cloudformation_backends
from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends

from planes.common import TOKEN_HEADER
from planes.world import LOCK, Settings

JSON_SERVICES = ("fsx", "pricing", "servicequotas")
_PREFIXES = {"i": "instance", "vol": "volume", "lt": "launch-template", "sg": "security-group", "subnet": "subnet",
             "vpc": "vpc", "eni": "network-interface", "pg": "placement-group", "ami": "image"}
_SIMPLE_EC2 = {"CreateLaunchTemplate": "launch-template/*", "CreateVolume": "volume/*", "CreateKeyPair": "key-pair/*",
               "CreateNetworkInterface": "network-interface/*", "CreateSecurityGroup": "security-group/*"}
_RESOURCES = {  # CloudFormation type: what its handlers call, per verb
    "AWS::EC2::LaunchTemplate": {"create": ("ec2:CreateLaunchTemplate", "ec2:DescribeLaunchTemplates"),
                                 "delete": ("ec2:DeleteLaunchTemplate", "ec2:DescribeLaunchTemplates")},
    "AWS::AutoScaling::AutoScalingGroup": {
        "create": ("autoscaling:CreateAutoScalingGroup", "autoscaling:DescribeAutoScalingGroups",
                   "autoscaling:DescribeScalingActivities"),
        "delete": ("autoscaling:DeleteAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup",
                   "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities")},
    "AWS::EC2::PlacementGroup": {"create": ("ec2:CreatePlacementGroup", "ec2:DescribePlacementGroups"),
                                 "delete": ("ec2:DeletePlacementGroup", "ec2:DescribePlacementGroups")},
    "AWS::EC2::SecurityGroup": {"create": ("ec2:CreateSecurityGroup", "ec2:DescribeSecurityGroups"),
                                "delete": ("ec2:DeleteSecurityGroup", "ec2:DescribeSecurityGroups")},
    "AWS::EC2::Instance": {"create": ("ec2:RunInstances",), "delete": ("ec2:TerminateInstances",)},
    "AWS::FSx::FileSystem": {"create": ("fsx:CreateFileSystem", "fsx:DescribeFileSystems"),
                             "delete": ("fsx:DeleteFileSystem", "fsx:DescribeFileSystems")},
}
_here = threading.local()
_endpoint: tuple[str, int] | None = None
_token = ""


class Denied(ServiceException):
    code = "AccessDenied"


def configure(serverless_endpoint: str | None, token: str) -> None:
    """Without an endpoint everything is allowed."""
    global _endpoint, _token
    parts = urlsplit(serverless_endpoint or "")
    _endpoint = (parts.hostname, parts.port or 80) if parts.hostname else None
    _token = token


def ask(question: dict) -> tuple[str, str] | None:
    """The serverless plane's refusal as (code, message), or None."""
    if _endpoint is None:
        return None
    connection = http.client.HTTPConnection(*_endpoint, timeout=10)
    try:
        connection.request("POST", "/_soca/authorize", json.dumps({"region": Settings.region, **question}),
                           {"content-type": "application/json", TOKEN_HEADER: _token})
        answer = json.loads(connection.getresponse().read())
    except OSError as error:
        return "ServiceUnavailable", f"the serverless plane cannot be asked for permission: {error}"
    finally:
        connection.close()
    if answer.get("allow"):
        return None
    return answer.get("code", "AccessDenied"), answer.get("message") or answer.get("error", "")


def scope(headers: dict[str, str]) -> tuple[str, str]:
    """(access key, service) of a signed request."""
    found = re.search(r"Credential=([^/]+)/[^/]+/[^/]+/([^/]+)/", headers.get("authorization", ""))
    return found.groups() if found else ("", "")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{Settings.region}:{Settings.account}:{resource}"


def _ec2_resource(identifier: str) -> tuple[str, dict]:
    """ARN and tag condition keys of an EC2 id."""
    kind = _PREFIXES.get(identifier.split("-")[0], "*")
    tags = dict(ec2_backends[Settings.account][Settings.region].tags.get(identifier, {}))
    context = {f"{prefix}:ResourceTag/{key}": value for key, value in tags.items() for prefix in ("aws", "ec2")}
    if kind == "image":
        return f"arn:aws:ec2:{Settings.region}::image/{identifier}", context
    return _arn("ec2", f"{kind}/{identifier}"), context


def _listed(params: dict, prefix: str) -> list[str]:
    return [value for key, value in params.items() if re.fullmatch(rf"{re.escape(prefix)}(\.member)?\.\d+", key)]


def _request_tags(params: dict, resource_type: str = "") -> dict:
    tags = {}
    for key, name in params.items():
        found = re.fullmatch(r"((?:TagSpecification\.\d+\.)?(?:Tag|Tags\.member)\.\d+)\.Key", key)
        spec = found and re.match(r"TagSpecification\.\d+", key)
        if not found or (spec and resource_type and params.get(f"{spec.group()}.ResourceType") != resource_type):
            continue
        tags[name] = params.get(f"{found.group(1)}.Value", "")
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}


def run_checks(instance_type: str, names: dict, tags: dict, profile: str | None) -> list[dict]:
    """What EC2 authorizes for a launch. `names`: ids by role (image, subnet, groups, template, placement)."""
    context = {"ec2:InstanceType": instance_type, **tags}
    checks = [{"action": "ec2:RunInstances", "resource": _arn("ec2", f"{kind}/*"), "context": context}
              for kind in ("instance", "volume", "network-interface")]
    for identifier in filter(None, [names.get("image"), names.get("subnet"), names.get("template"),
                                    *(names.get("groups") or [])]):
        arn, own = _ec2_resource(identifier)
        checks.append({"action": "ec2:RunInstances", "resource": arn, "context": own})
    if names.get("placement"):
        checks.append({"action": "ec2:RunInstances", "resource": _arn("ec2", f"placement-group/{names['placement']}")})
    if tags:
        checks.append({"action": "ec2:CreateTags", "resource": _arn("ec2", "instance/*"),
                       "context": {"ec2:CreateAction": "RunInstances", **tags}})
    if profile:
        checks.append({"action": "iam:PassRole", "resource": f"instance-profile:{profile}",
                       "context": {"iam:PassedToService": "ec2.amazonaws.com"}})
    return checks


def _ec2_checks(action: str, params: dict) -> list[dict]:
    name = f"ec2:{action}"
    if action == "RunInstances":
        template = {key: params[f"LaunchTemplate.{key}"]
                    for key in ("LaunchTemplateId", "LaunchTemplateName", "Version")
                    if params.get(f"LaunchTemplate.{key}")}
        version = None
        if template:
            with contextlib.suppress(ServiceException):  # the request itself will say what is wrong
                version = ec2_backends[Settings.account][Settings.region]._get_template_from_args(template)
        data = version.data if version else {}
        profile = data.get("IamInstanceProfile") or {}
        return run_checks(
            params.get("InstanceType") or data.get("InstanceType") or "m1.small",
            {"image": params.get("ImageId") or data.get("ImageId"), "subnet": params.get("SubnetId"),
             "groups": _listed(params, "SecurityGroupId"), "template": version.template.id if version else None,
             "placement": params.get("Placement.GroupName")},
            _request_tags(params, "instance"), params.get("IamInstanceProfile.Name")
            or params.get("IamInstanceProfile.Arn") or profile.get("Name") or profile.get("Arn"))
    if action.startswith(("Describe", "Get")):
        return [{"action": name}]
    tags = _request_tags(params)
    if action in _SIMPLE_EC2:
        return [{"action": name, "resource": _arn("ec2", _SIMPLE_EC2[action]), "context": tags}]
    if "PlacementGroup" in action:
        return [{"action": name, "resource": _arn("ec2", f"placement-group/{params.get('GroupName', '*')}"),
                 "context": tags}]
    ids = _listed(params, "InstanceId") + _listed(params, "ResourceId") + [
        params[key] for key in ("InstanceId", "LaunchTemplateId", "GroupId", "VolumeId") if params.get(key)]
    checks = []
    for identifier in ids:
        arn, own = _ec2_resource(identifier)
        checks.append({"action": name, "resource": arn, "context": {**own, **tags}})
    return checks or [{"action": name, "context": tags}]


def _group_check(action: str, params: dict) -> dict:
    groups = autoscaling_backends[Settings.account][Settings.region].autoscaling_groups
    name = params.get("AutoScalingGroupName") or params.get("Tags.member.1.ResourceId")
    if not name and params.get("InstanceId"):
        name = next((g.name for g in groups.values() if any(
            s.instance_id == params["InstanceId"] for s in g.instance_states)), None)
    if not name or action.startswith("Describe"):
        return {"action": f"autoscaling:{action}"}
    tags = {f"{prefix}:ResourceTag/{tag['Key']}": tag["Value"] for tag in (groups[name].tags if name in groups else [])
            for prefix in ("aws", "autoscaling")}
    return {"action": f"autoscaling:{action}", "context": {**tags, **_request_tags(params)},
            "resource": _arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")}


def _stack_checks(action: str, params: dict) -> list[dict]:
    name, context = params.get("StackName"), _request_tags(params)
    if not name:
        return [{"action": f"cloudformation:{action}"}]
    for stack in cloudformation_backends[Settings.account][Settings.region].stacks.values():
        if name in (stack.name, stack.stack_id):
            context.update({f"aws:ResourceTag/{key}": value for key, value in (stack.tags or {}).items()})
    arn = name if name.startswith("arn:") else _arn("cloudformation", f"stack/{name}/*")
    if params.get("RoleARN"):
        context["cloudformation:RoleArn"] = params["RoleARN"]
    checks = [{"action": f"cloudformation:{action}", "resource": arn, "context": context}]
    if params.get("RoleARN"):
        checks.append({"action": "iam:PassRole", "resource": params["RoleARN"],
                       "context": {"iam:PassedToService": "cloudformation.amazonaws.com"}})
    return checks


def checks_for(service: str, headers: dict, query: str, body: bytes) -> list[dict]:
    if service in JSON_SERVICES:
        action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        resource = "*"
        if service == "fsx" and not action.startswith("Describe"):
            resource = _arn("fsx", f"file-system/{json.loads(body or b'{}').get('FileSystemId', '*')}")
        return [{"action": f"{service}:{action}", "resource": resource}]
    params = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) | dict(parse_qsl(query))
    action = params.get("Action", "")
    if service == "ec2":
        return _ec2_checks(action, params)
    if service == "autoscaling":
        return [_group_check(action, params)]
    if service == "cloudformation":
        return _stack_checks(action, params)
    return [{"action": f"{service}:{action}"}]


def refusal(method: str, path: str, query: str, headers: list[tuple[str, str]], body: bytes) -> tuple[str, str] | None:
    """Put one request to the question; remembers its caller for what it sets in motion."""
    lowered = {name.lower(): value for name, value in headers}
    key, service = scope(lowered)
    _here.key = key
    if _endpoint is None:
        return None
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    with LOCK:
        checks = checks_for(service, lowered, query, body)
    return ask({"service": service, "checks": checks,
                "request": {"method": method, "path": path, "query": fields, "headers": headers,
                            "body": base64.b64encode(body).decode()}})


def current_principal(role_arn: str | None) -> dict:
    """Who a stack acts as: its role, or the caller of the request at hand."""
    return {"role_arn": role_arn} if role_arn else {"access_key": getattr(_here, "key", "")}


def require(principal: dict, checks: list[dict]) -> None:
    refused = ask({**principal, "service": "cloudformation", "checks": checks}) if checks else None
    if refused:
        raise Denied(refused[1])


def require_for_resource(principal: dict, kind: str, verb: str, name: str = "*") -> None:
    """A stack's principal must be allowed to make or delete a resource; groups are known by their names."""
    require(principal, [{"action": action, "resource": _resource_of(action, name)}
                        for action in _RESOURCES.get(kind, {}).get(verb, ())])


def _resource_of(action: str, group: str) -> str:
    service, name = action.split(":")
    if name.startswith("Describe"):
        return "*"
    kinds = {"LaunchTemplate": "launch-template/", "PlacementGroup": "placement-group/", "FileSystem": "file-system/",
             "SecurityGroup": "security-group/", "Instances": "instance/",
             "AutoScalingGroup": "autoScalingGroup:*:autoScalingGroupName/"}
    kind = next((kind for part, kind in kinds.items() if name.endswith(part)), "")
    return _arn(service, kind + (group if "AutoScalingGroup" in name else "*"))
