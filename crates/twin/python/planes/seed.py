"""What an account needs before the first launch: a VPC with three subnets, a security group, two images.

Ids are the same at every start, so tests and templates may name the images.
"""
import datetime

from moto.ec2.models import amis

from planes import instances
from planes.world import Settings

IMAGES = {"x86_64": "ami-0000000000050ca86", "arm64": "ami-0000000000050ca64"}
NAME = "soca-twin"


def plant() -> dict:
    """Create the seed and return what GET /_soca/seed answers."""
    ec2 = instances.backend()
    vpc = ec2.create_vpc("10.42.0.0/16")
    subnets = []
    for number, letter in enumerate("abc"):
        subnet = ec2.create_subnet(vpc.id, f"10.42.{number * 64}.0/18",
                                   availability_zone=f"{Settings.region}{letter}")
        subnets.append({"id": subnet.id, "zone": subnet.availability_zone, "cidr": subnet.cidr_block})
    group = ec2.create_security_group(f"{NAME}-nodes", "nodes of the local twin", vpc_id=vpc.id)
    ec2.create_tags([vpc.id, group.id, *(s["id"] for s in subnets)], {"Name": NAME})
    for architecture, image_id in IMAGES.items():
        ec2.amis[image_id] = amis.Ami(
            ec2, image_id, name=f"{NAME}-al2023-{architecture}", description="Amazon Linux 2023 (local twin)",
            architecture=architecture, virtualization_type="hvm", root_device_name="/dev/xvda", public=True,
            owner_id=Settings.account, creation_date=datetime.datetime(2026, 7, 1, tzinfo=datetime.UTC))
    return {"account": Settings.account, "region": Settings.region, "vpc_id": vpc.id, "subnets": subnets,
            "security_group_id": group.id, "images": dict(IMAGES)}
