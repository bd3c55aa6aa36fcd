"""Checks every edge of the serverless plane, against a running process."""
import json
import pathlib
import unittest
import urllib.request
import uuid

from planes_harness import Edges, World, until

world: World


def setUpModule():
    global world
    world = World()


def tearDownModule():
    codes = world.stop()
    assert codes == [0, 0], f"the planes ended with {codes}"


class Serverless(Edges):
    def setUp(self):
        self.steps = world.serverless.client("stepfunctions")

    def start(self, machine, name=None, **fields):
        given = {"timeout": 20, "heartbeat": 20, "fail": "", **fields}
        return self.steps.start_execution(stateMachineArn=world.outputs[machine], name=name or uuid.uuid4().hex,
                                          input=json.dumps(given))["executionArn"]

    def end(self, arn, seconds=10):
        def ended():
            execution = self.steps.describe_execution(executionArn=arn)
            return execution if execution["status"] != "RUNNING" else None
        return until(ended, seconds)

    def token(self, arn):
        name = arn.rsplit(":", 1)[1]
        return until(lambda: next((e["token"] for e in world.seen() if e.get("name") == name), None))

    def test_functions_reach_the_compute_plane_and_hold_no_secret(self):
        environment = world.invoke("Provision", {"environment": True})
        self.assertEqual(world.compute.url, environment["AWS_ENDPOINT_URL_AUTO_SCALING"])
        self.assertEqual(world.serverless.url, environment["AWS_ENDPOINT_URL"])
        self.assertNotIn("SOCA_INTERNAL_TOKEN", environment)

    def test_aws_events_only_from_the_machine_room(self):
        mark = uuid.uuid4().hex
        entry = {"Source": "aws.ec2", "DetailType": "EC2 Instance State-change Notification",
                 "Detail": json.dumps({"mark": mark})}
        answer = world.serverless.client("events").put_events(Entries=[entry])
        self.assertEqual("NotAuthorizedForSourceException", answer["Entries"][0]["ErrorCode"])
        _, answer = world.serverless.control("POST", "/_soca/events", {"Entries": [entry]})
        self.assertEqual(0, answer["FailedEntryCount"])
        until(lambda: any(e.get("detail", {}).get("mark") == mark for e in world.seen()))

    def test_conditions_on_the_source_of_an_event(self):
        entry = {"DetailType": "X", "Detail": "{}", "EventBusName": "soca"}

        def put(source):
            given = {"Entries": [{**entry, "Source": source}]}
            return world.invoke("Provision", {"call": ["events", "put_events", given]})

        self.assertEqual(0, put("soca")["ok"]["FailedEntryCount"])
        self.assertIn("AccessDenied", put("evil")["error"])

    def test_what_the_template_may_hold(self):
        self.assertRegex(world.outputs["Issuer"], r"^https://cognito-idp\.us-east-1\.amazonaws\.com/us-east-1_")

    def test_starting_twice_is_starting_once(self):
        arn = self.start("Waiting", "twice")
        self.assertEqual(arn, self.start("Waiting", "twice"))
        self.refused("ExecutionAlreadyExists", self.start, machine="Waiting", name="twice", other=1)
        self.steps.stop_execution(executionArn=arn)
        self.refused("ExecutionAlreadyExists", self.start, machine="Waiting", name="twice")

    def test_a_token_works_once(self):
        arn = self.start("Waiting")
        token = self.token(arn)
        self.steps.send_task_success(taskToken=token, output='{"nodes": 2}')
        self.assertEqual({"nodes": 2}, json.loads(self.end(arn)["output"]))
        self.refused("TaskTimedOut", self.steps.send_task_success, taskToken=token, output="{}")
        self.refused("InvalidToken", self.steps.send_task_success, taskToken="none", output="{}")

    def test_waiting_ends_in_time(self):
        for fields, error in (({"timeout": 1}, "States.Timeout"), ({"heartbeat": 1}, "States.HeartbeatTimeout"),
                              ({"fail": "NoCapacity"}, "NoCapacity")):
            self.assertEqual(error, self.end(self.start("Waiting", **fields))["error"])

    def test_stopping_voids_the_token(self):
        arn = self.start("Waiting")
        token = self.token(arn)
        self.steps.stop_execution(executionArn=arn, error="Cancelled")
        until(lambda: self.refused("TaskTimedOut", self.steps.send_task_success, taskToken=token, output="{}"))
        self.assertEqual("ABORTED", self.end(arn)["status"])

    def test_a_machine_times_out(self):
        self.assertEqual("TIMED_OUT", self.end(self.start("Short"))["status"])

    def test_a_machine_needs_its_permission(self):
        ended = self.end(self.start("Denied"))
        self.assertEqual("Lambda.AWSLambdaException", ended["error"])
        self.assertIn("lambda:InvokeFunction", ended["cause"])


class Errands(Edges):
    def order(self, path, **body):
        status, answer = world.serverless.control("POST", path, body)
        self.assertEqual(200, status, answer)
        return answer

    def emit(self, mark):
        entry = {"Source": "aws.ec2", "DetailType": "X", "Detail": json.dumps({"mark": mark})}
        world.serverless.control("POST", "/_soca/events", {"Entries": [entry]})

    def times_seen(self, mark):
        return sum(e.get("detail", {}).get("mark") == mark for e in world.seen())

    def test_events_can_be_lost_and_come_twice(self):
        self.addCleanup(self.order, "/_soca/deliveries", mode="normal")
        self.order("/_soca/deliveries", mode="dropped")
        self.emit("lost")
        self.order("/_soca/deliveries", mode="twice")
        self.emit("double")
        until(lambda: self.times_seen("double") == 2)
        self.assertEqual(0, self.times_seen("lost"))
        work = world.serverless.control("GET", "/_soca/work")[1]
        self.assertEqual(("twice", 1), (work["deliveries"]["mode"], work["deliveries"]["dropped"]))
        self.assertEqual(400, world.serverless.control("POST", "/_soca/deliveries", {"mode": "odd"})[0])

    def test_a_function_is_killed_while_it_works(self):
        function = world.outputs["Other"]
        self.assertEqual({"x": 1}, self.order("/_soca/invoke", function=function, payload={"x": 1})["payload"])
        self.order("/_soca/faults", function=function, after_ms=20, times=1)
        self.order("/_soca/invoke", function=function, payload={"x": 0})   # quicker than the fault, which stands
        killed = self.order("/_soca/invoke", function=function, payload={"sleep": 5})
        self.assertEqual("Runtime.ExitError", killed["payload"]["errorType"])
        self.assertEqual({"x": 2}, self.order("/_soca/invoke", function=function, payload={"x": 2})["payload"])
        self.assertEqual({function: 1}, world.serverless.control("GET", "/_soca/work")[1]["killed"])
        self.assertEqual(400, world.serverless.control("POST", "/_soca/faults", {"function": "none"})[0])

    def test_lines_of_a_function_are_kept(self):
        world.invoke("Other", {"print": "hello"})
        path = pathlib.Path(world.directory.name, "functions", f"{world.outputs['Other']}.log")
        until(lambda: path.exists() and "hello" in path.read_text())

    def test_an_api_is_reached_by_its_endpoint(self):
        with urllib.request.urlopen(world.outputs["Endpoint"] + "/v1/x") as answer:
            self.assertEqual("/v1/x", json.loads(answer.read())["rawPath"])


if __name__ == "__main__":
    unittest.main()
