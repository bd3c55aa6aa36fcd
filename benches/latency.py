"""Submits N short jobs through the real command line and reads when each step happened.

Submit and start are the job's own times; the provisioning call is the line that the provision function logs right
after CloudFormation has taken the stack. All clocks are this machine's.
"""
import concurrent.futures
import datetime
import json
import pathlib
import statistics
import subprocess
import sys

twin_dir, count, at_once = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
twin = json.loads((twin_dir / "twin.json").read_text())
home = pathlib.Path(twin["data"]) / "home/alice"
script = home / "latency.pbs"
script.write_text("#!/bin/bash\n#PBS -N latency\n#PBS -l walltime=00:05:00\ntrue\n")
env = {"SOCA_CONFIG_DIR": twin["users"]["alice"]["config_dir"], "SOCA_ENDPOINT": twin["endpoint"], "PATH": "/usr/bin:/bin"}


def soca(*args):
    done = subprocess.run([twin["soca"], *args, "--json"], cwd=home, env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def one(_):
    return soca("submit", script.name, "--follow")["job"]


with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
    ids = list(pool.map(one, range(count)))
called = {}
for line in next(pathlib.Path(twin["logs"]).glob("functions/*-provision.log")).read_text().splitlines():
    entry = json.loads(line)
    if entry.get("message") == "stack requested":
        called[entry["stack.id"]] = moment(entry["timestamp"])
rows = {"submit -> provisioning call": [], "submit -> script start": []}
for number in ids:
    job = soca("status", str(number))
    submitted = moment(job["submitted_at"])
    rows["submit -> provisioning call"].append(called[job["attempts"][0]["stack"]] - submitted)
    rows["submit -> script start"].append(moment(job["started_at"]) - submitted)
print(f"{count} jobs, {at_once} at once")
for name, values in rows.items():
    cuts = statistics.quantiles(values, n=20)
    print(f"{name:<30} p50 {statistics.median(values):7.0f} ms   p95 {cuts[18]:7.0f} ms   max {max(values):7.0f} ms")
