"""Auto Scaling groups that launch like AWS's: later, per capacity pool, with a history.

A group never launches inside the request that changes it. Every step looks at each group, drops lost
instances, launches or removes what is missing or too much, and writes scaling activities. Mixed instances
policies are tried in the order of their overrides, each over the group's zones; a refused launch is a
`Failed` activity and a feed entry, and the group rests before it tries again (longer each time).
"""
import itertools
import time
import uuid

from moto.autoscaling import models
from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

from planes import capacity, instances
from planes.world import CLOCK, FEED, Settings

LONGEST_PAUSE = 60.0
KEPT_ACTIVITIES = 5_000
_activities: list[dict] = []
_create = models.AutoScalingBackend.create_auto_scaling_group
_update = FakeAutoScalingGroup.update


def backend():
    return autoscaling_backends[Settings.account][Settings.region]


def activity(group, description: str, cause: str, status: str, message: str = "") -> dict:
    now = utcnow()
    entry = {
        "ActivityId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "AutoScalingGroupARN": group.arn,
        "Description": description, "Cause": cause, "StatusCode": status, "StartTime": now, "EndTime": now,
        "Progress": 100, "Details": "{}", **({"StatusMessage": message} if message else {}),
    }
    _activities.append(entry)
    del _activities[:-KEPT_ACTIVITIES]
    return entry


def set_desired_capacity(self, new_capacity) -> None:
    wanted = self.min_size if new_capacity is None else new_capacity
    if self.min_size is not None and self.max_size is not None and not self.min_size <= wanted <= self.max_size:
        bound = "below" if wanted < self.min_size else "above"
        limit = f"min value {self.min_size}" if wanted < self.min_size else f"max value {self.max_size}"
        raise ValidationError(f"New SetDesiredCapacity value {wanted} is {bound} {limit} for the AutoScalingGroup.")
    self.desired_capacity = wanted
    self.soca_next_try, self.soca_pause = 0.0, Settings.retry_seconds


def choices(group) -> list[dict]:
    """Instance types in order of preference: {"type", "weight", "template": launch template version}."""
    default = group.ec2_launch_template and group.ec2_launch_template.get_version(group.launch_template_version)
    overrides = ((group.mixed_instances_policy or {}).get("LaunchTemplate") or {}).get("Overrides") or [{}]
    found = []
    for override in overrides:
        template = default
        own = override.get("LaunchTemplateSpecification")
        if own:
            template = group.ec2_backend._get_template_from_args(
                {key: own[key] for key in ("LaunchTemplateId", "LaunchTemplateName", "Version") if own.get(key)})
        found.append({"type": override.get("InstanceType") or template.instance_type, "template": template,
                        "weight": max(1, int(override.get("WeightedCapacity") or 1))})
    return found


