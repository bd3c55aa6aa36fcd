"""Service Quotas for EC2's vCPU limits, and the Pricing service for EC2 on-demand Linux prices.

Prices come from `prices.csv` (region, instance type, US dollars per hour), answered in AWS's own price list
format. Other services' quotas and prices are unknown here. Spot prices are a fixed share of on-demand ones.
"""
import csv
import hashlib
import json
import pathlib

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses import EC2Response
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from planes import capacity
from planes.world import Settings

PRICES = pathlib.Path(__file__).parent.parent / "prices.csv"
PUBLISHED = "2026-07-01T00:00:00Z"
OFFER, RATE = "JRTCKXETXF", "6YS6EN2CT7"   # AWS's codes for on-demand, per hour
SPOT_SHARE = 0.4    # invented: the twin has no spot market
PLACES = {"us-east-1": "US East (N. Virginia)"}
USAGE_PREFIX = {"us-east-1": ""}


class NoSuchResource(ServiceException):
    code = "NoSuchResourceException"
    message = "The request failed because the specified service or quota does not exist."


def _quota(code: str) -> dict:
    name, _, _, _ = capacity.QUOTAS[code]
    return {"ServiceCode": "ec2", "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)", "QuotaCode": code,
            "QuotaArn": f"arn:aws:servicequotas:{Settings.region}:{Settings.account}:ec2/{code}", "QuotaName": name,
            "Value": capacity.quota_values[code], "Unit": "None", "Adjustable": True, "GlobalQuota": False}


def get_service_quota(self, service_code: str, quota_code: str) -> dict:
    if service_code != "ec2" or quota_code not in capacity.QUOTAS:
        raise NoSuchResource()
    return _quota(quota_code)


def list_service_quotas(self) -> str:
    if json.loads(self.body or "{}").get("ServiceCode") != "ec2":
        raise NoSuchResource()
    return json.dumps({"Quotas": [_quota(code) for code in capacity.QUOTAS]})


def _memory(instance_type: str) -> str:
    return f"{INSTANCE_TYPES[instance_type]['MemoryInfo']['SizeInMiB'] / 1024:g} GiB"


def product(region: str, instance_type: str, usd_per_hour: str) -> dict:
    """One entry of the AmazonEC2 price list."""
    sku = hashlib.sha256(f"{region}/{instance_type}".encode()).hexdigest()[:16].upper()
    usage = f"{USAGE_PREFIX.get(region, region + '-')}BoxUsage:{instance_type}"
    attributes = {
        "instanceType": instance_type, "regionCode": region, "location": PLACES.get(region, region),
        "locationType": "AWS Region", "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
        "capacitystatus": "Used", "licenseModel": "No License required", "operation": "RunInstances",
        "marketoption": "OnDemand", "servicecode": "AmazonEC2", "servicename": "Amazon Elastic Compute Cloud",
        "instanceFamily": "", "currentGeneration": "Yes", "usagetype": usage,
    }
    if capacity.known_type(instance_type):
        attributes |= {"vcpu": str(capacity.vcpus(instance_type)), "memory": _memory(instance_type)}
    term, rate = f"{sku}.{OFFER}", f"{sku}.{OFFER}.{RATE}"
    dimension = {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "rateCode": rate, "appliesTo": [],
                 "description": f"${usd_per_hour} per On Demand Linux {instance_type} Instance Hour",
                 "pricePerUnit": {"USD": f"{float(usd_per_hour):.10f}"}}
    return {"product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": sku},
            "serviceCode": "AmazonEC2", "version": PUBLISHED[:10].replace("-", "") + "000000",
            "publicationDate": PUBLISHED,
            "terms": {"OnDemand": {term: {"sku": sku, "offerTermCode": OFFER, "effectiveDate": PUBLISHED,
                                          "termAttributes": {}, "priceDimensions": {rate: dimension}}}}}


def _products() -> list[dict]:
    with PRICES.open(newline="") as file:
        return [product(**row) for row in csv.DictReader(file)]


def price_answer(action: str, body: bytes) -> tuple[int, dict]:
    """The Pricing service: GetProducts and DescribeServices."""
    request = json.loads(body or b"{}")
    if request.get("ServiceCode", "AmazonEC2") != "AmazonEC2":
        return 400, {"__type": "NotFoundException", "Message": "Service code is not valid"}
    if action == "DescribeServices":
        return 200, {"FormatVersion": "aws_v1", "Services": [
            {"ServiceCode": "AmazonEC2", "AttributeNames": sorted(_products()[0]["product"]["attributes"])}]}
    if action != "GetProducts":
        return 400, {"__type": "InvalidParameterException", "Message": f"{action} is not emulated"}
    found = _products()
    for condition in request.get("Filters") or []:
        if condition.get("Type", "TERM_MATCH") != "TERM_MATCH":
            return 400, {"__type": "InvalidParameterException", "Message": "only TERM_MATCH is emulated"}
        field, wanted = condition["Field"], condition["Value"]
        found = [p for p in found if (p["product"]["productFamily"] if field == "productFamily"
                                      else p["product"]["attributes"].get(field)) == wanted]
    first = int(request.get("NextToken") or 0)
    last = first + min(100, int(request.get("MaxResults") or 100))
    return 200, {"FormatVersion": "aws_v1", "PriceList": [json.dumps(p) for p in found[first:last]],
                 **({"NextToken": str(last)} if last < len(found) else {})}


def respond_spot_prices(self):
    """DescribeSpotPriceHistory: one current price per priced type and zone."""
    kinds = self._get_param("InstanceTypes", [])
    zone = self._get_param("AvailabilityZone")
    zones = [zone] if zone else [f"{Settings.region}{letter}" for letter in "abc"]
    with PRICES.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["region"] == Settings.region]
    return ActionResult({"SpotPriceHistory": [
        {"InstanceType": row["instance_type"], "ProductDescription": "Linux/UNIX", "AvailabilityZone": place,
         "SpotPrice": f"{float(row['usd_per_hour']) * SPOT_SHARE:.6f}", "Timestamp": utcnow()}
        for row in rows for place in zones if not kinds or row["instance_type"] in kinds]})


def install() -> None:
    EC2Response.describe_spot_price_history = respond_spot_prices
    ServiceQuotasBackend.get_service_quota = get_service_quota
    ServiceQuotasResponse.list_service_quotas = list_service_quotas
