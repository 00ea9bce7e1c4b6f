"""What a rehearsed release left is compared with what it should: every tag, what was attested, and every file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import contents
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.images.target import semver_tags
from spcsmetrics.local import packing
from spcsmetrics.upkeep import outcome

PACKED = [asset.file_name for asset in packing.assets()]
LISTS = [contents.file(image.name).name for image in SHIPPED.values()]


def link(folder: Path, name: str, tag: str) -> Path:
    return outcome.repositories(folder, "acme") / name / "_manifests" / "tags" / tag / "current" / "link"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Return a rehearsal's folder as a release leaves it that went well."""
    attested = [f"index.docker.io/acme/{image.name}@sha256:{key}" for key, image in SHIPPED.items()]
    attested += [f"{number:064}  build/release/{name}" for number, name in enumerate(PACKED)]
    (tmp_path / "attested").write_text("\n".join(attested) + "\n")
    (tmp_path / "published").mkdir()
    for name in (*PACKED, *LISTS):
        (tmp_path / "published" / name).touch()
    for key, image in SHIPPED.items():
        for tag in semver_tags(PRODUCT):
            file = link(tmp_path, image.name, tag)
            file.parent.mkdir(parents=True)
            file.write_text(f"sha256:{key}")
    return tmp_path


def test_all_images_with_all_tags_and_all_files_are_counted(released: Path) -> None:
    assert outcome.check(released, "acme") == f"{len(SHIPPED)} images with 3 tags each, {len(PACKED) + 4} files"


def test_programs_for_every_platform_and_the_boards_are_packed() -> None:
    names = {name.rpartition("-")[0] for name in PACKED}
    platforms = [platform.replace("/", "-") for platform in packing.PLATFORMS]
    programs = {f"{name}-{platform}" for name in ("spcs-otelcol", "prometheus", "backfill") for platform in platforms}
    assert names == {*programs, "boards"}


def test_what_is_packed_is_what_the_task_packs(capsys: pytest.CaptureFixture[str]) -> None:
    packing.run_packing(dry=True)
    printed = capsys.readouterr().out
    assert [name for name in PACKED if f"build/release/{name}" not in printed] == []


def lose_a_tag(folder: Path) -> None:
    link(folder, "spcs-oss-thanos", "latest").unlink()


def move_a_tag(folder: Path) -> None:
    link(folder, "spcs-oss-grafana", PRODUCT).write_text("sha256:another")


def attest_no_image(folder: Path) -> None:
    (folder / "attested").write_text("")


def lose_a_list(folder: Path) -> None:
    (folder / "published" / "spcs-oss-thanos.spdx.json").unlink()


def add_a_file(folder: Path) -> None:
    (folder / "published" / "backfill-linux-amd64-0123456789abcdef.tar.gz").touch()


def forget_to_attest_a_file(folder: Path) -> None:
    lines = (folder / "attested").read_text().splitlines()
    (folder / "attested").write_text("\n".join(line for line in lines if "boards-" not in line))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (lose_a_tag, "^spcs-oss-thanos:latest is missing and sha256:thanos was attested: mend release.yml$"),
        (move_a_tag, rf"^spcs-oss-grafana:{PRODUCT} is sha256:another and sha256:grafana was attested"),
        (attest_no_image, "^spcs-oss-otel:.* is sha256:otel and nothing was attested"),
        (lose_a_list, r"^spcs-oss-thanos\.spdx\.json is not published: mend release\.yml or \.github/publish$"),
        (add_a_file, r"^backfill-linux-amd64-0123456789abcdef\.tar\.gz is published and belongs to another build"),
        (forget_to_attest_a_file, r"^boards-[0-9a-f]{16}\.tar\.gz is not attested"),
    ],
)
def test_whatever_is_missing_or_differs_is_named(released: Path, fault: Callable[[Path], None], sentence: str) -> None:
    fault(released)
    with pytest.raises(UserError, match=sentence):
        outcome.check(released, "acme")
