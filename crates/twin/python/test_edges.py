"""Checks how the planes start and every edge of the compute plane, against running processes.

`python -m unittest` runs this and test_edges_serverless.py, in under a minute.
"""
import base64
import json
import subprocess
import sys
import time
import unittest

from planes_harness import HERE, Edges, World, compute_stack, until

world: World


def setUpModule():
    global world
    world = World()


def tearDownModule():
    codes = world.stop()
    assert codes == [0, 0], f"the planes ended with {codes}"


class Starting(Edges):
    def run_plane(self, script, *arguments, token="x" * 20):
        return subprocess.run([sys.executable, str(HERE / script), *arguments], capture_output=True, text=True,
                              env={"SOCA_INTERNAL_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"}, timeout=30)

    def test_a_taken_port_is_named(self):
        state = ["--state-dir", world.directory.name]
        for script, port, more in (("serverless_plane.py", world.serverless.port, state),
                                   ("compute_plane.py", world.compute.port, [])):
            ended = self.run_plane(script, "--port", str(port), *more)
            self.assertEqual(3, ended.returncode)
            line = f"port {port} on 127.0.0.1 is taken (Address already in use)"
            self.assertEqual([line], ended.stderr.splitlines())

    def test_a_missing_token_is_refused(self):
        self.assertEqual(2, self.run_plane("compute_plane.py", token="").returncode)

    def test_internal_endpoints_need_the_token(self):
        for plane in world.planes:
            self.assertEqual(200, plane.control("GET", "/_soca/health")[0])
            self.assertEqual(403, plane.control("GET", "/_soca/health", token="wrong")[0])


