"""CloudFormation stacks as the compute control plane sees them on AWS.

CreateStack and DeleteStack answer at once and work later, with an event per resource. A stack with an Auto
Scaling group is complete when the group has MinSize instances in service. A failed creation rolls back (or
stays, with OnFailure). A deletion waits until the groups' instances are terminated. Resource types nothing
here would act on are refused. Each resource is created and deleted with the permissions of the stack's role,
or else of the caller.
"""
import time

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import CloudFormationBackend, Event, Stack, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models.instances import Instance

from planes import groups, instances, permits
from planes.world import CLOCK, FEED, Settings, log

FINAL = ("CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_COMPLETE", "DELETE_FAILED",
         "DELETE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
_create_resource = parsing.parse_and_create_resource
_respond_create = CloudFormationResponse.create_stack
_respond_update = CloudFormationResponse.update_stack
_update_stack = Stack.update
_create_group = FakeAutoScalingGroup.create_from_cloudformation_json


def backend() -> CloudFormationBackend:
    return cloudformation_backends[Settings.account][Settings.region]


def find(name_or_id: str) -> Stack | None:
    return next((s for s in backend().stacks.values() if name_or_id in (s.name, s.stack_id)), None)


def event(stack: Stack, logical: str, physical: str, kind: str, status: str, reason: str | None = None) -> None:
    stack.events.append(Event(stack_id=stack.stack_id, stack_name=stack.name, logical_resource_id=logical,
                              physical_resource_id=physical, resource_type=kind, resource_status=status,
                              resource_status_reason=reason, resource_properties=None))
    if logical != stack.name:
        stack.soca_resources[logical] = status


def enter(stack: Stack, status: str, reason: str | None = None) -> None:
    stack.status, stack.stack_status_reason = status, reason
    FEED.add("stack", stack=stack.name, stack_id=stack.stack_id, status=status, reason=reason or "",
             token=getattr(stack, "soca_token", None))
    event(stack, stack.name, stack.stack_id, "AWS::CloudFormation::Stack", status, reason)


def create_stack(self, name, template, parameters, **kwargs) -> Stack:
    if find(name):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    body = Stack.parse_template(template)
    types = {entry.get("Type", "") for entry in (body.get("Resources") or {}).values()}
    unknown = sorted(t for t in types if t not in parsing.NULL_MODELS and t not in parsing.get_model_map())
    if unknown:
        raise ValidationError(message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    stack = Stack(stack_id=models.generate_stack_id(name, self.region_name, self.account_id), name=name,
                  template=template, parameters=parameters, account_id=self.account_id, region_name=self.region_name,
                  cross_stack_resources=self.exports, **kwargs)
    stack.soca_resources, stack.soca_groups, stack.soca_token = {}, [], None
    stack.soca_principal = permits.current_principal(kwargs.get("role_arn"))
    stack.soca_on_failure = "ROLLBACK"
    self.stacks[stack.stack_id] = stack
    enter(stack, "CREATE_IN_PROGRESS", "User Initiated")
    CLOCK.after(Settings.step_seconds, lambda: _create_resources(stack))
    return stack


def _create_resources(stack: Stack) -> None:
    if stack.status != "CREATE_IN_PROGRESS":
        return
    try:
        stack.resource_map.create(stack.template_dict)
    except Exception as error:  # whatever a resource raised is the stack's reason
        log.info("stack %s failed", stack.name, exc_info=True)
        _fail(stack, f"The following resource(s) failed to create: [{_failed(stack)}]. {_reason(error)}")
        return
    _await_groups(stack, time.monotonic() + Settings.stabilize_seconds)


def _failed(stack: Stack) -> str:
    return ", ".join(name for name, status in stack.soca_resources.items() if status == "CREATE_FAILED")


def _reason(error: Exception) -> str:
    return getattr(error, "message", None) or str(error)


def _await_groups(stack: Stack, deadline: float) -> None:
    if stack.status != "CREATE_IN_PROGRESS":
        return
    for group in [g for g in stack.soca_groups if stack.soca_resources[g.logical_resource_id] == "CREATE_IN_PROGRESS"]:
        serving = len(group.active_instances())
        if serving >= (group.min_size or 0):
            event(stack, group.logical_resource_id, group.name, group.cf_resource_type, "CREATE_COMPLETE")
        elif time.monotonic() > deadline:
            reason = (f"Group did not stabilize. {{current/minSize/maxSize/desired: {serving}/{group.min_size}/"
                      f"{group.max_size}/{group.desired_capacity}}}")
            event(stack, group.logical_resource_id, group.name, group.cf_resource_type, "CREATE_FAILED", reason)
            _fail(stack, f"The following resource(s) failed to create: [{group.logical_resource_id}].")
            return
        else:
            CLOCK.after(0.1, lambda: _await_groups(stack, deadline))
            return
    enter(stack, "CREATE_COMPLETE")


def _fail(stack: Stack, reason: str) -> None:
    if stack.soca_on_failure == "DO_NOTHING":
        enter(stack, "CREATE_FAILED", reason)
        return
    how = "DELETE" if stack.soca_on_failure == "DELETE" else "ROLLBACK"
    enter(stack, f"{how}_IN_PROGRESS", reason)
    CLOCK.after(Settings.step_seconds, lambda: _delete_resources(stack, how))


def create_resource(logical_id, resource_json, resources_map, account_id, region_name):
    """One resource of a stack, with its events and under its permissions."""
    stack, kind = backend().stacks.get(resources_map.stack_id), resource_json["Type"]
    condition = resource_json.get("Condition")
    if stack is None or kind in parsing.NULL_MODELS or (condition and not resources_map.lazy_condition_map[condition]):
        return _create_resource(logical_id, resource_json, resources_map, account_id, region_name)
    if stack.status not in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
        return None  # a mere look at the stack must not create what it lacks
    event(stack, logical_id, "", kind, "CREATE_IN_PROGRESS")
    try:
        name = resource_json.get("Properties", {}).get("AutoScalingGroupName")
        permits.require_for_resource(stack.soca_principal, kind, "create", name if isinstance(name, str) else "*")
        resource = _create_resource(logical_id, _with_stack_tags(stack, logical_id, resource_json), resources_map,
                                    account_id, region_name)
    except Exception as error:
        if stack.soca_resources.get(logical_id) != "CREATE_FAILED":
            event(stack, logical_id, "", kind, "CREATE_FAILED", _reason(error))
        raise
    if isinstance(resource, FakeAutoScalingGroup):
        stack.soca_groups.append(resource)
        event(stack, logical_id, resource.name, kind, "CREATE_IN_PROGRESS", "Resource creation Initiated")
    elif resource is not None:
        event(stack, logical_id, resource.physical_resource_id, kind, "CREATE_COMPLETE")
    return resource


def _stack_tags(stack: Stack, logical_id: str) -> dict[str, str]:
    return {"aws:cloudformation:stack-name": stack.name, "aws:cloudformation:stack-id": stack.stack_id,
            "aws:cloudformation:logical-id": logical_id, **(stack.tags or {})}


def _with_stack_tags(stack: Stack, logical_id: str, resource_json: dict) -> dict:
    if resource_json["Type"] not in ("AWS::EC2::PlacementGroup", "AWS::FSx::FileSystem"):
        return resource_json
    given = resource_json.get("Properties") or {}
    tags = [{"Key": key, "Value": str(value)} for key, value in _stack_tags(stack, logical_id).items()]
    return {**resource_json, "Properties": {**given, "Tags": [*(given.get("Tags") or []), *tags]}}


def create_group(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """A group takes its placement group and the stack's tags, and hands the tags to its instances."""
    given = cloudformation_json["Properties"]
    stack = backend().stacks.get(kwargs.get("StackId", ""))
    tags = [{"Key": tag["Key"], "Value": str(tag["Value"]),
             "PropagateAtLaunch": str(tag.get("PropagateAtLaunch")).lower() == "true"}
            for tag in given.get("Tags") or []]
    own = {tag["Key"] for tag in tags}
    extra = _stack_tags(stack, kwargs["LogicalId"]) if stack else {}
    tags += [{"Key": key, "Value": str(value), "PropagateAtLaunch": True} for key, value in extra.items()
             if key not in own]
    group = _create_group.__func__(cls, resource_name, {**cloudformation_json, "Properties": {**given, "Tags": tags}},
                                   account_id, region_name, **kwargs)
    group.placement_group = given.get("PlacementGroup")
    if stack:
        _require_launch(stack, group)
    return group


def _require_launch(stack: Stack, group: FakeAutoScalingGroup) -> None:
    """Who creates a group with a launch template must be allowed to launch from it."""
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    data = version.data
    tags = group.get_propagated_tags()
    context = {"aws:TagKeys": list(tags), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
    checks = [check for choice in groups.choices(group) for check in permits.run_checks(
        choice["type"], {"image": data.get("ImageId"), "template": version.template.id,
                         "groups": data.get("SecurityGroupIds"), "placement": group.placement_group},
        context, instances.profile_of(data))]
    try:
        permits.require(stack.soca_principal, checks)
    except permits.Denied:
        group.autoscaling_backend.autoscaling_groups.pop(group.name, None)
        raise


def update_group(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """An update in place; Moto would replace the group and its instances."""
    given = cloudformation_json["Properties"]
    number = {key: int(given[key]) if given.get(key) is not None else None
              for key in ("MinSize", "MaxSize", "DesiredCapacity")}
    original_resource.update(
        [], number["DesiredCapacity"], number["MaxSize"], number["MinSize"], given.get("LaunchConfigurationName"),
        launch_template=given.get("LaunchTemplate") or {},
        vpc_zone_identifier=",".join(given.get("VPCZoneIdentifier") or []),
        health_check_period=None, health_check_type=None, mixed_instances_policy=given.get("MixedInstancesPolicy"))
    return original_resource


def update_stack(self, *args, **kwargs) -> None:
    before, self.status = self.status, "UPDATE_IN_PROGRESS"
    try:
        _update_stack(self, *args, **kwargs)
    except Exception:
        self.status = before
        raise


def delete_stack(self, name_or_stack_id: str) -> None:
    stack = find(name_or_stack_id)
    if stack is None or stack.status in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
        return
    if stack.enable_termination_protection:
        raise ValidationError(message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    stack.soca_principal = permits.current_principal(stack.role_arn)
    enter(stack, "DELETE_IN_PROGRESS", "User Initiated")
    CLOCK.after(Settings.step_seconds, lambda: _delete_resources(stack, "DELETE"))


def _delete_resources(stack: Stack, why: str) -> None:
    """First what runs, and wait for its end; then the rest."""
    made = stack.resource_map._parsed_resources
    known = {name: made[name] for name in stack.resource_map.resources if made.get(name) is not None}
    try:
        for resource in known.values():
            name = resource.name if isinstance(resource, FakeAutoScalingGroup) else "*"
            permits.require_for_resource(stack.soca_principal, resource.cf_resource_type, "delete", name)
        for name, resource in known.items():
            if isinstance(resource, (FakeAutoScalingGroup, Instance)):
                if stack.soca_resources.get(name) != "DELETE_IN_PROGRESS":
                    event(stack, name, resource.physical_resource_id, resource.cf_resource_type, "DELETE_IN_PROGRESS")
                _end(resource)
        if any(i.state != "terminated" and instances.tags_of(i).get("aws:cloudformation:stack-id") == stack.stack_id
               for i in instances.backend().all_instances()):
            CLOCK.after(0.1, lambda: _delete_resources(stack, why))
            return
        stack.resource_map.delete()
    except Exception as error:
        log.info("stack %s cannot be deleted", stack.name, exc_info=True)
        enter(stack, f"{why}_FAILED", _reason(error))
        return
    for name, resource in known.items():
        event(stack, name, resource.physical_resource_id, resource.cf_resource_type, "DELETE_COMPLETE")
    enter(stack, f"{why}_COMPLETE")
    if why == "DELETE":
        backend().stacks.pop(stack.stack_id, None)
        backend().deleted_stacks[stack.stack_id] = stack


def _end(resource) -> None:
    if isinstance(resource, Instance):
        resource.terminate()
    elif resource.name in resource.autoscaling_backend.autoscaling_groups:
        resource.autoscaling_backend.delete_auto_scaling_group(resource.name)


def respond_create(self):
    token, found = self._get_param("ClientRequestToken"), find(self._get_param("StackName") or "")
    if found and token and found.soca_token == token:
        return ActionResult({"StackId": found.stack_id})
    answer = _respond_create(self)
    stack = find(self._get_param("StackName"))
    stack.soca_token = token
    stack.soca_on_failure = self._get_param("OnFailure") or (
        "DO_NOTHING" if self._get_bool_param("DisableRollback", False) else "ROLLBACK")
    return answer


def respond_update(self):
    stack = find(self._get_param("StackName") or "")
    if stack and stack.status not in FINAL:
        raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
    return _respond_update(self)


def install() -> None:
    CloudFormationBackend.create_stack, CloudFormationBackend.delete_stack = create_stack, delete_stack
    CloudFormationResponse.create_stack, CloudFormationResponse.update_stack = respond_create, respond_update
    Stack.update = update_stack
    parsing.parse_and_create_resource = create_resource
    FakeAutoScalingGroup.create_from_cloudformation_json = classmethod(create_group)
    FakeAutoScalingGroup.update_from_cloudformation_json = classmethod(update_group)
    FakeAutoScalingGroup.delete = lambda self, account_id, region_name: _end(self)
    outputs = Stack.outputs
    Stack.outputs = property(
        lambda self: outputs.fget(self) if self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else None)
    Stack.stack_resources = property(lambda self: [
        resource for name, resource in self.resource_map._parsed_resources.items()
        if name in self.resource_map.resources and resource is not None])
