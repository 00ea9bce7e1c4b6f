"""A file of settings is read whole or refused with the file, the key and what to write."""

from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import settings
from spcsmetrics.deploy.settings import Settings, read_settings


def test_without_a_file_the_defaults_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings("") == Settings()


def test_the_file_of_this_folder_is_read_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings.DEFAULT_FILE.write_text('service = "mine"')
    (tmp_path / "other.toml").write_text('service = "other"')
    assert read_settings("").service == "MINE"
    assert read_settings("other.toml").service == "OTHER"


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no settings file .*nowhere\.toml: copy deploy/example\.toml"):
        read_settings(str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"service =", "is not TOML"),
        (b'service = "\xff"', "is not UTF-8: save it in that encoding"),
        (b"servic = 'x'", "servic is not a setting: those known are connection, role"),
        (b"service = 5", "service is 5: write a text in quotes"),
        (b'service = "my service"', "service is 'my service'"),
        (b'pools = "A"', "pools is 'A': write a list of names in brackets"),
        (b"pools = [1]", "pools is 1: write a text in quotes"),
        (b"volume_gib = 3", "volume_gib is 3: write a whole number from 4 to 16384"),
        (b"volume_gib = true", "volume_gib is True: write a whole number"),
        (b"event_table = 1", "event_table is 1: write true or false"),
        (b'tag = "a b"', "tag is 'a b': write the tag of an image"),
        (b'notification = "pager"', "notification is 'pager': write webhook or email"),
        (b'ingress_addresses = "10.0.0.1"', "write a list of addresses in brackets"),
        (b'ingress_addresses = ["somewhere"]', "write addresses such as 10.0.0.7"),
        (b"environment = []", "environment is []: write a table, NAME = value"),
        (b'[environment]\nlower = "x"', "environment.lower"),
        (b"[environment]\nNUMBER = 1", "environment.NUMBER is 1: write a text in quotes"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_file_and_the_key(text: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    file.write_bytes(text)
    with pytest.raises(UserError) as refused:
        read_settings(str(file))
    assert str(refused.value).startswith(str(file))
    assert words in str(refused.value)
