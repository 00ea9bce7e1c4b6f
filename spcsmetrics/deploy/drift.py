"""Where a running specification differs from the wanted one, field by field."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

# What the account may leave out of what it shows; every other field that is absent was taken away.
_PERHAPS_HIDDEN = {"mountSessionToken", "readinessProbe", "livenessProbe", "resources", "serviceRoles"}
# Where what is too many counts: elsewhere the account adds its own, such as the digest of an image.
_WHOLE = {
    *("containers", "endpoints", "volumes", "env", "secrets", "args", "command"),
    *("volumeMounts", "sessionTokenConfig", "corsSettings"),
}
_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_KEYS = ("name", "envVarName", "directoryPath")


@cache
def read(text: str) -> dict[str, Any] | None:
    """Return a specification as the account shows it, or None where it is not one. Each text is read once."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("spec"), dict) else None


def differences(wanted: Mapping[str, Any], running: Mapping[str, Any], *, noted: bool) -> list[str]:
    """Return the fields that differ, each as a line without the values of variables, which may be anybody's.

    Args:
        wanted: the specification that would be sent.
        running: the one that the account shows.
        noted: the service's comment says that it was made from the wanted one, so a field that the account does not
            show does not count.
    """
    found = list(_compare((), _by_name(wanted), _by_name(running), noted=noted))
    # With these containers get credentials of who opens the boards; off, the account may show them.
    if "capabilities" not in wanted and "true" in str(running.get("capabilities")).lower():
        found.append("capabilities: is too many")
    return found


def _by_name(tree: Any) -> Any:  # noqa: ANN401 - a tree of YAML
    """Return the tree with lists of named things as mappings, because their order means nothing."""
    if isinstance(tree, Mapping):
        return {key: _by_name(value) for key, value in tree.items()}
    if isinstance(tree, list):
        for key in _KEYS:
            if tree and all(isinstance(one, Mapping) and key in one for one in tree):
                return {str(one[key]): _by_name({k: v for k, v in one.items() if k != key}) for one in tree}
    return tree


def _compare(place: tuple[str, ...], wanted: Any, running: Any, *, noted: bool) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(wanted, Mapping) or not isinstance(running, Mapping):
        if not _same(wanted, running):
            before, after = _only_different(running, wanted)
            yield f"{_name(place)}: {_show(place, before)} -> {_show(place, after)}"
        return
    for key, value in wanted.items():
        if key in running:
            yield from _compare((*place, key), value, running[key], noted=noted)
        elif value not in (None, {}, []) and not (noted and key in _PERHAPS_HIDDEN):
            yield f"{_name((*place, key))}: is missing"
    whole = bool(place) and place[-1] in _WHOLE
    for key in running:
        if key not in wanted and (whole or key in _WHOLE) and running[key] not in (None, {}, []):
            yield f"{_name((*place, key))}: is too many"


def _name(place: tuple[str, ...]) -> str:
    return ".".join(place[1:] if place[0] == "spec" else place)


def _only_different(running: Any, wanted: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return two lists without what both have, unless only their order differs."""
    if not (isinstance(running, list) and isinstance(wanted, list)):
        return running, wanted
    before, after = [one for one in running if one not in wanted], [one for one in wanted if one not in running]
    return (before, after) if before or after else (running, wanted)


def _show(place: tuple[str, ...], value: Any) -> str:  # noqa: ANN401
    return "another value" if "env" in place or "secrets" in place else str(value)


def _same(wanted: Any, running: Any) -> bool:  # noqa: ANN401
    if wanted == running or str(wanted) == str(running):
        return True
    if isinstance(wanted, list | Mapping) or isinstance(running, list | Mapping):
        return False
    return _amount(wanted) is not None and _amount(wanted) == _amount(running)


def _amount(value: object) -> float | None:
    """Return a quantity of the specification as a number: 512Mi and 0.5Gi are the same, and so are 300m and 0.3."""
    text = str(value)
    factor = 1.0
    if text.endswith("m"):
        text, factor = text[:-1], 0.001
    else:
        unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
        text, factor = text.removesuffix(unit), float(_UNITS.get(unit, 1))
    try:
        return round(float(text) * factor, 6)
    except ValueError:
        return None
