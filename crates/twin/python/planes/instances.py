"""EC2 instances whose life the machine room leads.

A new instance is `pending` until the machine room says `running`; a terminated one is `shutting-down` until it
says `terminated` (or a few seconds have passed). Every change goes to the feed with all that is needed to
start a node. RunInstances honours pools, quotas, client tokens and DryRun; a dry run also validates.
"""
import copy
from collections.abc import Callable

from moto.ec2 import utils as ec2_utils
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models import instances as models
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.responses import EC2Response
from moto.ec2.responses import instances as responses

from planes import capacity
from planes.world import CLOCK, FEED, Settings

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
ALLOWED = {  # what the machine room may report
    "pending": ("running", "shutting-down", "terminated"),
    "running": ("stopping", "stopped", "shutting-down", "terminated"),
    "stopping": ("stopped", "shutting-down", "terminated"),
    "stopped": ("pending", "shutting-down", "terminated"),
    "shutting-down": ("terminated",),
    "terminated": (),
}
USER_REASON = {"code": "Client.UserInitiatedShutdown",
               "message": "Client.UserInitiatedShutdown: User initiated shutdown"}
FORGOTTEN_AFTER = 3600.0    # seconds EC2 goes on describing a terminated instance

watchers: list[Callable] = []   # called with each instance whose state changed
_tokens: dict[str, str] = {}    # RunInstances client token -> reservation id
_run_instances = models.InstanceBackend.run_instances
_terminate, _stop, _start = models.Instance.terminate, models.Instance.stop, models.Instance.start
_error_on_dryrun = EC2Response.error_on_dryrun


def backend() -> EC2Backend:
    return ec2_backends[Settings.account][Settings.region]


def get_tags(self) -> list[dict[str, str]]:
    """A resource's own tags. Moto walks every tag of every resource, seconds for a few hundred instances."""
    kind = ec2_utils.EC2_PREFIX_TO_RESOURCE.get(ec2_utils.get_prefix(self.id), "")
    return [{"resource_id": self.id, "key": key, "value": value, "resource_type": kind}
            for key, value in self.ec2_backend.tags.get(self.id, {}).items()] if self.id else []


def tags_of(instance) -> dict[str, str]:
    return dict(instance.ec2_backend.tags.get(instance.id, {}))


def cpus(instance) -> int:
    """The CPUs its operating system sees: all of the type, or what the launch's CpuOptions leave."""
    options = getattr(instance, "soca_cpu_options", None)
    if options and options.get("CoreCount"):
        return int(options["CoreCount"]) * int(options.get("ThreadsPerCore") or 1)
    return capacity.vcpus(instance.instance_type)


def describe(instance) -> dict:
    """What the machine room needs to know about an instance."""
    tags = tags_of(instance)
    return {
        "instance_id": instance.id, "state": instance.state, "instance_type": instance.instance_type,
        "zone": instance.placement.zone, "subnet_id": instance.subnet_id, "vpc_id": instance.vpc_id,
        "private_ip": instance.private_ip, "image_id": instance.image_id, "architecture": instance.architecture,
        "cpus": cpus(instance), "memory_mib": capacity.memory_mib(instance.instance_type),
        "market": capacity.market_of(instance), "placement_group": instance.placement.group_name or None,
        "instance_profile": getattr(instance, "soca_profile", None), "launch_time": instance.launch_time.isoformat(),
        "group": tags.get("aws:autoscaling:groupName"), "stack": tags.get("aws:cloudformation:stack-name"),
        "state_reason": instance.state_reason.code or None, "tags": tags,
        "user_data": str(instance.user_data) if instance.user_data else "",
    }


def enter(instance, state: str, reason: dict | None = None) -> None:
    """Put an instance into a state, tell the feed and the watchers."""
    previous = instance._state.name
    instance._state.name, instance._state.code = state, CODES[state]
    if reason:
        instance.state_reason = models.StateReason(reason.get("message", ""), reason.get("code", ""))
    if state == previous:
        return
    FEED.add("instance", previous=previous, **describe(instance))
    for watcher in watchers:
        watcher(instance)
    if state == "pending" and Settings.boot_seconds is not None:
        CLOCK.after(Settings.boot_seconds, lambda: instance.state == "pending" and enter(instance, "running"))
    if state == "terminated":
        CLOCK.after(FORGOTTEN_AFTER, lambda: _forget(instance))
    if state == "shutting-down":
        CLOCK.after(Settings.shutdown_seconds,
                    lambda: instance.state == "shutting-down" and enter(instance, "terminated"))


def _forget(instance) -> None:
    ec2 = instance.ec2_backend
    for name, reservation in list(ec2.reservations.items()):
        reservation.instances = [other for other in reservation.instances if other is not instance]
        if not reservation.instances:
            del ec2.reservations[name]
    ec2.tags.pop(instance.id, None)


def report(instance_id: str, state: str, reason: dict | None) -> dict:
    """The machine room's word on an instance. ValueError for a step that cannot be."""
    instance = backend().get_instance_by_id(instance_id)
    if instance is None:
        raise KeyError(f"no instance {instance_id}")
    if state == instance.state:
        return describe(instance)
    if state not in ALLOWED[instance.state]:
        raise ValueError(f"instance {instance_id} is {instance.state} and cannot become {state}")
    if state in ("shutting-down", "terminated") and instance.state != "shutting-down":
        terminate(instance, reason)
    if state in ("pending", "running"):
        reason = reason or {"code": "", "message": ""}
    enter(instance, state, reason)
    return describe(instance)