class Compute(Edges):
    def setUp(self):
        self.stacks, self.ec2 = world.compute.client("cloudformation"), world.compute.client("ec2")
        self.groups = world.compute.client("autoscaling")
        self.addCleanup(world.compute.control, "DELETE", "/_soca/pools")

    def ctl(self, method, path, body=None):
        status, answer = world.compute.control(method, path, body)
        self.assertEqual(200, status, answer)
        return answer

    def nodes(self, stack, state=None):
        return [i for i in self.ctl("GET", "/_soca/instances")["instances"]
                if i["stack"] == stack and state in (None, i["state"])]

    def status(self, name):
        return self.stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

    def create(self, name, *arguments, **options):
        self.addCleanup(self.stacks.delete_stack, StackName=name)
        template = compute_stack(world.seed, *arguments, **options)
        return self.stacks.create_stack(StackName=name, TemplateBody=template)["StackId"]

    def run_one(self, **more):
        given = {"ImageId": world.seed["images"]["x86_64"], "InstanceType": "c6i.large", "MinCount": 1, "MaxCount": 1,
                 "SubnetId": world.seed["subnets"][0]["id"], **more}
        return self.ec2.run_instances(**given)["Instances"][0]["InstanceId"]

    def test_dry_run_checks_and_launches_nothing(self):
        self.ctl("POST", "/_soca/pools", {"dry": True})
        self.refused("DryRunOperation", self.run_one, DryRun=True)
        self.refused("InvalidParameterValue", self.run_one, DryRun=True, InstanceType="c6g.large")
        self.refused("InvalidAMIID.NotFound", self.run_one, DryRun=True, ImageId="ami-12345678")
        self.assertIn("sufficient c6i.large capacity", self.refused("InsufficientInstanceCapacity", self.run_one))

    def test_the_machine_room_leads_an_instance(self):
        feed = self.ctl("GET", "/_soca/instances")
        name = self.run_one(ClientToken="once")
        self.assertEqual(name, self.run_one(ClientToken="once"))
        path = f"/_soca/instances/{name}/state"
        self.assertEqual("running", self.ctl("POST", path, {"state": "running"})["state"])
        self.assertEqual(409, world.compute.control("POST", path, {"state": "pending"})[0])
        self.assertEqual(404, world.compute.control("POST", "/_soca/instances/i-0/state", {"state": "running"})[0])
        self.ec2.terminate_instances(InstanceIds=[name])

        def read():
            entries = self.ctl("GET", f"/_soca/instances?since={feed['cursor']}&epoch={feed['epoch']}")["entries"]
            return [e["state"] for e in entries if e.get("instance_id") == name]

        self.assertEqual(["pending", "running", "shutting-down"], read())
        until(lambda: read()[3:] == ["terminated"])
        self.assertEqual(409, world.compute.control("GET", "/_soca/instances?since=0&epoch=other")[0])

    def test_the_feed_waits(self):
        until(lambda: not any("IN_PROGRESS" in s["status"] for s in self.ctl("GET", "/_soca/stacks")["stacks"]))
        until(lambda: all(i["state"] != "shutting-down" for i in self.ctl("GET", "/_soca/instances")["instances"]))
        cursor, before = self.ctl("GET", "/_soca/instances")["cursor"], time.monotonic()
        self.assertEqual([], self.ctl("GET", f"/_soca/instances?since={cursor}&wait=0.3")["entries"])
        self.assertGreater(time.monotonic() - before, 0.25)

    def test_a_stack_lives_and_leaves_nothing(self):
        extra = {"Together": {"Type": "AWS::EC2::PlacementGroup", "Properties": {"Strategy": "cluster"}},
                 "Files": {"Type": "AWS::FSx::FileSystem",
                           "Properties": {"FileSystemType": "LUSTRE", "StorageCapacity": 1200}}}
        feed = self.ctl("GET", "/_soca/instances")
        name = self.create("job-7", 2, 2, **extra)
        nodes = until(lambda: len(n := self.nodes("job-7", "pending")) == 2 and n)
        self.assertEqual("CREATE_IN_PROGRESS", self.status("job-7"))
        self.assertEqual("node of job-7", base64.b64decode(nodes[0]["user_data"]).decode())
        self.assertLessEqual({"soca:JobId": "7", "soca:Queue": "normal"}.items(), nodes[0]["tags"].items())
        self.assertEqual((1, 4096), (nodes[0]["cpus"], nodes[0]["memory_mib"]))
        self.assertEqual(1, len({n["zone"] for n in nodes}))
        for node in nodes:
            self.ctl("POST", f"/_soca/instances/{node['instance_id']}/state", {"state": "running"})
        until(lambda: self.status("job-7") == "CREATE_COMPLETE")
        self.assertEqual(1, len(self.ec2.describe_placement_groups()["PlacementGroups"]))
        self.stacks.delete_stack(StackName="job-7")
        self.assertEqual("DELETE_IN_PROGRESS", self.status("job-7"))
        until(lambda: self.status(name) == "DELETE_COMPLETE")
        entries = self.ctl("GET", f"/_soca/instances?since={feed['cursor']}")["entries"]
        self.assertEqual(["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"],
                         [e["status"] for e in entries if e["kind"] == "stack" and e["stack_id"] == name])
        self.assertIn("does not exist", self.refused("ValidationError", self.stacks.describe_stacks, StackName="job-7"))
        self.assertEqual([], self.nodes("job-7"))
        self.assertEqual([], self.ec2.describe_placement_groups()["PlacementGroups"])
        self.assertEqual([], world.compute.client("fsx").describe_file_systems()["FileSystems"])

    def test_a_stack_name_is_taken_once(self):
        given = {"StackName": "named", "TemplateBody": compute_stack(world.seed, 0), "ClientRequestToken": "a"}
        first = self.stacks.create_stack(**given)["StackId"]
        self.addCleanup(self.stacks.delete_stack, StackName="named")
        self.assertEqual(first, self.stacks.create_stack(**given)["StackId"])
        self.refused("AlreadyExistsException", self.stacks.create_stack, **{**given, "ClientRequestToken": "b"})
        self.assertIn("Unrecognized resource types", self.refused(
            "ValidationError", self.stacks.create_stack, StackName="odd",
            TemplateBody='{"Resources":{"A":{"Type":"AWS::A::B"}}}'))

    def test_a_failed_stack_rolls_back(self):
        self.create("bad", 1, Broken={"Type": "AWS::EC2::PlacementGroup", "Properties": {"Strategy": "none"}})
        until(lambda: self.status("bad") == "ROLLBACK_COMPLETE")
        events = self.stacks.describe_stack_events(StackName="bad")["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
        self.assertEqual(["Value (none) for parameter strategy is invalid."], reasons)
        self.assertEqual([], self.nodes("bad"))

    def test_the_next_type_takes_over_and_lost_nodes_are_replaced(self):
        self.ctl("POST", "/_soca/pools", {"type": "c6i.large", "dry": True})
        self.create("mixed", 3)
        nodes = until(lambda: len(n := self.nodes("mixed", "pending")) == 3 and n)
        self.assertEqual({"c5.large"}, {n["instance_type"] for n in nodes})
        self.assertEqual(3, len({n["zone"] for n in nodes}))
        lost = nodes[0]["instance_id"]
        self.ctl("POST", f"/_soca/instances/{lost}/state",
                 {"state": "terminated", "reason": {"code": "Server.SpotInstanceTermination", "message": "taken back"}})
        until(lambda: len(n := self.nodes("mixed", "pending")) == 3 and lost not in [i["instance_id"] for i in n])

    def test_a_group_is_updated_in_place(self):
        self.create("shared", 2)
        before = until(lambda: len(n := self.nodes("shared", "pending")) == 2 and n)
        self.stacks.update_stack(StackName="shared", TemplateBody=compute_stack(world.seed, 3))
        after = until(lambda: len(n := self.nodes("shared", "pending")) == 3 and n)
        self.assertLess({n["instance_id"] for n in before}, {n["instance_id"] for n in after})
        name = self.stacks.describe_stacks(StackName="shared")["Stacks"][0]["Outputs"][0]["OutputValue"]
        self.groups.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=1)
        until(lambda: len(self.nodes("shared", "pending")) == 1)
        self.refused("ValidationError", self.groups.set_desired_capacity, AutoScalingGroupName=name, DesiredCapacity=4)
        self.refused("ResourceInUse", self.groups.delete_auto_scaling_group, AutoScalingGroupName=name)

    def test_a_refused_launch_is_told_and_tried_again(self):
        self.ctl("POST", "/_soca/pools", {"type": "c6i.large", "zone": "*", "launches_refused": 2})
        since = self.ctl("GET", "/_soca/instances")["cursor"]
        self.create("refused", 1, types=("c6i.large",))
        until(lambda: len(self.nodes("refused")) == 1)
        entries = self.ctl("GET", f"/_soca/instances?since={since}")["entries"]
        told = [entry for entry in entries if entry["kind"] == "launch-unsuccessful"]
        self.assertEqual(["InsufficientInstanceCapacity"] * 2, [e["code"] for e in told])
        history = self.groups.describe_scaling_activities(AutoScalingGroupName=told[0]["group"])["Activities"]
        self.assertEqual(["Successful", "Failed", "Failed"], [a["StatusCode"] for a in history])
        self.assertIn("InsufficientInstanceCapacity", history[1]["StatusMessage"])

    def test_quotas_are_kept(self):
        quotas = world.compute.client("service-quotas")

        def read():
            return quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]["Value"]

        self.assertEqual(640, read())
        self.addCleanup(self.ctl, "POST", "/_soca/quotas", {"L-1216C47A": 640})
        self.ctl("POST", "/_soca/quotas", {"L-1216C47A": 1})
        self.assertEqual(1, read())
        self.refused("VcpuLimitExceeded", self.run_one)
        self.refused("NoSuchResourceException", quotas.get_service_quota, ServiceCode="ec2", QuotaCode="L-0")

    def test_prices_are_listed_as_aws_does(self):
        wanted = {"instanceType": "c6i.large", "regionCode": "us-east-1", "operatingSystem": "Linux"}
        filters = [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in wanted.items()]
        found = world.compute.client("pricing").get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
        (term,) = json.loads(found[0])["terms"]["OnDemand"].values()
        (dimension,) = term["priceDimensions"].values()
        self.assertEqual((1, "0.0850000000"), (len(found), dimension["pricePerUnit"]["USD"]))
        spot = self.ec2.describe_spot_price_history(InstanceTypes=["c6i.large"], AvailabilityZone="us-east-1a")
        self.assertEqual(["0.034000"], [entry["SpotPrice"] for entry in spot["SpotPriceHistory"]])

    def test_roles_are_enforced(self):
        def call(service, action, **arguments):
            return world.invoke("Provision", {"call": [service, action, arguments]})

        run = {"ImageId": world.seed["images"]["x86_64"], "MinCount": 1, "MaxCount": 1, "DryRun": True}
        self.assertIn("DryRunOperation", call("ec2", "run_instances", InstanceType="c6i.large", **run)["error"])
        self.assertIn("UnauthorizedOperation", call("ec2", "run_instances", InstanceType="c5.large", **run)["error"])
        self.assertIn("InvalidParameterValue", call("ec2", "run_instances", InstanceType="c6i.large", **run,
                                                    IamInstanceProfile={"Name": "nobody"})["error"])
        self.assertIn("AccessDenied", call("cloudformation", "describe_stacks", StackName="x")["error"])
        self.assertIn("AccessDenied", call("pricing", "get_products", ServiceCode="AmazonEC2")["error"])
        own = {"StackName": "own", "TemplateBody": compute_stack(world.seed)}
        self.assertIn("ok", call("cloudformation", "create_stack", **own))
        self.addCleanup(self.stacks.delete_stack, StackName="own")
        until(lambda: self.status("own") == "ROLLBACK_COMPLETE")
        events = self.stacks.describe_stack_events(StackName="own")["StackEvents"]
        self.assertTrue(any("autoscaling:CreateAutoScalingGroup" in e.get("ResourceStatusReason", "") for e in events))
        stranger = world.compute.client("ec2", "ASIA0000000000000000", "wrong", "wrong")
        self.refused("AuthFailure", stranger.describe_instances)


if __name__ == "__main__":
    unittest.main()
