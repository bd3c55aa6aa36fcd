"""Starts both planes on free loopback ports for the tests here, and ends them whatever happens.

Also holds what the tests deploy: a function whose bootstrap is a Python script, a serverless application
and a compute stack.
"""
import io
import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = pathlib.Path(__file__).parent
TOKEN = secrets.token_hex(16)

# Does what its event says: call AWS, fail, sleep, show its environment, or answer.
BOOTSTRAP = f"""#!{sys.executable}
import json, os, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
def post(path, value):
    urllib.request.urlopen(urllib.request.Request(api + path, json.dumps(value, default=str).encode())).read()
while True:
    call = urllib.request.urlopen(api + "next")
    name, event = call.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(call.read())
    if event.get("fail"):
        post(name + "/error", {{"errorType": event["fail"], "errorMessage": "as asked"}})
        continue
    answer = event
    if event.get("print"):
        print(event["print"], flush=True)
    time.sleep(event.get("sleep", 0))
    if event.get("environment"):
        answer = dict(os.environ)
    elif event.get("call"):
        import boto3
        service, action, arguments = event["call"]
        try:
            answer = {{"ok": getattr(boto3.client(service), action)(**arguments)}}
        except Exception as error:
            answer = {{"error": str(error)}}
    elif event.get("token") or event.get("source"):
        with open(os.environ["SEEN"], "a") as seen:
            seen.write(json.dumps(event) + "\\n")
    post(name + "/response", answer)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds: float = 10.0):
    """Wait for a true value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.03)
    raise AssertionError("waited in vain")


class Edges(unittest.TestCase):
    """A test that knows AWS's way to say no."""

    def refused(self, code: str, call, **arguments) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(code, caught.exception.response["Error"]["Code"])
        return caught.exception.response["Error"]["Message"]


