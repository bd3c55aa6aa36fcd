"""Authorization decisions by MiniStack's own IAM engine, for callers outside its request path.

The compute plane asks here whether a signed request is genuine and what its caller may do; the Step
Functions edge asks what a role may do. Nothing is decided elsewhere.
"""
import base64
import json

from ministack import app
from ministack.core import iam_evaluator as iam
from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region
from ministack.core.router import extract_access_key_id, extract_region


def _message(principal: str, action: str, resource: str) -> str:
    return (f"User: {principal} is not authorized to perform: {action} on resource: {resource} "
            f"because no identity-based policy allows the {action} action")


def role_denial(role_arn: str, action: str, resource: str, context: dict | None = None) -> str | None:
    """Why a role's session may not do this, or None when it may."""
    account, name = get_account_id(), role_arn.rsplit("/", 1)[-1]
    principal = f"arn:aws:sts::{account}:assumed-role/{name}/soca-twin"
    result = iam.evaluate(
        iam.EvalContext(principal_arn=principal, principal_type="AssumedRole", principal_account=account,
                        action=action, resource_arn=resource, region=get_region(),
                        service_context={key.lower(): value for key, value in (context or {}).items()}),
        iam._gather_role_policies(name, account),
        *iam._permissions_boundary(_roles(), name, account))
    return None if result.decision == "Allow" else _message(principal, action, resource)


def _roles():
    from ministack.services import iam as iam_service
    return iam_service._roles


def _role_in_profile(name_or_arn: str) -> str | None:
    from ministack.services import iam as iam_service
    profile = iam_service._instance_profiles.get(name_or_arn.rsplit("/", 1)[-1])
    roles = (profile or {}).get("Roles") or []
    if not roles:
        return None
    name = roles[0] if isinstance(roles[0], str) else roles[0]["RoleName"]
    return (iam_service._roles.get(name) or {}).get("Arn")


def decide(question: dict) -> dict:
    """Answer {"allow": true} or {"allow": false, "code", "message"}.

    `question`: {"request": {"method", "path", "query", "headers": [[name, value]], "body": base64}?,
    "access_key"?, "role_arn"?, "service", "region"?, "checks": [{"action", "resource", "context"}]}.
    With `request` the signature is verified and its access key decides; with `role_arn` the role decides.
    """
    if not app.AUTH:
        return {"allow": True}
    request = question.get("request")
    headers = {name.lower(): value for name, value in (request or {}).get("headers", [])}
    query = (request or {}).get("query") or {}
    key = extract_access_key_id(headers, query) if request else question.get("access_key", "")
    set_request_account_id(app._request_account_scope(key) if key else "")
    set_request_region(question.get("region") or extract_region(headers, query))
    if request:
        iam.pin_signed_request(request["method"], request["path"], query,
                               [(n.encode("latin-1"), v.encode("latin-1")) for n, v in request["headers"]])
        iam.pin_signed_body(base64.b64decode(request.get("body") or ""))
    else:
        iam._signed_request.set(None)
        iam._anonymous.set(False)
    for check in question["checks"]:
        action, context = check["action"], check.get("context") or {}
        resource = check.get("resource") or "*"
        if resource.startswith("instance-profile:"):
            resource = _role_in_profile(resource.split(":", 1)[1])
            if resource is None:
                return {"allow": False, "code": "InvalidParameterValue", "action": action,
                        "message": f"Invalid IAM Instance Profile name {check['resource'].split(':', 1)[1]}"}
        if question.get("role_arn"):
            reason = role_denial(question["role_arn"], action, resource, context)
            if reason:
                return {"allow": False, "code": "AccessDenied", "action": action, "message": reason}
            continue
        denied = iam.enforce(key, action, question.get("service", ""), get_region(), resource_arn=resource,
                             service_context=context)
        if isinstance(denied, iam.AuthError):
            return {"allow": False, "code": denied.code, "action": action, "message": denied.message}
        if denied:
            return {"allow": False, "code": "AccessDenied", "action": action,
                    "message": _message(denied.principal_arn, action, resource)}
    return {"allow": True}


def _event_contexts(body: bytes) -> list[dict]:
    """The condition keys of each entry of a PutEvents request."""
    try:
        entries = json.loads(body or b"{}").get("Entries") or []
        pairs = {(entry.get("Source"), entry.get("DetailType")) for entry in entries}
    except (ValueError, AttributeError, TypeError):
        return [{}]
    return [{"events:source": source, "events:detail-type": detail} for source, detail in pairs] or [{}]


def _loopback_is_secure() -> None:
    """Requests stay on this machine, which stands for TLS: policies that insist on it must not deny them."""
    resolve = iam._resolve_condition_key
    iam._resolve_condition_key = lambda key, context: (
        "true" if key.lower() == "aws:securetransport" else resolve(key, context))


def install() -> None:
    """Give events:PutEvents its condition keys events:source and events:detail-type; take loopback for TLS."""
    _loopback_is_secure()
    original = iam.enforce

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        signed = iam._signed_request.get()
        contexts = _event_contexts(signed.body) if iam_action == "events:PutEvents" and signed else [{}]
        for context in contexts:
            denied = original(access_key_id, iam_action, service, region, resource_arn=resource_arn,
                              service_context={**(service_context or {}), **context})
            if denied:
                return denied
        return None

    iam.enforce = enforce
