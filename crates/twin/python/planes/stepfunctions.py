"""Step Functions as AWS runs it, where MiniStack differs.

* StartExecution is idempotent: same name and same input while running gives the same execution.
* `lambda:invoke.waitForTaskToken` honours TimeoutSeconds(Path) and HeartbeatSeconds(Path), fails when
  its Lambda fails, and ends when the execution is stopped. A token works once.
* The state machine's own TimeoutSeconds ends the execution as TIMED_OUT.
* With AUTH the state machine's role must allow lambda:InvokeFunction on the function.
* A final status is final: a task that fails after StopExecution does not overwrite ABORTED.
* Retry honours MaxDelaySeconds.
"""
import contextvars
import json
import threading
import time
from collections import OrderedDict

from ministack import app
from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sfn

from planes.decisions import role_denial

NO_TIMEOUT = 99_999_999
REMEMBERED_TOKENS = 10_000

_execution: contextvars.ContextVar[dict | None] = contextvars.ContextVar("soca_execution", default=None)
_finished_tokens: OrderedDict[str, None] = OrderedDict()
_original = {name: getattr(sfn, name) for name in (
    "_start_execution", "_stop_execution", "_run_execution", "_fail_execution", "_execute_task",
    "_invoke_with_callback", "_call_lambda", "_send_task_success", "_send_task_failure",
    "_send_task_heartbeat", "_error_matches", "_find_matching_retrier",
)}


def _start_execution(data):
    base = sfn._resolve_state_machine_arn(data.get("stateMachineArn", "").split("#")[0])
    if base and data.get("name"):
        arn = f"{base.replace(':stateMachine:', ':execution:')}:{data['name']}"
        found = sfn._executions.get(arn)
        if found and found["status"] == "RUNNING" and found["input"] == data.get("input", "{}"):
            return json_response({"executionArn": arn, "startDate": found["startDate"]})
    return _original["_start_execution"](data)


def _release_tokens(execution_arn):
    """Wake the tasks of an execution that ended from outside; their tokens are void."""
    for info in list(sfn._task_tokens.values()):
        if info.get("execution") == execution_arn:
            info["ended"] = True
            info["event"].set()


def _stop_execution(data):
    response = _original["_stop_execution"](data)
    _release_tokens(data.get("executionArn"))
    return response


def _time_out(execution):
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", stopDate=now_iso(), error="States.Timeout")
    sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
    sfn._emit_execution_status_event(execution)
    _release_tokens(execution["executionArn"])


def _run_execution(execution_arn):
    execution = sfn._executions.get(execution_arn)
    machine = execution and sfn._state_machines.get(execution["stateMachineArn"])
    timer = None
    try:
        limit = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None
    except ValueError:
        limit = None
    if limit:
        timer = threading.Timer(limit, contextvars.copy_context().run, (_time_out, execution))
        timer.daemon = True
        timer.start()
    try:
        _original["_run_execution"](execution_arn)
    finally:
        if timer:
            timer.cancel()


def _fail_execution(execution, error, cause):
    if execution["status"] == "RUNNING":
        _original["_fail_execution"](execution, error, cause)


def _execute_task(state_def, raw_input, execution, ctx):
    resolved = dict(state_def)
    for field in ("TimeoutSeconds", "HeartbeatSeconds"):
        path = resolved.pop(f"{field}Path", None)
        if path:
            value = sfn._resolve_path_or_ctx(path, raw_input, ctx)
            if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
                raise sfn._ExecutionError("States.Runtime", f"{field}Path {path} is not a positive integer: {value}")
            resolved[field] = value
    _execution.set(execution)
    return _original["_execute_task"](resolved, raw_input, execution, ctx)


def _await_token(info, state_def):
    """Block until the token is used, or raise the timeout AWS would raise."""
    started = time.monotonic()
    limit = state_def.get("TimeoutSeconds", NO_TIMEOUT)
    heartbeat = state_def.get("HeartbeatSeconds")
    while True:
        due = started + limit
        if heartbeat:
            due = min(due, info.get("beat_at", started) + heartbeat)
        if info["event"].wait(max(0.0, due - time.monotonic())):
            return
        now = time.monotonic()
        if now >= started + limit:
            raise sfn._ExecutionError("States.Timeout", f"Task timed out after {limit} seconds")
        if heartbeat and now >= info.get("beat_at", started) + heartbeat:
            raise sfn._ExecutionError("States.HeartbeatTimeout", f"No heartbeat for {heartbeat} seconds")


def _invoke_with_callback(resource, input_data, token, state_def):
    if "states:::lambda:invoke" not in resource:
        return _original["_invoke_with_callback"](resource, input_data, token, state_def)
    execution = _execution.get() or {}
    info = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None,
            "execution": execution.get("executionArn")}
    _finished_tokens.pop(token, None)
    sfn._task_tokens[token] = info
    try:
        function = sfn._resolve_lambda_function_ref(input_data.get("FunctionName", ""), optimized=True)
        sfn._call_lambda(function, input_data.get("Payload", input_data))
        _await_token(info, state_def)
    finally:
        sfn._task_tokens.pop(token, None)
        _finished_tokens[token] = None
        while len(_finished_tokens) > REMEMBERED_TOKENS:
            _finished_tokens.popitem(last=False)
    if info.get("ended"):
        raise sfn._ExecutionError("States.Runtime", "The execution ended while the task was waiting")
    if info["error"]:
        raise sfn._ExecutionError(info["error"]["Error"], info["error"]["Cause"])
    try:
        return json.loads(info["result"])
    except (TypeError, ValueError):
        return info["result"]


def _call_lambda(function, event):
    execution = _execution.get()
    if app.AUTH and execution:
        machine = sfn._state_machines.get(execution["stateMachineArn"]) or {}
        arn = function
        if not arn.startswith("arn:"):
            _, config, _ = lambda_svc._get_func_record_for_ref(function)
            arn = (config or {}).get("FunctionArn", function)
        reason = role_denial(machine.get("roleArn", ""), "lambda:InvokeFunction", arn)
        if reason:
            raise sfn._ExecutionError(
                "Lambda.AWSLambdaException",
                f"{reason} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException)")
    return _original["_call_lambda"](function, event)


def _with_live_token(name):
    def send(data):
        token = data.get("taskToken")
        info = sfn._task_tokens.get(token)
        if info is None and token not in _finished_tokens:
            return error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
        if info is None or info["event"].is_set():
            return error_response_json(
                "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", 400)
        info["beat_at"] = time.monotonic()
        return _original[name](data)
    return send


def _error_matches(error_equals, error):
    if error == "States.HeartbeatTimeout" and "States.Timeout" in error_equals:
        return True
    return _original["_error_matches"](error_equals, error)


def _find_matching_retrier(retriers, error, retry_counts):
    """Fold MaxDelaySeconds into the interval, which is all the caller looks at."""
    retrier, index = _original["_find_matching_retrier"](retriers, error, retry_counts)
    if retrier and retrier.get("MaxDelaySeconds"):
        delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** retry_counts.get(index, 0)
        retrier = {**retrier, "IntervalSeconds": min(delay, retrier["MaxDelaySeconds"]), "BackoffRate": 1.0}
    return retrier, index


def install():
    """Put these functions in place of MiniStack's."""
    for name in ("_start_execution", "_stop_execution", "_run_execution", "_fail_execution", "_execute_task",
                 "_invoke_with_callback", "_call_lambda", "_error_matches", "_find_matching_retrier"):
        setattr(sfn, name, globals()[name])
    for name in ("_send_task_success", "_send_task_failure", "_send_task_heartbeat"):
        setattr(sfn, name, _with_live_token(name))
