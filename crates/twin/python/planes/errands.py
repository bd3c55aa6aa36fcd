"""What the machine room may ask of the serverless plane besides events.

* Deliveries: events may be dropped, or delivered twice. Schedules go on, since they are no events.
* Faults: the process that serves a function's next calls is killed a moment after it was handed its event.
* Calls: a function is invoked through Lambda's own Invoke, without waiting for a schedule.
* Work: which executions are running.
* Lines that functions write go to a file each, besides CloudWatch Logs.
"""
import asyncio
import json
import pathlib
import threading

from ministack.core.lambda_runtime import ProvidedWorker
from ministack.services import eventbridge, lambda_svc
from ministack.services import stepfunctions as sfn

MODES = {"normal": 1, "dropped": 0, "twice": 2}
_LOCK = threading.Lock()
_deliveries = {"mode": "normal", "dropped": 0}
_killed: dict[str, int] = {}    # by function: how many of its processes have been killed while they worked
_faults: dict[str, dict] = {}   # by function: how many kills are left, and after how many milliseconds
_dispatch = eventbridge._dispatch_event


def deliver(event, view=None) -> None:
    """In place of EventBridge's own dispatch of one event to the rules that match it."""
    with _LOCK:
        times = MODES[_deliveries["mode"]]
        _deliveries["dropped"] += times == 0
    for _ in range(times):
        _dispatch(event, view)


def set_deliveries(body: dict) -> dict:
    """{"mode": "normal" | "dropped" | "twice"}"""
    if body.get("mode") not in MODES:
        raise ValueError(f"mode must be one of {sorted(MODES)}")
    with _LOCK:
        _deliveries["mode"] = body["mode"]
        return dict(_deliveries)


def deliveries() -> dict:
    with _LOCK:
        return dict(_deliveries)


def set_fault(body: dict) -> dict:
    """{"function": name, "after_ms": 20, "times": 1}; 0 times takes the fault back."""
    name, times = body["function"], int(body.get("times", 1))
    if name not in lambda_svc._functions:
        raise ValueError(f"unknown function {name}")
    with _LOCK:
        _faults.pop(name, None)
        if times > 0:
            _faults[name] = {"times": times, "after_ms": float(body.get("after_ms", 20))}
        return {"faults": {key: dict(value) for key, value in _faults.items()}}


def _kill(worker, request_id: str) -> None:
    """Kill the process of a worker if it still works on the request; if it was quicker, the fault stands."""
    name, process = worker.func_name, worker._proc
    with _LOCK:
        fault = _faults.get(name)
        if fault and worker._current_request_id == request_id and process is not None and process.poll() is None:
            process.kill()
            _killed[name] = _killed.get(name, 0) + 1
            fault["times"] -= 1
            if fault["times"] <= 0:
                del _faults[name]


def kill_on_order() -> None:
    """Let a fault strike once a worker has handed out an event."""
    build = ProvidedWorker._build_handler_class

    def build_handler(self, generation, pending):
        handler = build(self, generation, pending)
        hand_out = handler.do_GET

        def do_get(request):
            hand_out(request)
            if self._stopping or self._current_request_id is None:
                return
            with _LOCK:
                fault = _faults.get(self.func_name)
            if fault:
                timer = threading.Timer(fault["after_ms"] / 1000, _kill, (self, self._current_request_id))
                timer.daemon = True
                timer.start()

        handler.do_GET = do_get
        return handler

    ProvidedWorker._build_handler_class = build_handler


class _Tee:
    """A function's output that is also appended to a file, line by line."""

    def __init__(self, stream, path: pathlib.Path) -> None:
        self._stream, self._path = stream, path

    def readline(self) -> bytes:
        line = self._stream.readline()
        if line:
            with self._path.open("ab") as file:
                file.write(line)
        return line

    def close(self) -> None:
        self._stream.close()


def keep_logs(directory: str) -> None:
    """Append each function's lines to `<directory>/<function>.log`."""
    place = pathlib.Path(directory)
    place.mkdir(parents=True, exist_ok=True)
    pump = ProvidedWorker._pump_output

    def pump_output(self, stream, log_queue):
        return pump(self, _Tee(stream, place / f"{self.func_name}.log"), log_queue)

    ProvidedWorker._pump_output = pump_output


async def invoke(body: dict) -> dict:
    """{"function": name, "payload": {...}}: the function's answer, or its error."""
    name = body["function"]
    payload = json.dumps(body.get("payload") or {}).encode()
    status, headers, answer = await lambda_svc.handle_request(
        "POST", f"/2015-03-31/functions/{name}/invocations", {"x-amz-invocation-type": "RequestResponse"}, payload, {})
    text = answer.decode() if isinstance(answer, bytes) else answer
    error = next((value for key, value in headers.items() if key.lower() == "x-amz-function-error"), None)
    return {"status": status, "error": error, "payload": json.loads(text) if text else None}


def work() -> dict:
    """Executions that are running, by name; how many processes of functions have been killed on order."""
    running = [arn.rsplit(":", 1)[1] for arn, execution in sfn._executions.items() if execution["status"] == "RUNNING"]
    with _LOCK:
        killed = dict(_killed)
    return {"executions": sorted(running), "deliveries": deliveries(), "killed": killed}


SERVED = {
    ("POST", "/_soca/deliveries"): set_deliveries,
    ("POST", "/_soca/faults"): set_fault,
    ("POST", "/_soca/invoke"): lambda body: asyncio.run(invoke(body)),
    ("GET", "/_soca/work"): lambda _body: work(),
}


def install(log_directory: str | None) -> None:
    eventbridge._dispatch_event = deliver
    kill_on_order()
    if log_directory:
        keep_logs(log_directory)