def _spot_share(group, alive, missing: int) -> int:
    """How many of `missing` units are to be spot under the group's instances distribution."""
    policy = group.mixed_instances_policy
    if not policy:
        data = group.ec2_launch_template.get_version(group.launch_template_version).data
        return missing if (data.get("InstanceMarketOptions") or {}).get("MarketType") == "spot" else 0
    rules = policy.get("InstancesDistribution") or {}
    base, percent = int(rules.get("OnDemandBaseCapacity") or 0), rules.get("OnDemandPercentageAboveBaseCapacity")
    above = max(0, group.desired_capacity - base)
    spot = above - -(-above * int(100 if percent is None else percent) // 100)
    have = sum(capacity.market_of(state.instance) == "spot" for state in alive)
    return max(0, min(missing, spot - have))


def _zones(group, template_data: dict, alive) -> list[tuple[str, str | None]]:
    """(zone, subnet) to try, the emptiest first; a cluster placement group stays in its first zone."""
    if group.vpc_zone_identifier:
        subnets = [group.ec2_backend.get_subnet(name) for name in group.vpc_zone_identifier.split(",")]
        places = [(subnet.availability_zone, subnet.id) for subnet in subnets]
    else:
        places = [(zone, None) for zone in group.availability_zones]
    used = [state.instance.placement.zone for state in alive]
    if used and _placement_group(group, template_data):
        return [place for place in places if place[0] == used[0]] or places
    return sorted(places, key=lambda place: used.count(place[0]))


def _placement_group(group, template_data: dict) -> str | None:
    return group.placement_group or (template_data.get("Placement") or {}).get("GroupName")


def _run(group, choice, place, market: str, count: int) -> list:
    template, (zone, subnet) = choice["template"], place
    data = template.data
    nics = data.get("NetworkInterfaces") or []
    security = list(data.get("SecurityGroupIds") or []) + [
        name for nic in nics for name in (nic.get("Groups") or nic.get("SecurityGroupId") or [])]
    specs = {spec["ResourceType"]: {tag["Key"]: str(tag["Value"]) for tag in spec.get("Tags") or []}
             for spec in data.get("TagSpecifications") or []}
    tags = {"instance": {**specs.get("instance", {}), **group.get_propagated_tags(), ASG_NAME_TAG: group.name},
            "volume": specs.get("volume", {})}
    reservation = instances.launch(
        group.ec2_backend, "", count, None, [], spot=market == "spot", tags=tags, subnet_id=subnet, placement=zone,
        placement_group=_placement_group(group, data), profile=instances.profile_of(data),
        cpu_options=data.get("CpuOptions"), security_group_ids=list(dict.fromkeys(security)),
        instance_type=choice["type"], is_instance_type_default=False,
        region_name=group.region, associate_public_ip=False,
        launch_template={"LaunchTemplateId": template.template.id, "Version": template.number})
    for instance in reservation.instances:
        instance.autoscaling_group = group
        group.instance_states.append(models.InstanceState(
            instance, lifecycle_state="Pending",
            protected_from_scale_in=group.new_instances_protected_from_scale_in))
        activity(group, f"Launching a new EC2 instance: {instance.id}", _cause(group), "Successful")
    return reservation.instances


def _cause(group) -> str:
    return (f"At {utcnow():%Y-%m-%dT%H:%M:%SZ} an instance was started in response to a difference between desired "
            f"and actual capacity, increasing the capacity to {group.desired_capacity}.")


def _launch(group, alive, missing: int, market: str, attempt):
    """Launch up to `missing` units in one market; the refusal (code, sentence, type, zone) when some stay missing."""
    refusal = None
    for choice in choices(group):
        together = _placement_group(group, choice["template"].data) is not None
        # First an even share per zone, then wherever there is room; a placement group is all or nothing.
        for even in ((False,) if together else (True, False)):
            places = _zones(group, choice["template"].data, alive)
            for position, place in enumerate(places):
                if missing <= 0:
                    return None
                count = -(-missing // choice["weight"])
                if even:
                    count = -(-count // (len(places) - position))
                refused = attempt.quota_refusal(choice["type"], market, count)
                room = 0 if refused else attempt.room(choice["type"], place[0], market, count)
                if room < count:
                    others = [zone for zone, _ in places
                              if zone != place[0] and attempt.room(choice["type"], zone, market, 1, ask_only=True)]
                    refused = refused or (
                        capacity.NO_CAPACITY, capacity.no_capacity(choice["type"], place[0], others))
                    refusal = (*refused, choice["type"], place[0])
                    room = 0 if together else room
                if room:
                    launched = _run(group, choice, place, market, room)
                    attempt.launched(launched)
                    alive.extend(state for state in group.instance_states if state.instance in launched)
                    missing -= room * choice["weight"]
    return refusal if missing > 0 else None


def _refused(group, market: str, refusal) -> None:
    code, sentence, instance_type, zone = refusal
    if group.mixed_instances_policy:
        kind = "Spot" if market == "spot" else "On-Demand"
        sentence = f"Could not launch {kind} Instances. {code} - {sentence}"
    message = f"{sentence} Launching EC2 instance failed."
    description = f"Launching a new EC2 instance.  Status Reason: {message}"
    entry = activity(group, description, _cause(group), "Failed", message)
    FEED.add("launch-unsuccessful", group=group.name, stack=_stack_of(group), activity_id=entry["ActivityId"],
             code=code, status_message=message, description=description, cause=entry["Cause"],
             instance_type=instance_type, zone=zone, market=market)


def _stack_of(group) -> str | None:
    return next((tag["Value"] for tag in group.tags if tag["Key"] == "aws:cloudformation:stack-name"), None)


def step_group(group) -> None:
    """Bring one group towards its desired capacity."""
    now = time.monotonic()
    for state in list(group.instance_states):
        if state.instance.state not in ("pending", "running"):
            group.instance_states.remove(state)
            activity(group, f"Terminating EC2 instance: {state.instance_id}",
                     f"At {utcnow():%Y-%m-%dT%H:%M:%SZ} an instance was taken out of service in response to an EC2 "
                     "health check indicating it has been terminated or stopped.", "Successful")
            group.soca_next_try = max(group.soca_next_try, now + Settings.replace_seconds)
        elif state.instance.state == "running" and state.lifecycle_state == "Pending":
            state.lifecycle_state = "InService"
            FEED.add("launch-successful", group=group.name, stack=_stack_of(group), instance_id=state.instance_id)
    alive = [state for state in group.instance_states if state.lifecycle_state != "Standby"]
    weights = {choice["type"]: choice["weight"] for choice in choices(group)} if group.ec2_launch_template else {}
    units = sum(weights.get(state.instance_type, 1) for state in alive)
    missing = (group.desired_capacity or 0) - units
    if missing < 0:
        surplus = itertools.islice((s for s in alive if not s.protected_from_scale_in), -missing)
        for state in list(surplus):
            activity(group, f"Terminating EC2 instance: {state.instance_id}",
                     f"At {utcnow():%Y-%m-%dT%H:%M:%SZ} instance {state.instance_id} was selected for termination.",
                     "Successful")
            group.instance_states.remove(state)
            state.instance.terminate()
    if missing <= 0 or now < group.soca_next_try or "Launch" in group._suspended_processes:
        return
    attempt = capacity.Round(instances.backend().all_instances())
    spot = _spot_share(group, alive, missing)
    for market, wanted in (("spot", spot), ("on-demand", missing - spot)):
        if wanted <= 0:
            continue
        try:
            refusal = _launch(group, alive, wanted, market, attempt)
        except EC2ClientError as error:  # a bad template: a failed activity, as on AWS
            refusal = (error.code, error.message, "", "")
        if refusal:
            _refused(group, market, refusal)
            group.soca_next_try = time.monotonic() + group.soca_pause
            group.soca_pause = min(LONGEST_PAUSE, group.soca_pause * 2)
        else:
            group.soca_pause = Settings.retry_seconds


def step() -> None:
    for group in list(backend().autoscaling_groups.values()):
        step_group(group)


def create_auto_scaling_group(self, name, *args, **kwargs):
    if name in self.autoscaling_groups:
        raise AutoscalingClientError("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the "
                                     f"name {name} already exists")
    return _create(self, name, *args, **kwargs)


def update(self, *args, **kwargs) -> None:
    """Moto forgets the mixed instances policy when an update does not repeat it."""
    policy = self.mixed_instances_policy
    if not any(kwargs.get(key) for key in ("launch_config_name", "launch_template", "mixed_instances_policy")):
        kwargs["mixed_instances_policy"] = policy
    _update(self, *args, **kwargs)
    if kwargs.get("desired_capacity") is None:
        self.set_desired_capacity(min(max(self.desired_capacity, self.min_size), self.max_size))


def delete_auto_scaling_group(self, group_name: str) -> None:
    """Remove a group; its instances shut down on their own time."""
    group = self.autoscaling_groups.pop(group_name, None)
    if group is None:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{group_name}' not found")
    for state in group.instance_states:
        state.instance.terminate()
    group.instance_states = []


def respond_delete(self):
    name = self._get_param("AutoScalingGroupName")
    group = self.autoscaling_backend.autoscaling_groups.get(name)
    if group and group.instance_states and not self._get_bool_param("ForceDelete", False):
        raise AutoscalingClientError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are "
                                     "instances or pending Spot instance request(s) still in the group.")
    self.autoscaling_backend.delete_auto_scaling_group(name)
    return EmptyResult()


def respond_activities(self):
    name, ids = self._get_param("AutoScalingGroupName"), self._get_param("ActivityIds", [])
    groups = self.autoscaling_backend.autoscaling_groups
    deleted = self._get_bool_param("IncludeDeletedGroups", False)
    found = [entry for entry in reversed(_activities)
             if (not name or entry["AutoScalingGroupName"] == name) and (not ids or entry["ActivityId"] in ids)
             and (deleted or entry["AutoScalingGroupName"] in groups)]
    first = int(self._get_param("NextToken") or 0)
    last = first + min(100, self._get_int_param("MaxRecords") or 100)
    return ActionResult({"Activities": found[first:last], "NextToken": str(last) if last < len(found) else None})


def install() -> None:
    FakeAutoScalingGroup.set_desired_capacity = set_desired_capacity
    FakeAutoScalingGroup.update = update
    models.AutoScalingBackend.create_auto_scaling_group = create_auto_scaling_group
    models.AutoScalingBackend.delete_auto_scaling_group = delete_auto_scaling_group
    for name in ("notify_terminate_instances", "update_attached_elbs", "update_attached_target_groups"):
        setattr(models.AutoScalingBackend, name, lambda self, _: None)  # the steps see to it; no load balancers
    AutoScalingResponse.delete_auto_scaling_group = respond_delete
    AutoScalingResponse.describe_scaling_activities = respond_activities
    CLOCK.every(0.1, step)