class Plane:
    """One plane as a process of its own; `arguments` go to its script."""

    def __init__(self, script: str, directory: str, *arguments: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(os.path.join(directory, f"{script}-{self.port}.log"), "w+")
        environment = {"PATH": os.environ["PATH"], "HOME": directory, "SOCA_INTERNAL_TOKEN": TOKEN,
                       "SEEN": os.path.join(directory, "seen"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen([sys.executable, str(HERE / script), "--port", str(self.port), *arguments],
                                        stdout=subprocess.PIPE, stderr=self.log, env=environment, text=True)

    def wait_ready(self) -> "Plane":
        line = self.process.stdout.readline()
        if "ready" not in line:
            raise AssertionError(f"no plane: {line}{self.stderr()}")
        return self

    def stderr(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.log.close()

    def client(self, service: str, key: str = "test", secret: str = "test", session: str | None = None):
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=key,
                            aws_secret_access_key=secret, aws_session_token=session,
                            config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}))

    def control(self, method: str, path: str, body=None, token: str = TOKEN) -> tuple[int, dict]:
        request = urllib.request.Request(self.url + path, method=method, headers={"x-soca-internal": token},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


class World:
    """Both planes, and the application deployed on the serverless one."""

    def __init__(self) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="soca-edges-")
        compute_port, place = free_port(), self.directory.name
        self.planes = []
        try:
            self.serverless = Plane("serverless_plane.py", place, "--state-dir", place, "--compute-endpoint",
                                    f"http://127.0.0.1:{compute_port}", "--function-logs", f"{place}/functions")
            self.planes.append(self.serverless)
            self.compute = Plane("compute_plane.py", place, "--serverless-endpoint", self.serverless.url,
                                 "--shutdown-seconds", "0.3", "--retry-seconds", "0.3", "--replace-seconds", "0.1",
                                 port=compute_port)
            self.planes.append(self.compute)
            for plane in self.planes:
                plane.wait_ready()
            self.seed = self.compute.control("GET", "/_soca/seed")[1]
            self.outputs = self._deploy()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> list[int]:
        try:
            return [plane.stop() for plane in reversed(self.planes)]
        finally:
            self.directory.cleanup()

    def _deploy(self) -> dict:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, BOOTSTRAP)
        storage = self.serverless.client("s3")
        storage.create_bucket(Bucket="code")
        storage.put_object(Bucket="code", Key="function.zip", Body=package.getvalue())
        stacks = self.serverless.client("cloudformation")
        stacks.create_stack(StackName="soca", TemplateBody=json.dumps(APPLICATION),
                            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])
        until(lambda: stacks.describe_stacks(StackName="soca")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")
        stack = stacks.describe_stacks(StackName="soca")["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def invoke(self, function: str, event: dict) -> dict:
        answer = self.serverless.client("lambda").invoke(FunctionName=self.outputs[function], Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def seen(self) -> list[dict]:
        path = pathlib.Path(self.directory.name, "seen")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _allow(actions, resource="*", **condition):
    return {"Effect": "Allow", "Action": actions, "Resource": resource,
            **({"Condition": {"StringEquals": condition}} if condition else {})}


def _function(statements, **more):
    return {"Type": "AWS::Serverless::Function", "Properties": {
        "Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://code/function.zip", "Timeout": 10,
        "Policies": [{"Statement": statements}], **more}}


def _machine(states, function="Provision", **top):
    return {"Type": "AWS::Serverless::StateMachine", "Properties": {
        "Definition": {"StartAt": next(iter(states)), "States": states, **top},
        "DefinitionSubstitutions": {"Function": {"Fn::GetAtt": [function, "Arn"]}},
        "Policies": [{"Statement": [_allow("lambda:InvokeFunction", {"Fn::GetAtt": ["Provision", "Arn"]})]}]}}


_WAIT = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True,
         "TimeoutSecondsPath": "$.timeout", "HeartbeatSecondsPath": "$.heartbeat",
         "Parameters": {"FunctionName": "${Function}",
                        "Payload": {"token.$": "$$.Task.Token", "name.$": "$$.Execution.Name", "fail.$": "$.fail"}}}
_CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
         "Parameters": {"FunctionName": "${Function}", "Payload": {"x": 1}}}
APPLICATION = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "soca"}},
        "Provision": _function(
            [_allow("events:PutEvents", {"Fn::GetAtt": ["Bus", "Arn"]}, **{"events:source": "soca"}),
             _allow(["cloudformation:CreateStack", "ec2:CreateLaunchTemplate", "ec2:DescribeLaunchTemplates",
                     "ec2:DeleteLaunchTemplate"]),
             _allow("ec2:RunInstances", "*", **{"ec2:InstanceType": "c6i.large"}),
             _allow("ec2:RunInstances", ["arn:aws:ec2:*::image/*", "arn:aws:ec2:*:*:subnet/*",
                                         "arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:network-interface/*"])],
            Events={"Ec2": {"Type": "EventBridgeRule", "Properties": {"Pattern": {"source": ["aws.ec2"]}}}}),
        "Other": _function([_allow("s3:ListAllMyBuckets")]),
        "Waiting": _machine({"Wait": _WAIT}),
        "Denied": _machine({"Call": _CALL}, "Other"),
        "Short": _machine({"Rest": {"Type": "Wait", "Seconds": 30, "Next": "Call"}, "Call": _CALL}, TimeoutSeconds=1),
        "Pool": {"Type": "AWS::Cognito::UserPool"},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage",
                  "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True}},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
            "IntegrationUri": {"Fn::GetAtt": ["Other", "Arn"]}}},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": {"Ref": "Api"}, "RouteKey": "ANY /v1/{proxy+}",
            "Target": {"Fn::Sub": "integrations/${Integration}"}}},
        "Budget": {"Type": "AWS::Budgets::Budget",
                   "Properties": {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}}},
    },
    "Outputs": {"Endpoint": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}, **{name: {"Value": {"Ref": name}} for name in ("Provision", "Other", "Waiting", "Denied", "Short")},
                "Issuer": {"Value": {"Fn::GetAtt": ["Pool", "ProviderURL"]}}},
}


def compute_stack(seed: dict, count: int = 2, minimum: int = 0, types=("c6i.large", "c5.large"), **resources) -> str:
    """A launch template and an Auto Scaling group, as our generated templates have them."""
    image = {"ImageId": seed["images"]["x86_64"], "InstanceType": types[0],
             "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1},
             "UserData": {"Fn::Base64": {"Fn::Sub": "node of ${AWS::StackName}"}},
             "SecurityGroupIds": [seed["security_group_id"]],
             "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "soca:JobId", "Value": "7"}]}]}
    group = {"MinSize": str(minimum), "MaxSize": str(count), "DesiredCapacity": str(count),
             "VPCZoneIdentifier": [subnet["id"] for subnet in seed["subnets"]],
             "Tags": [{"Key": "soca:Queue", "Value": "normal", "PropagateAtLaunch": True}],
             "MixedInstancesPolicy": {"LaunchTemplate": {
                 "LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Template"},
                                                 "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}},
                 "Overrides": [{"InstanceType": name} for name in types]}}}
    if "Together" in resources:
        group["PlacementGroup"] = {"Ref": "Together"}
    return json.dumps({"Resources": {
        "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": image}},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group}, **resources},
        "Outputs": {"Group": {"Value": {"Ref": "Group"}}}})