def terminate(instance, reason: dict | None = None):
    """Instance.terminate: volumes go at once, the state by way of shutting-down."""
    previous = copy.copy(instance._state)
    if previous.name in ("shutting-down", "terminated"):
        return previous
    _terminate(instance)
    instance._state.name, instance._state.code = previous.name, previous.code
    enter(instance, "shutting-down", reason or USER_REASON)
    return previous


def stop(instance):
    previous = copy.copy(instance._state)
    _stop(instance)
    instance._state.name, instance._state.code = previous.name, previous.code
    enter(instance, "stopped")
    return previous


def start(instance):
    previous = copy.copy(instance._state)
    if previous.name == "stopped":
        _start(instance)
        instance._state.name = previous.name
        enter(instance, "pending")
    return previous


def placed(instance, group: str | None, profile: str | None, spot: bool) -> None:
    """What Moto does not take over from a request or launch template."""
    instance._placement.group_name = group or ""
    instance.soca_profile = profile
    if profile:
        arn = profile if profile.startswith("arn:") else (
            f"arn:aws:iam::{Settings.account}:instance-profile/{profile}")
        instance.iam_instance_profile = {"Arn": arn, "Id": f"AIPA{abs(hash(arn)) % 16 ** 16:016X}"}
    if spot:
        instance.lifecycle = "spot"


def launch(ec2, image_id, count, user_data, group_names, spot=False, placement_group=None, profile=None,
           cpu_options=None, **kwargs):
    """Create instances and announce them as pending; capacity and quotas were the caller's concern."""
    reservation = _run_instances(ec2, image_id, count, user_data, group_names, **kwargs)
    for instance in reservation.instances:
        instance._state.name, instance._state.code = "new", 0
        instance.soca_cpu_options = cpu_options
        placed(instance, placement_group, profile, spot or instance.lifecycle == "spot")
        enter(instance, "pending")
    return reservation


def run_instances(self, image_id, count, user_data, security_group_names, **kwargs):
    """RunInstances: one attempt in one zone, refused by pool or quota as EC2 does."""
    token = kwargs.get("client_token")
    if token in _tokens and _tokens[token] in self.reservations:
        return self.reservations[_tokens[token]]
    data = self._get_template_from_args(kwargs["launch_template"]).data if kwargs.get("launch_template") else {}
    instance_type = kwargs["instance_type"]
    if kwargs.get("is_instance_type_default"):
        instance_type = data.get("InstanceType") or instance_type
    spot = bool(kwargs.get("instance_market_options")) or \
        (data.get("InstanceMarketOptions") or {}).get("MarketType") == "spot"
    subnet = kwargs.get("subnet_id") and self.get_subnet(kwargs["subnet_id"])
    zone = subnet.availability_zone if subnet else kwargs.get("placement") or f"{Settings.region}a"
    attempt, market = capacity.Round(self.all_instances()), "spot" if spot else "on-demand"
    refusal = attempt.quota_refusal(instance_type, market, count)
    if refusal:
        raise EC2ClientError(*refusal)
    if attempt.room(instance_type, zone, market, count) < count:
        raise EC2ClientError(capacity.NO_CAPACITY, capacity.no_capacity(instance_type, zone, []))
    wanted = kwargs.get("iam_instance_profile_name") or kwargs.get("iam_instance_profile_arn")
    profile = wanted or profile_of(data)
    reservation = launch(self, image_id, count, user_data, security_group_names, spot=spot, profile=profile,
                         placement_group=(data.get("Placement") or {}).get("GroupName"),
                         cpu_options=data.get("CpuOptions"), **kwargs)
    if token and token != "ABCDE":  # Moto's value for "no token"
        _tokens[token] = reservation.id
    return reservation


def profile_of(template_data: dict) -> str | None:
    profile = template_data.get("IamInstanceProfile") or {}
    return profile.get("Arn") or profile.get("Name")


def _refuse(code: str, sentence: str):
    raise EC2ClientError(code, sentence)


def validate_launch(response) -> None:
    """What EC2 checks before it answers a dry run: types, images, subnets, groups, architecture."""
    ec2, read = response.ec2_backend, response._get_param
    template = read("LaunchTemplate", {})
    data = ec2._get_template_from_args(template).data if template else {}
    instance_type = read("InstanceType") or data.get("InstanceType") or "m1.small"
    image_id = read("ImageId") or data.get("ImageId")
    if not capacity.known_type(instance_type):
        _refuse("InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType.")
    if not image_id:
        _refuse("MissingParameter", "The request must contain the parameter ImageId")
    image = ec2.describe_images(ami_ids=[image_id])[0]
    supported = capacity.architectures(instance_type)
    if image.architecture not in supported:
        _refuse("InvalidParameterValue", f"The architecture '{','.join(supported)}' of the specified instance type "
                f"does not match the architecture '{image.architecture}' of the specified AMI.")
    if read("SubnetId"):
        ec2.get_subnet(read("SubnetId"))
    for group in read("SecurityGroupIds", []) or data.get("SecurityGroupIds", []):
        if ec2.get_security_group_from_id(group) is None:
            _refuse("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def error_on_dryrun(self) -> None:
    if self._get_action() == "RunInstances":
        validate_launch(self)
    _error_on_dryrun(self)


def _any_profile(*_args, **_kwargs):
    """Instance profiles live in the serverless plane, which Moto cannot see."""


def install() -> None:
    TaggedEC2Resource.get_tags = get_tags
    models.InstanceBackend.run_instances = run_instances
    models.Instance.terminate, models.Instance.stop, models.Instance.start = terminate, stop, start
    EC2Response.error_on_dryrun = error_on_dryrun
    responses.filter_iam_instance_profiles = _any_profile
    EC2Backend.associate_iam_instance_profile = _any_profile
