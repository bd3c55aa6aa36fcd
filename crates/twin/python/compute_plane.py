"""The compute plane of the local twin: Moto with our edges, on 127.0.0.1 only.

    SOCA_INTERNAL_TOKEN=<secret> python compute_plane.py --port 5005 \\
        [--serverless-endpoint http://127.0.0.1:4566] [--account 123456789012] [--region us-east-1] \\
        [--boot-seconds S] [--shutdown-seconds 5] [--retry-seconds 5] [--replace-seconds 1] \\
        [--stabilize-seconds 900] [--log-level WARNING]

Prints `compute plane ready http://127.0.0.1:5005` when it serves; SIGTERM ends it. Clients reach it with
AWS_ENDPOINT_URL_EC2, _AUTO_SCALING, _CLOUDFORMATION, _FSX, _SERVICE_QUOTAS and _PRICING. With
--serverless-endpoint that plane authorizes every request (start it first); without, nothing is checked.
Without --boot-seconds an instance stays `pending` until the machine room reports it `running`.

State lives in memory. The control endpoints are listed in planes/control.py, what a stack, a group and an
instance do in planes/stacks.py, planes/groups.py and planes/instances.py.
"""
import argparse
import logging
import os
import signal
import threading

from planes import common


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Moto with the twin's edges, on loopback.")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--serverless-endpoint", help="who authorizes; without it everything is allowed")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--boot-seconds", type=float, help="become running by itself after this long")
    parser.add_argument("--shutdown-seconds", type=float, default=5.0)
    parser.add_argument("--retry-seconds", type=float, default=5.0)
    parser.add_argument("--replace-seconds", type=float, default=1.0)
    parser.add_argument("--stabilize-seconds", type=float, default=900.0)
    parser.add_argument("--log-level", default="WARNING")
    return parser.parse_args()


def prepare_environment(options: argparse.Namespace) -> None:
    """Moto reads its settings from the environment while it is imported."""
    os.environ.update({
        "MOTO_ACCOUNT_ID": options.account, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_ENABLE_AMI_VALIDATION": "true",
        "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true", "MOTO_PORT": str(options.port),
        "AWS_DEFAULT_REGION": options.region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    })


def build(options: argparse.Namespace, token: str):
    """Moto behind the edges: the WSGI application and its request handler."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

    from planes import catalogue, control, groups, instances, permits, placement, seed, stacks
    from planes.world import CLOCK, Settings

    for name in ("account", "region", "boot_seconds", "shutdown_seconds", "retry_seconds", "replace_seconds",
                 "stabilize_seconds"):
        setattr(Settings, name, getattr(options, name))
    for edge in (instances, groups, placement, stacks, catalogue):
        edge.install()
    permits.configure(options.serverless_endpoint, token)
    planted = seed.plant()
    CLOCK.start()
    return control.front(DomainDispatcherApplication(create_backend_app), token, planted), MotoRequestHandler


def main() -> None:
    options = arguments()
    common.require_version("moto")
    token = common.take_token()
    common.require_free_port(options.port)
    prepare_environment(options)
    logging.basicConfig(level=options.log_level.upper())
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    application, handler = build(options, token)

    from werkzeug.serving import make_server

    server = make_server(common.LOOPBACK, options.port, application, threaded=True, request_handler=handler)
    server.daemon_threads = True
    server.block_on_close = False
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    common.announce("compute plane", options.port)
    server.serve_forever(poll_interval=0.05)
    os._exit(0)  # nothing here outlives the process; threads in a long poll need not be waited for


if __name__ == "__main__":
    main()
