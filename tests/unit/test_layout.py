"""Which services a deployment has, what they are called, and how a later run finds them again."""

import re
from typing import Any

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.layout import find_deployment, list_images, list_members
from spcsmetrics.deploy.names import COMMENT
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.shares import divide, find_shard, recommend

TWO = Settings(shards=2, replicas=2)


def test_one_shard_and_one_replica_are_one_pair_under_the_deployments_name() -> None:
    (pair,) = list_members(Settings())
    assert (pair.service, pair.images, pair.mark(Settings())) == (
        "SPCS_METRICS",
        ("otel", "prometheus", "grafana"),
        "",
    )


def test_the_first_replica_of_shard_0_has_the_deployments_name_and_the_view_comes_last() -> None:
    members = list_members(TWO)
    assert [member.service.removeprefix("SPCS_METRICS") for member in members] == ["", "_0_B", "_1", "_1_B", "_VIEW"]
    assert [member.public for member in members] == [False] * 4 + [True]
    assert list_images(TWO) == ("otel", "prometheus", "thanos", "grafana")
    assert "thanos" not in list_images(Settings())


@pytest.mark.parametrize(("shards", "replicas"), [(1, 2), (2, 1), (2, 2), (16, 2)])
def test_every_name_is_a_dns_label_and_no_two_are_alike(shards: int, replicas: int) -> None:
    longest = parse_settings({"service": "M" * 58, "shards": shards, "replicas": replicas})
    names = [member.service for member in list_members(longest)]
    assert len(set(names)) == len(names) == shards * replicas + 1
    assert all(re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name.lower().replace("_", "-")) for name in names)


def test_a_member_is_found_by_the_mark_of_its_comment_and_no_other_is() -> None:
    for member in list_members(TWO):
        assert find_deployment(f"{COMMENT}{member.mark(TWO)}, specification 0123") == "SPCS_METRICS"
        assert find_deployment(f"{COMMENT}{member.mark(TWO)}, specification 0123; leaving, kept as X") == "SPCS_METRICS"
    for comment in (None, "", f"{COMMENT}, specification 0123", f"{COMMENT}; a note, deployment X, view, y"):
        assert find_deployment(comment) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"shards": 0}, "shards is 0: write a whole number from 1 to 16"),
        ({"shards": 17}, "shards is 17: write a whole number from 1 to 16"),
        ({"shards": "2"}, "shards is '2': write a whole number"),
        ({"replicas": 3}, "replicas is 3: write a whole number from 1 to 2"),
        ({"replicas": True}, "replicas is True: write a whole number"),
        ({"shards": 2, "service": "M" * 59}, "with shards or replicas it has at most 58 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_settings(values)
    assert sentence in str(refused.value)
    assert parse_settings({"service": "M" * 59}).service == "M" * 59


def test_a_pool_has_one_shard_whatever_the_case_of_its_name() -> None:
    """The values are those of Prometheus's hashmod: the last eight bytes of the MD5 sum."""
    assert [find_shard(name, 4) for name in ("WEB_POOL", "web_pool", "BATCH_POOL", "A")] == [3, 3, 0, 1]
    assert divide({"WEB_POOL": 5, "BATCH_POOL": 7, "A": 1}, 4) == (7, 1, 0, 5)
    assert divide({"WEB_POOL": 5, "BATCH_POOL": 7}, 1) == (12,)


def test_as_many_shards_are_recommended_as_hold_their_pools() -> None:
    small = {f"POOL_{number}": 150 for number in range(10)}
    assert recommend({}) == recommend(small) == 1
    large = {f"POOL_{number}": 150 for number in range(40)}
    count = recommend(large)
    assert max(divide(large, count)) <= 1501 < max(divide(large, count - 1))
