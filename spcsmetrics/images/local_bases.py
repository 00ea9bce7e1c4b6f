"""Bases made on this machine, for places where the official ones cannot be pulled.

Prometheus comes from its Go module in the official image's layout, Python from Debian by debootstrap.
Grafana has no source that could be built here.
"""

import os
import shutil
from pathlib import Path

import certifi

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.steps import Step
from spcsmetrics.core.versions import PROMETHEUS
from spcsmetrics.images import daemon
from spcsmetrics.images.definition import PLATFORM
from spcsmetrics.programs import prometheus

_DEBIAN = "bookworm"
PROMETHEUS_BASE = f"spcs-local/prometheus:{PROMETHEUS}"
PYTHON_BASE = f"spcs-local/python:3.11-{_DEBIAN}"
REFERENCES = {"prometheus": PROMETHEUS_BASE, "simulator": PYTHON_BASE}

# As the official image has it: the data folder belongs to nobody, who runs the server.
_PROMETHEUS_DOCKERFILE = """\
FROM scratch
COPY root /
COPY --chown=65534:65534 data /prometheus
USER nobody
WORKDIR /prometheus
VOLUME ["/prometheus"]
EXPOSE 9090
ENTRYPOINT ["/bin/prometheus"]
"""


def build_steps(base: str) -> list[Step]:
    """Return the steps that make the local base of prometheus or simulator unless it is there."""
    if base == "prometheus":
        make = Step(
            title=f"Make the base {PROMETHEUS_BASE}",
            detail="docker build FROM scratch",
            action=_make_prometheus,
            skip=lambda: daemon.holds(PROMETHEUS_BASE),
        )
        return [*prometheus.build_steps("prometheus", "promtool"), make]
    detail = process.render(_debootstrap(Path("ROOT")))
    title = f"Make the base {PYTHON_BASE} (about 1 minute)"
    return [Step(title=title, detail=detail, action=_make_python, skip=lambda: daemon.holds(PYTHON_BASE))]


def _make_prometheus() -> None:
    context = BUILD / "bases" / "prometheus"
    shutil.rmtree(context, ignore_errors=True)
    root = context / "root"
    for folder in ("bin", "etc/prometheus", "etc/ssl/certs", "tmp"):
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (context / "data").mkdir()
    for program in ("prometheus", "promtool"):
        shutil.copy(prometheus.built(program), root / "bin")
    shutil.copy(certifi.where(), root / "etc/ssl/certs/ca-certificates.crt")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n")
    (root / "etc/group").write_text("root:x:0:\nnobody:x:65534:\n")
    (context / "Dockerfile").write_text(_PROMETHEUS_DOCKERFILE)
    process.run(["docker", "build", "--quiet", "--platform", PLATFORM, "--tag", PROMETHEUS_BASE, context])


def _debootstrap(root: Path) -> list[str | Path]:
    return ["debootstrap", "--variant=minbase", "--include=python3,ca-certificates", _DEBIAN, root]


def _make_python() -> None:
    if os.geteuid() != 0:
        raise UserError("debootstrap needs root: run this as root, or use the official bases without --bases local")
    root = BUILD / "bases" / "python"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    # Where it is not in the foreground, its wget writes a log into the folder that it runs in.
    process.run(
        _debootstrap(root),
        cwd=root.parent,
        remedy="install it (on Debian and Ubuntu: apt install debootstrap)",
        log=BUILD / "debootstrap.log",
    )
    for leftover in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(root / leftover, ignore_errors=True)
    archive = root.with_suffix(".tar")
    process.run(["tar", "--numeric-owner", "--directory", root, "--create", "--file", archive, "."])
    process.run(["docker", "import", "--platform", PLATFORM, archive, PYTHON_BASE])
    archive.unlink()
    shutil.rmtree(root, ignore_errors=True)
