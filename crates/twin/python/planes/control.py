"""The compute plane's front: control endpoints for the machine room, then IAM, then Moto.

Control endpoints need the header `x-soca-internal` and speak JSON:

    GET    /_soca/health                      {"plane": "compute", "epoch", "cursor"}
    GET    /_soca/seed                        {"account", "region", "vpc_id", "subnets": [{"id", "zone", "cidr"}],
                                               "security_group_id", "images": {"x86_64", "arm64"}}
    GET    /_soca/instances                   {"epoch", "cursor", "instances": [...]}, those not terminated
    GET    /_soca/instances?since=C&epoch=E&wait=S  {"epoch", "cursor", "entries": [...]}; waits up to S (30) seconds;
                                              409 when the cursor is of another epoch or too old: read all again
    POST   /_soca/instances/{id}/state        {"state", "reason": {"code", "message"}?}; 404 unknown, 409 impossible
    GET    /_soca/pools                       {"pools": [...]}
    POST   /_soca/pools                       {"type", "zone", "market": "*" by default, "dry"?: true,
                                               "launches_refused"?: n, "capacity"?: n}; none of the three: no rule
    DELETE /_soca/pools                       forget all rules
    GET    /_soca/stacks                      {"stacks": [{"name", "status"}]}, those not deleted
    GET    /_soca/quotas, POST /_soca/quotas  {"L-1216C47A": 640, ...}

A feed entry is {"seq", "time", "kind", ...}. Kind `instance`: `previous` and what `planes/instances.py`
describes. Kind `stack`: `stack`, `stack_id`, `status`, `reason`, `token`. Kinds `launch-successful` and
`launch-unsuccessful`: `group`, `stack` and what AWS puts in the event.
"""
import io
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from planes import capacity, catalogue, common, instances, permits, stacks
from planes.world import FEED, LOCK

LONGEST_WAIT = 30.0
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 503: "Unavailable"}


class Problem(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def _instances(query: dict[str, str]) -> dict:
    if "since" not in query:
        with LOCK:
            alive = [i for i in instances.backend().all_instances() if i.state != "terminated"]
            return {"epoch": FEED.epoch, "cursor": FEED.cursor, "instances": [instances.describe(i) for i in alive]}
    cursor = int(query["since"])
    if query.get("epoch", FEED.epoch) != FEED.epoch or not FEED.reaches(cursor):
        raise Problem(409, "the feed does not reach back to this cursor: read all instances again")
    entries = FEED.since(cursor, min(LONGEST_WAIT, float(query.get("wait", 0))))
    return {"epoch": FEED.epoch, "cursor": cursor + len(entries), "entries": entries}


def _set_state(instance_id: str, body: dict) -> dict:
    try:
        with LOCK:
            return instances.report(instance_id, body["state"], body.get("reason"))
    except KeyError as error:
        raise Problem(404, f"no such instance or field: {error}") from error
    except ValueError as error:
        raise Problem(409, str(error)) from error


def _stacks() -> dict:
    with LOCK:
        return {"stacks": [{"name": stack.name, "status": stack.status} for stack in stacks.backend().stacks.values()]}


def _set_quotas(body: dict) -> dict:
    unknown = set(body) - set(capacity.QUOTAS)
    if unknown:
        raise ValueError(f"unknown quota codes {sorted(unknown)}")
    with LOCK:
        capacity.quota_values.update({code: float(value) for code, value in body.items()})
    return capacity.quota_values


def _pools(method: str, body: dict) -> dict:
    with LOCK:
        if method == "POST":
            capacity.set_rule(body)
        elif method == "DELETE":
            capacity.clear_rules()
        return {"pools": capacity.rules()}


def control(method: str, path: str, query: dict[str, str], body: dict, seed: dict) -> dict:
    state = re.fullmatch(r"/_soca/instances/([^/]+)/state", path)
    if state and method == "POST":
        return _set_state(state.group(1), body)
    route = (method, path)
    if route == ("GET", "/_soca/health"):
        return {"plane": "compute", "epoch": FEED.epoch, "cursor": FEED.cursor}
    if route == ("GET", "/_soca/seed"):
        return seed
    if route == ("GET", "/_soca/instances"):
        return _instances(query)
    if route == ("GET", "/_soca/stacks"):
        return _stacks()
    if path == "/_soca/pools" and method in ("GET", "POST", "DELETE"):
        return _pools(method, body)
    if path == "/_soca/quotas" and method in ("GET", "POST"):
        return _set_quotas(body) if method == "POST" else capacity.quota_values
    raise Problem(404, f"no such control endpoint: {method} {path}")


def _refusal_answer(service: str, code: str, message: str) -> tuple[int, str, str]:
    """A denial in the protocol of the service."""
    if service == "ec2":
        if code == "AccessDenied":
            code, message = "UnauthorizedOperation", f"You are not authorized to perform this operation. {message}"
        elif code in ("UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidClientTokenId"):
            code = "AuthFailure"
        return 403, "text/xml", (f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}"
                                 "</Message></Error></Errors><RequestID>soca-twin</RequestID></Response>")
    if service in permits.JSON_SERVICES:
        name = "AccessDeniedException" if code == "AccessDenied" else code
        return 400, "application/x-amz-json-1.1", json.dumps({"__type": name, "Message": message, "message": message})
    return 403, "text/xml", (f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>"
                             f"{escape(message)}</Message></Error><RequestId>soca-twin</RequestId></ErrorResponse>")


def _read(environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _headers(environ) -> list[tuple[str, str]]:
    found = [(key[5:].replace("_", "-").lower(), value) for key, value in environ.items() if key.startswith("HTTP_")]
    return found + [(name, environ[key]) for name, key in
                    (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH")) if environ.get(key)]


def front(moto: Callable, token: str, seed: dict) -> Callable:
    """The WSGI application."""
    def reply(start_response, status: int, content_type: str, text: str):
        body = text.encode()
        start_response(f"{status} {_REASONS.get(status, 'Error')}",
                       [("content-type", content_type), ("content-length", str(len(body)))])
        return [body]

    def serve_control(environ, start_response, body: bytes):
        if not common.token_matches(token, environ.get("HTTP_X_SOCA_INTERNAL")):
            return reply(start_response, 403, "application/json",
                         json.dumps({"error": "the internal token is missing or wrong"}))
        try:
            query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
            status, value = 200, control(environ["REQUEST_METHOD"], environ["PATH_INFO"], query,
                                         json.loads(body or b"{}"), seed)
        except Problem as problem:
            status, value = problem.status, {"error": str(problem)}
        except (ValueError, TypeError, AttributeError) as error:
            status, value = 400, {"error": f"bad request: {error}"}
        return reply(start_response, status, "application/json", json.dumps(value, default=str))

    def application(environ, start_response):
        path, body = environ.get("PATH_INFO", ""), _read(environ)
        if path.startswith("/_soca/"):
            return serve_control(environ, start_response, body)
        headers, query = _headers(environ), environ.get("QUERY_STRING", "")
        _, service = permits.scope(dict(headers))
        raw_path = environ.get("REQUEST_URI", path).split("?")[0] or "/"
        refused = permits.refusal(environ["REQUEST_METHOD"], raw_path, query, headers, body)
        if refused:
            return reply(start_response, *_refusal_answer(service, *refused))
        with LOCK:
            if service == "pricing":
                action = dict(headers).get("x-amz-target", "").rsplit(".", 1)[-1]
                status, value = catalogue.price_answer(action, body)
                return reply(start_response, status, "application/x-amz-json-1.1", json.dumps(value))
            return list(moto(environ, start_response))

    return application
