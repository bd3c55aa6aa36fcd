"""What both planes share at start: exact versions, the internal token, a loopback port, a clean end.

Exit codes: 2 wrong arguments or a missing token, 3 the port is taken, 4 a wrong emulator version.
"""
import hmac
import importlib.metadata
import os
import socket
import sys

LOOPBACK = "127.0.0.1"
PINNED = {"ministack": "1.5.33", "moto": "5.2.5"}
TOKEN_VARIABLE = "SOCA_INTERNAL_TOKEN"
TOKEN_HEADER = "x-soca-internal"


def fail(code: int, line: str) -> None:
    """End the process with one clear line on stderr."""
    print(line, file=sys.stderr, flush=True)
    raise SystemExit(code)


def require_version(package: str) -> None:
    """The edges hook private names, so any other version of the emulator is refused."""
    try:
        found = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        fail(4, f"{package} is not installed: pip install --require-hashes -r requirements.txt")
    if found != PINNED[package]:
        fail(4, f"{package} {found} is installed, but the edges are written for {PINNED[package]}")


def take_token() -> str:
    """The secret shared by both planes and the machine room, taken out of the environment.

    Lambda functions inherit the serverless plane's environment, so it must not stay there.
    """
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if len(token) < 16:
        fail(2, f"{TOKEN_VARIABLE} must be set to a secret of 16 or more characters")
    return token


def token_matches(token: str, given: str | None) -> bool:
    return bool(given) and hmac.compare_digest(token.encode(), given.encode())


def require_free_port(port: int) -> None:
    """Exit with code 3 when the loopback port is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            fail(3, f"port {port} on {LOOPBACK} is taken ({error.strerror})")


def announce(plane: str, port: int) -> None:
    """The line a starter waits for on stdout."""
    print(f"{plane} ready http://{LOOPBACK}:{port}", flush=True)
