"""Who may launch what: capacity pools that run dry on demand, and EC2's vCPU quotas.

A pool is (type, zone, market), each of which may be "*". Rules are set through the control API; without a
rule there is capacity. Quotas count the vCPUs of pending and running instances per family and market.
"""
import re

from moto.ec2.models.instance_types import INSTANCE_TYPES

ANY = "*"
NO_CAPACITY = "InsufficientInstanceCapacity"

_STANDARD = ("Standard (A, C, D, H, I, M, R, T, Z)", ("a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"))
_P, _G = ("p",), ("g", "gr", "vt")
# code: (name, leading letters of its instance types, market, default vCPUs)
QUOTAS = {
    "L-1216C47A": (f"Running On-Demand {_STANDARD[0]} instances", _STANDARD[1], "on-demand", 640),
    "L-34B43A08": (f"All {_STANDARD[0]} Spot Instance Requests", _STANDARD[1], "spot", 640),
    "L-417A185B": ("Running On-Demand P instances", _P, "on-demand", 192),
    "L-7212CCBC": ("All P4, P3 and P2 Spot Instance Requests", _P, "spot", 192),
    "L-DB2E81BA": ("Running On-Demand G and VT instances", _G, "on-demand", 128),
    "L-3819A6DF": ("All G and VT Spot Instance Requests", _G, "spot", 128),
    "L-F7808C92": ("Running On-Demand HPC instances", ("hpc",), "on-demand", 768),
    "L-7295265B": ("Running On-Demand X instances", ("x",), "on-demand", 128),
    "L-74FC7D96": ("Running On-Demand F instances", ("f",), "on-demand", 128),
}
quota_values: dict[str, float] = {code: float(entry[3]) for code, entry in QUOTAS.items()}
_rules: list[dict] = []


def known_type(name: str) -> bool:
    return name in INSTANCE_TYPES


def vcpus(name: str) -> int:
    return int(INSTANCE_TYPES[name]["VCpuInfo"]["DefaultVCpus"]) if known_type(name) else 1


def memory_mib(name: str) -> int:
    return int(INSTANCE_TYPES[name]["MemoryInfo"]["SizeInMiB"]) if known_type(name) else 1024


def architectures(name: str) -> list[str]:
    return INSTANCE_TYPES[name]["ProcessorInfo"]["SupportedArchitectures"] if known_type(name) else []


def rules() -> list[dict]:
    return [dict(rule) for rule in _rules]


def clear_rules() -> None:
    _rules.clear()


def set_rule(rule: dict) -> dict:
    """Replace the rule of one pool. `launches_refused`, `capacity` (instances at once), or `dry`."""
    pool = {key: str(rule.get(key) or ANY) for key in ("type", "zone", "market")}
    unknown = set(rule) - {"type", "zone", "market", "dry", "launches_refused", "capacity"}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if pool["type"] != ANY and not known_type(pool["type"]):
        raise ValueError(f"unknown instance type {pool['type']}")
    _rules[:] = [old for old in _rules if any(old[key] != pool[key] for key in pool)]
    pool["dry"] = bool(rule.get("dry", False))
    pool["launches_refused"] = int(rule.get("launches_refused", 0))
    if rule.get("capacity") is not None:
        pool["capacity"] = int(rule["capacity"])
    if pool["dry"] or pool["launches_refused"] or "capacity" in pool:
        _rules.append(pool)
    return pool


def _matches(rule: dict, instance_type: str, zone: str, market: str) -> bool:
    return rule["type"] in (ANY, instance_type) and rule["zone"] in (ANY, zone) and rule["market"] in (ANY, market)


class Round:
    """One attempt to launch, over several pools: `launches_refused` counts attempts, not zones tried."""

    def __init__(self, instances) -> None:
        self._alive = [i for i in instances if i.state in ("pending", "running")]
        self._refusing: dict[int, bool] = {}

    def room(self, instance_type: str, zone: str, market: str, wanted: int, ask_only: bool = False) -> int:
        """How many of `wanted` instances this pool gives now. Asking only does not count as an attempt."""
        room = wanted
        for rule in _rules:
            if not _matches(rule, instance_type, zone, market):
                continue
            refusing = self._refusing.get(id(rule), rule["launches_refused"] > 0)
            if not ask_only and id(rule) not in self._refusing:
                self._refusing[id(rule)] = refusing
                rule["launches_refused"] = max(0, rule["launches_refused"] - 1)
            if rule["dry"] or refusing:
                return 0
            if "capacity" in rule:
                used = sum(_matches(rule, i.instance_type, i.placement.zone, market_of(i)) for i in self._alive)
                room = min(room, max(0, rule["capacity"] - used))
        return room

    def launched(self, instances) -> None:
        self._alive.extend(instances)

    def quota_refusal(self, instance_type: str, market: str, count: int) -> tuple[str, str] | None:
        """EC2's error code and sentence when `count` more instances would pass the vCPU quota."""
        code = quota_code(instance_type, market)
        if code is None:
            return None
        used = sum(vcpus(i.instance_type) for i in self._alive if quota_code(i.instance_type, market_of(i)) == code)
        limit = int(quota_values[code])
        if used + count * vcpus(instance_type) <= limit:
            return None
        if market == "spot":
            return "MaxSpotInstanceCountExceeded", "Max spot instance count exceeded"
        return "VcpuLimitExceeded", (
            f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance "
            "bucket that the specified instance type belongs to. Please visit "
            "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.")


def market_of(instance) -> str:
    return "spot" if instance.lifecycle == "spot" else "on-demand"


def quota_code(instance_type: str, market: str) -> str | None:
    """The quota an instance type counts against, by the leading letters of its name."""
    letters = re.match("[a-z]*", instance_type).group()
    for code, (_, families, quota_market, _) in QUOTAS.items():
        if quota_market == market and letters in families:
            return code
    return None


def no_capacity(instance_type: str, zone: str, other_zones: list[str]) -> str:
    """EC2's sentence for a pool that is empty."""
    elsewhere = (f" You can currently get {instance_type} capacity by not specifying an Availability Zone in your "
                 f"request or choosing {', '.join(other_zones)}." if other_zones else "")
    return (f"We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested "
            f"({zone}). Our system will be working on provisioning additional capacity.{elsewhere}")
