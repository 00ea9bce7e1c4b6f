"""Containers of a specification as compose runs them: with its images, arguments, variables, secrets, volumes, limits.

What an account gives by itself, and what makes a test quick, they have from the containers in tests/stack/compose.yaml.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trees import read_yaml

from spcsmetrics.core.paths import COMPOSE_FILE

_STACK: dict[str, dict[str, Any]] = read_yaml(COMPOSE_FILE)["services"]
_ONLY_IN_THE_STACK = ("cap_add", "command", "profiles", "tmpfs")
# Nothing inside an image of ours could ask: tests do, from beside it.
_PROBES = ("readinessProbe", "livenessProbe")


def list_services(
    specification: Mapping[str, Any], owner: str, name: str, secrets: Mapping[str, Path]
) -> dict[str, dict[str, Any]]:
    """Return compose's services for the containers of one service.

    Args:
        specification: as it is sent.
        owner: the service of compose whose network they share.
        name: of the service in the account.
        secrets: the folder that stands for each secret, with its file in it.
    """
    return {
        f"{owner}-{one['name']}": _run(dict(one), owner, name, secrets) for one in specification["spec"]["containers"]
    }


def _run(left: dict[str, Any], owner: str, name: str, secrets: Mapping[str, Path]) -> dict[str, Any]:
    """Return a container as a service of compose; it fails where the specification says what compose would not get."""
    stack = _STACK.get(left.pop("name"), {})
    made = {key: stack[key] for key in _ONLY_IN_THE_STACK if key in stack}
    if "args" in left:
        made["command"] = [_escape(word) for word in left.pop("args")]
    resources = left.pop("resources")["limits"]
    volumes = [
        *_mount_session(stack, wanted=left.pop("mountSessionToken", True)),
        *(f"{owner}-{one['name']}:{one['mountPath']}:nocopy" for one in left.pop("volumeMounts", [])),
        *(_mount_secret(one, secrets) for one in left.pop("secrets", [])),
    ]
    environment = {**stack.get("environment", {}), **left.pop("env", {}), "SNOWFLAKE_SERVICE_NAME": name}
    made |= {
        "image": left.pop("image").rpartition("/")[2],
        "network_mode": f"service:{owner}",
        "depends_on": {"simulator": {"condition": "service_healthy"}},
        "environment": {key: _escape(str(value)) for key, value in environment.items()},
        "volumes": volumes,
        "read_only": True,
        "cap_drop": ["ALL"],
        "cpus": float(resources["cpu"]),
        "mem_limit": resources["memory"].lower().removesuffix("i"),
    }
    unknown = set(left) - {*_PROBES}
    assert not unknown, f"compose does not get what a specification says: {', '.join(sorted(unknown))}"
    return made


def _mount_session(stack: Mapping[str, Any], *, wanted: bool) -> list[str]:
    """Return what the account mounts by itself, and the file by which the simulated account's authority is trusted."""
    mounts = [one for one in stack.get("volumes", []) if not one.startswith("data:")]
    return [one.replace("./", f"{COMPOSE_FILE.parent}/", 1) for one in mounts] if wanted else []


def _mount_secret(secret: Mapping[str, Any], secrets: Mapping[str, Path]) -> str:
    return f"{secrets[secret['snowflakeSecret']['objectName']]}:{secret['directoryPath']}:ro"


def _escape(text: str) -> str:
    return text.replace("$", "$$")
