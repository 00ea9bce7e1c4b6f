"""The list of what is inside an image, as SPDX has it: the Go modules of its programs, and its base.

Source: https://spdx.github.io/spdx-spec/v2.3/
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spcsmetrics.core import git
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.images import official_bases
from spcsmetrics.programs import licences

FOLDER = BUILD / "release"
_UNKNOWN = "NOASSERTION"


def file(name: str) -> Path:
    """Return where the list of an image goes."""
    return FOLDER / f"{name}.spdx.json"


def write(name: str, source: str, base: str | None, programs: Sequence[Path]) -> None:
    """Write the list of an image by its name: base is the base's key in BASES, source where the product's own code is.

    Raises UserError for a module whose licence may not be shipped.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    file(name).write_text(json.dumps(describe(name, source, base, programs), indent=1) + "\n")


def describe(name: str, source: str, base: str | None, programs: Sequence[Path]) -> dict[str, Any]:
    """Return the document."""
    image = _package("image", name, PRODUCT, f"pkg:oci/{name}@{PRODUCT}", "Apache-2.0")
    inside = [_base(base)] if base else []
    found = {module.name: module for program in programs for module in licences.modules(program)}
    for number, module in enumerate(found[key] for key in sorted(found)):
        locator = f"pkg:golang/{quote(module.path)}@{quote(module.version)}"
        kinds = " AND ".join(module.kinds()) or _UNKNOWN
        inside.append(_package(f"go-{number}", module.path, module.version, locator, kinds, module.checksum))
    links = [("SPDXRef-DOCUMENT", "DESCRIBES", image["SPDXID"])]
    links += [(image["SPDXID"], "CONTAINS", one["SPDXID"]) for one in inside]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{name}-{PRODUCT}",
        "documentNamespace": f"{source}/spdx/{name}-{PRODUCT}-{git.revision()}",
        "creationInfo": {"created": _created(), "creators": ["Organization: SPCS user metrics"]},
        "packages": [image, *inside],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in links
        ],
    }


def _created() -> str:
    # The commit's time, so that the same commit gives the same list.
    return datetime.fromtimestamp(int(git.source_date()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base(key: str) -> dict[str, Any]:
    named, _, digest = official_bases.pinned(BASES[key]).partition("@")
    name, _, tag = named.rpartition(":")
    locator = f"pkg:docker/{BASES[key].rpartition(':')[0]}@{quote(digest) or tag}"
    return _package("base", name, tag, locator, _UNKNOWN, digest)


def _package(key: str, name: str, version: str, locator: str, kind: str, checksum: str = "") -> dict[str, Any]:
    reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
    return {
        "SPDXID": f"SPDXRef-{key}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": kind,
        "licenseDeclared": kind,
        "copyrightText": _UNKNOWN,
        "externalRefs": [reference],
        **({"comment": checksum} if checksum else {}),
    }
