"""The serverless plane of the local twin: MiniStack with our edges, on 127.0.0.1 only.

    SOCA_INTERNAL_TOKEN=<secret> python serverless_plane.py --port 4566 --state-dir DIR \\
        [--compute-endpoint http://127.0.0.1:5005] [--account 123456789012] [--region us-east-1] \\
        [--persist] [--no-auth] [--log-level WARNING] [--function-logs DIR]

Prints `serverless plane ready http://127.0.0.1:4566` when it serves; SIGTERM ends it and its functions.
IAM is enforced (unless --no-auth); the administrator is access key `test`, secret `test`. Functions
inherit this process's environment, so with --compute-endpoint they get AWS_ENDPOINT_URL_EC2 and its
like; the internal token is removed from it first.

Internal endpoints (header `x-soca-internal: <secret>`, else 403), JSON:
    GET  /_soca/health     -> {"plane": "serverless", "inert_types": [...]}
    POST /_soca/events     {"Entries": [...]} as PutEvents, `aws.*` sources allowed; default bus by default
    POST /_soca/authorize  see planes/decisions.py
    POST /_soca/deliveries {"mode": "normal" | "dropped" | "twice"}: what becomes of events (schedules go on)
    POST /_soca/faults     {"function", "after_ms": 20, "times": 1}: kill the process of its next calls
    POST /_soca/invoke     {"function", "payload"} -> {"status", "error", "payload"}
    GET  /_soca/work       -> {"executions": [names that are running], "deliveries": {"mode", "dropped"},
                               "killed": {function: times}}
"""
import argparse
import asyncio
import json
import os
import signal

from planes import common

COMPUTE_SERVICES = ("EC2", "AUTO_SCALING", "CLOUDFORMATION", "FSX", "SERVICE_QUOTAS", "PRICING")
GRACE_SECONDS = 1.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="MiniStack with the twin's edges, on loopback.")
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--state-dir", required=True, help="where code, objects and (with --persist) state live")
    parser.add_argument("--compute-endpoint", help="what functions use for EC2, Auto Scaling, CloudFormation, ...")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--persist", action="store_true", help="keep state across a SIGTERM")
    parser.add_argument("--no-auth", action="store_true", help="do not enforce IAM")
    parser.add_argument("--log-level", default="WARNING")
    parser.add_argument("--function-logs", help="where each function's lines are appended to a file of its name")
    return parser.parse_args()


def prepare_environment(options: argparse.Namespace) -> None:
    """MiniStack reads its settings from the environment while it is imported."""
    state = os.path.abspath(options.state_dir)
    temporary = os.path.join(state, "tmp")
    os.makedirs(temporary, exist_ok=True)
    keep = "1" if options.persist else "0"
    os.environ.update({
        "GATEWAY_PORT": str(options.port), "BIND_HOST": common.LOOPBACK, "MINISTACK_HOST": "localhost",
        "AWS_ENDPOINT_URL": f"http://{common.LOOPBACK}:{options.port}", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": options.account, "MINISTACK_REGION": options.region,
        "AUTH": "false" if options.no_auth else "true", "LOG_LEVEL": options.log_level.upper(),
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "TMPDIR": temporary,
        "PERSIST_STATE": keep, "S3_PERSIST": keep, "S3_DATA_DIR": os.path.join(state, "s3"),
        "STATE_DIR": os.path.join(state, "state"), "LAMBDA_EXECUTOR": "local",
    })
    os.environ.pop("AWS_SESSION_TOKEN", None)
    for service in COMPUTE_SERVICES:
        os.environ.pop(f"AWS_ENDPOINT_URL_{service}", None)
        if options.compute_endpoint:
            os.environ[f"AWS_ENDPOINT_URL_{service}"] = options.compute_endpoint


def quicken_functions() -> None:
    """Cut 50 ms from every call: MiniStack waits that long for a log line of a silent function.

    A later line is reported with the next call. Answers to bootstraps leave in one segment.
    """
    from ministack.core.lambda_runtime import ProvidedWorker

    build, drain = ProvidedWorker._build_handler_class, ProvidedWorker._drain_stderr_bounded

    def buffered(self, generation, pending):
        handler = build(self, generation, pending)
        handler.disable_nagle_algorithm = True
        handler.wbufsize = -1
        return handler

    def drain_quickly(self, first_line_wait=0.004, idle_confirm=0.002, hard_cap=0.1):
        return drain(self, first_line_wait, idle_confirm, hard_cap)

    ProvidedWorker._build_handler_class = buffered
    ProvidedWorker._drain_stderr_bounded = drain_quickly


async def _answer(send, status: int, value: dict) -> None:
    body = json.dumps(value).encode()
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


async def _body(receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def with_internal_endpoints(inner, token: str, options: argparse.Namespace, inert: list[str]):
    """MiniStack's application with `/_soca/...` in front of it."""
    from ministack.core.responses import set_request_account_id, set_request_region
    from ministack.services import eventbridge

    from planes import errands
    from planes.decisions import decide

    def serve(method: str, path: str, body: bytes) -> tuple[int, dict]:
        set_request_account_id(options.account)
        set_request_region(options.region)
        if (method, path) == ("GET", "/_soca/health"):
            return 200, {"plane": "serverless", "inert_types": inert}
        if (method, path) == ("POST", "/_soca/events"):
            status, _, answer = eventbridge._put_events(json.loads(body), allow_aws_source=True)
            return status, json.loads(answer)
        if (method, path) == ("POST", "/_soca/authorize"):
            return 200, decide(json.loads(body))
        if (method, path) in errands.SERVED:
            return 200, errands.SERVED[method, path](json.loads(body or b"{}"))
        return 404, {"error": f"no such internal endpoint: {method} {path}"}

    async def application(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/_soca/"):
            return await inner(scope, receive, send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        if not common.token_matches(token, headers.get(common.TOKEN_HEADER)):
            return await _answer(send, 403, {"error": "the internal token is missing or wrong"})
        try:
            # Some answers wait for a function, which in turn calls this plane: never on the loop's own thread.
            status, value = await asyncio.to_thread(serve, scope["method"], scope["path"], body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            status, value = 400, {"error": f"bad request: {error!r}"}
        return await _answer(send, status, value)

    return application


async def run(application, options: argparse.Namespace) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"{common.LOOPBACK}:{options.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACE_SECONDS
    config.loglevel = options.log_level.upper()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = asyncio.create_task(serve(application, config, shutdown_trigger=stop.wait))
    while not server.done():
        try:
            _, writer = await asyncio.open_connection(common.LOOPBACK, options.port)
            writer.close()
            common.announce("serverless plane", options.port)
            break
        except OSError:
            await asyncio.sleep(0.02)
    await server


def main() -> None:
    options = arguments()
    common.require_version("ministack")
    token = common.take_token()
    common.require_free_port(options.port)
    prepare_environment(options)

    import ministack.app

    from planes import decisions, errands, resources, stepfunctions

    decisions.install()
    stepfunctions.install()
    inert = resources.install(options.port)
    quicken_functions()
    errands.install(options.function_logs)
    asyncio.run(run(with_internal_endpoints(ministack.app.app, token, options, inert), options))


if __name__ == "__main__":
    main()
