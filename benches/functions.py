"""Starts each function's bootstrap against a runtime API of our own and reads time to the first /next and memory.

Process start on this machine: a real Lambda sandbox and the download of the code come on top. Median of RUNS starts.
"""
import http.server
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

RUNS = 7
binaries = pathlib.Path(sys.argv[1])
functions = sorted(path.name for path in pathlib.Path("functions").iterdir() if path.is_dir())
asked = threading.Event()


class Api(http.server.BaseHTTPRequestHandler):
    """Answers /next never: the function has started when it asks."""

    def do_GET(self):
        asked.set()
        time.sleep(3600)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]
settings = {name: "x" for name in (
    "TABLE_NAME BUCKET_NAME BUS_NAME CLUSTER_ID SUBNET_IDS SECURITY_GROUP_ID INSTANCE_PROFILE AMI_X86_64 AGENT_URI "
    "USER_POOL_ID CLIENT_ID STACK_ROLE_ARN STATE_MACHINE_ARN").split()}
numbers = {name: "60" for name in "BOOT_SECONDS RETRY_SECONDS SILENCE_SECONDS MAX_RUNNING_JOBS MAX_INSTANCES".split()}
env = {**settings, **numbers, "SHARED_ROOT": "/data", "API_ENDPOINT": "http://127.0.0.1:1", "AWS_REGION": "us-east-1",
       "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
       "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1",
       "AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s", "_HANDLER": "bootstrap"}


def memory_kib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def start(binary):
    asked.clear()
    began = time.perf_counter()
    process = subprocess.Popen([binary], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if not asked.wait(20):
        process.kill()
        raise SystemExit(f"{binary} did not start: {process.communicate()[1].decode()[-400:]}")
    seconds, kib = time.perf_counter() - began, memory_kib(process.pid)
    process.kill()
    process.wait()
    return seconds * 1000, kib / 1024


print(f"{'function':<12}{'start, ms':>10}{'RSS, MiB':>10}{'zip, MB':>9}   ({binaries}, stripped, median of {RUNS})")
for name in functions:
    with tempfile.TemporaryDirectory() as folder:
        bootstrap = os.path.join(folder, "bootstrap")
        subprocess.run(["strip", "-o", bootstrap, binaries / name], check=True)
        archive = os.path.join(folder, "f.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            packed.write(bootstrap, "bootstrap")
        runs = [start(bootstrap) for _ in range(RUNS)]
        times, sizes = zip(*runs)
        print(f"{name:<12}{statistics.median(times):>10.1f}{statistics.median(sizes):>10.1f}"
              f"{os.path.getsize(archive) / 1e6:>9.1f}")
