"""The licences of what is inside a program are collected, and a module without one is not shipped."""

from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.programs import licences

TEXT = "Permission is hereby granted, free of charge, to any person\nobtaining a copy of all"
GO = """\
#!/bin/sh
case "$1 $2" in
"env GOMODCACHE") echo {cache} ;;
"env GOROOT") echo {root} ;;
"version -m") printf 'p: go1\\n\\tpath\\tp\\n\\tmod\\texample.com/main\\tv4.0.0\\n' ;
    printf '\\tdep\\texample.com/Acme/one\\tv1.0.0\\th1:x=\\n' ;
    printf '\\tdep\\texample.com/two\\tv2.0.0\\n' ;
    printf '\\tdep\\texample.com/old\\tv1.0.0\\n\\t=>\\texample.com/fork\\tv3.0.0\\th1:y=\\n' ;
    printf '\\tdep\\texample.com/unused\\tv1.0.0\\n\\t=>\\t../standins/unused\\t(devel)\\t\\n' ;
    printf '\\tdep\\tgithub.com/spcs-user-metrics/plugin\\tv0.0.0\\n' ;;
esac
"""
# As the cache spells a capital.
MODULES = (
    "example.com/main@v4.0.0",
    "example.com/!acme/one@v1.0.0",
    "example.com/two@v2.0.0",
    "example.com/fork@v3.0.0",
)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go that names four modules of others, one of them instead of another, and one of ours, with its cache."""
    folder, root, go = tmp_path / "cache", tmp_path / "root", tmp_path / "go"
    for path in (*(folder / module for module in MODULES), root):
        path.mkdir(parents=True)
        (path / "LICENSE").write_text(TEXT)
        (path / "main.go").write_text("package main")
    (folder / MODULES[1] / "NOTICE.txt").write_text("Notice of one")
    go.write_text(GO.format(cache=folder, root=root))
    go.chmod(0o755)
    monkeypatch.setattr(licences, "find_go", lambda: go)
    monkeypatch.setattr(licences, "go_environment", dict)
    return folder


def test_each_text_stands_once_below_the_modules_that_it_is_of(cache: Path) -> None:
    text = licences.collect(Path("program"))
    assert text.count(TEXT) == 1
    assert text.count("Notice of one") == 1
    owners = ["main v4.0.0", "Acme/one v1.0.0", "two v2.0.0", "fork v3.0.0"]
    assert "\n".join((*(f"example.com/{owner}" for owner in owners), "the Go standard library")) in text
    assert "spcs-user-metrics" not in text
    assert "example.com/old" not in text
    assert "example.com/unused" not in text, "a stand-in is ours"
    assert "package main" not in text


@pytest.mark.parametrize("module", MODULES)
def test_a_module_without_a_licence_is_named(cache: Path, module: str) -> None:
    (cache / module / "LICENSE").unlink()
    (cache / module / "NOTICE.txt").unlink(missing_ok=True)
    (cache / module / "LICENSE").mkdir()
    with pytest.raises(UserError, match=r"example\.com/\S+ v\d\.0\.0 has no licence in .*: find out what it is under"):
        licences.collect(Path("program"))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Apache License\n   Version 2.0, January 2004", ["Apache-2.0"]),
        ("Licensed under the Apache License, Version 2.0 (the License)", ["Apache-2.0"]),
        ("Mozilla Public License, version 2.0 ... or the GNU General Public License", ["MPL-2.0"]),
        (f"{TEXT}\n\nApache License, Version 2.0", ["Apache-2.0", "MIT"]),
        ("All rights reserved.", []),
    ],
)
def test_a_licence_is_known_by_its_words(text: str, kinds: list[str]) -> None:
    assert licences.find_kinds(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved.",
        f"GNU AFFERO GENERAL PUBLIC LICENSE\n{TEXT}",
        "                    GNU GENERAL PUBLIC LICENSE\n                       Version 3",
        f"Business Source License 1.1\n\n{TEXT}",
    ],
)
def test_a_licence_of_a_kind_that_is_not_shipped_is_named(cache: Path, text: str) -> None:
    (cache / MODULES[2] / "LICENSE").write_text(text)
    with pytest.raises(
        UserError, match=r"example\.com/two v2\.0\.0 is under a licence that is not one of Apache-2\.0, .*"
    ):
        licences.collect(Path("program"))


def test_a_source_file_that_is_named_like_a_licence_is_none(cache: Path) -> None:
    (cache / MODULES[2] / "license.go").write_text("package two")
    assert "package two" not in licences.collect(Path("program"))


def test_a_text_of_what_is_not_compiled_is_left_out_for_this_module_alone(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in MODULES[2:]:
        (cache / module / "COPYING.LGPL-3").write_text("GNU LESSER GENERAL PUBLIC LICENSE")
    monkeypatch.setattr(licences, "_NOT_COMPILED", {("example.com/two", "COPYING.LGPL-3")})
    with pytest.raises(UserError, match=r"example\.com/fork v3\.0\.0 is under a licence"):
        licences.collect(Path("program"))
    (cache / MODULES[3] / "COPYING.LGPL-3").unlink()
    assert "LESSER" not in licences.collect(Path("program"))
