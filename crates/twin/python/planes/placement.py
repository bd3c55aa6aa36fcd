"""Placement groups and FSx file systems: what Moto's EC2 and CloudFormation leave out.

CreatePlacementGroup, DeletePlacementGroup and DescribePlacementGroups; the CloudFormation types
AWS::EC2::PlacementGroup and AWS::FSx::FileSystem (Lustre, available at once).
"""
import fnmatch

from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.fsx.models import FileSystem, fsx_backends
from moto.moto_api._internal import mock_random

from planes import instances
from planes.world import Settings

STRATEGIES = ("cluster", "spread", "partition")
_groups: dict[str, "PlacementGroup"] = {}
_describe_file_system = FileSystem.to_dict


class PlacementGroup(CloudFormationModel):
    """A named placement strategy; it cannot go while instances are in it."""

    def __init__(self, name: str, strategy: str, tags: dict[str, str], partitions: int | None = None) -> None:
        self.name, self.strategy, self.tags, self.partitions = name, strategy, tags, partitions
        self.id = f"pg-{mock_random.get_random_hex(17)}"

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::PlacementGroup"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "GroupName"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.name

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        tags = {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or []}
        return create(resource_name, properties.get("Strategy") or "cluster", tags, properties.get("PartitionCount"))

    def delete(self, account_id: str, region_name: str) -> None:
        delete(self.name)

    def as_answer(self) -> dict:
        arn = f"arn:aws:ec2:{Settings.region}:{Settings.account}:placement-group/{self.name}"
        return {"GroupName": self.name, "GroupId": self.id, "GroupArn": arn, "State": "available",
                "Strategy": self.strategy, "PartitionCount": self.partitions,
                "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()]}


def create(name: str, strategy: str, tags: dict[str, str], partitions: int | None) -> PlacementGroup:
    if strategy not in STRATEGIES:
        raise EC2ClientError("InvalidParameterValue", f"Value ({strategy}) for parameter strategy is invalid.")
    if name in _groups:
        raise EC2ClientError("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
    _groups[name] = PlacementGroup(name, strategy, tags, partitions)
    return _groups[name]


def delete(name: str) -> None:
    if name not in _groups:
        raise EC2ClientError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    if any(i.placement.group_name == name and i.state != "terminated" for i in instances.backend().all_instances()):
        raise EC2ClientError("InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use and may not be "
                             "deleted.")
    del _groups[name]


def respond_create(self):
    self.error_on_dryrun()
    group = create(self._get_param("GroupName"), self._get_param("Strategy") or "cluster",
                   self._parse_tag_specification().get("placement-group", {}), self._get_param("PartitionCount"))
    return ActionResult({"PlacementGroup": group.as_answer()})


def respond_delete(self):
    self.error_on_dryrun()
    delete(self._get_param("GroupName"))
    return EmptyResult()


def respond_describe(self):
    names, ids = self._get_param("GroupNames", []), self._get_param("GroupIds", [])
    for name in names:
        if name not in _groups:
            raise EC2ClientError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    found = [g for g in _groups.values() if (not names or g.name in names) and (not ids or g.id in ids)]
    for condition in self._get_param("Filters", []):
        key, wanted = condition["Name"], condition["Values"]
        found = [g for g in found if any(fnmatch.fnmatchcase(_filtered(g, key), value) for value in wanted)]
    return ActionResult({"PlacementGroups": [g.as_answer() for g in found]})


def _filtered(group: PlacementGroup, key: str) -> str:
    if key.startswith("tag:"):
        return group.tags.get(key[4:], "\0")
    return {"group-name": group.name, "strategy": group.strategy, "state": "available"}.get(key, "\0")


class FsxFileSystem(CloudFormationModel):
    """AWS::FSx::FileSystem over Moto's FSx."""

    def __init__(self, file_system: FileSystem) -> None:
        self.file_system = file_system

    @property
    def physical_resource_id(self) -> str:
        return self.file_system.file_system_id

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::FSx::FileSystem"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("DNSName", "LustreMountName", "ResourceARN", "RootVolumeId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        answer = self.file_system.to_dict()
        if attribute_name == "LustreMountName":
            return answer["LustreConfiguration"]["MountName"]
        return answer[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        given = cloudformation_json["Properties"]
        return cls(fsx_backends[account_id][region_name].create_file_system(
            client_request_token=mock_random.get_random_hex(16), file_system_type=given["FileSystemType"],
            storage_capacity=int(given.get("StorageCapacity") or 1200), storage_type=given.get("StorageType") or "SSD",
            subnet_ids=given.get("SubnetIds") or [], security_group_ids=given.get("SecurityGroupIds") or [],
            tags=given.get("Tags"), kms_key_id=given.get("KmsKeyId"), windows_configuration=None,
            lustre_configuration=given.get("LustreConfiguration") or {}, ontap_configuration=None,
            file_system_type_version=given.get("FileSystemTypeVersion"), open_zfs_configuration=None))

    def delete(self, account_id: str, region_name: str) -> None:
        fsx_backends[account_id][region_name].file_systems.pop(self.physical_resource_id, None)


def describe_file_system(self) -> dict:
    """Moto leaves out the life cycle and Lustre's mount name."""
    answer = {**_describe_file_system(self), "Lifecycle": "AVAILABLE", "OwnerId": Settings.account}
    if self.file_system_type == "LUSTRE":
        answer["LustreConfiguration"] = {"DeploymentType": "SCRATCH_2", "MountName": self.file_system_id[3:],
                                         **(self.lustre_configuration or {})}
    return answer


def install() -> None:
    EC2Response.create_placement_group = respond_create
    EC2Response.delete_placement_group = respond_delete
    EC2Response.describe_placement_groups = respond_describe
    FileSystem.to_dict = describe_file_system
