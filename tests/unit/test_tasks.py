"""The tasks as their user meets them: list, help, wrong words, plans, and what the pages say of them."""

import itertools
import json
import re
from typing import Any

import pytest
from invoke.exceptions import ParseError
from program import Run, in_process

from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.tasks.command import Flag
from spcsmetrics.tasks.namespace import namespace

NAMES = sorted({name for pair in namespace.task_names.items() for name in (pair[0], *pair[1])})
BENCHES = "bench.pipeline, bench.capacity, bench.discovery, bench.boards"


@pytest.fixture
def inv(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return in_process(capsys, monkeypatch)


def test_without_words_the_tasks_are_listed_in_two_groups_one_line_each(
    inv: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = inv()
    assert (listed.code, listed.err) == (0, "")
    assert re.findall(r"^(\w+):$", listed.out, re.M) == ["Use", "Maintain"]
    rows = re.findall(r"^  (\S+) {2,}(\S.+)$", listed.out, re.M)
    assert len(rows) == len(namespace.task_names)
    assert {name for name, _ in rows} == {*namespace.task_names, "demo", "lock"} - {"demo.demo", "lock.packages"}
    assert inv("-l").out == listed.out


def test_the_list_is_given_to_programs_too(inv: Run) -> None:
    listed = json.loads(inv("-l", "-F", "json").out)
    assert {task["name"] for task in listed["tasks"]} >= {"build", "clean", "deploy", "test", "test-stack"}
    assert {one["name"] for one in listed["collections"]} == {"bench", "demo", "lock"}


@pytest.mark.parametrize("name", NAMES)
def test_h_is_help_on_every_task(inv: Run, name: str) -> None:
    shown = inv(name, "-h")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: ./inv {name}")


@pytest.mark.parametrize("name", ["demo", "logs", "bench", "bench.boards", "lock"])
def test_every_way_to_ask_for_help_gives_the_same(inv: Run, name: str) -> None:
    shown = inv(name, "-h").out
    assert inv("-h", name).out == shown
    assert inv(name, "--help").out == shown


def test_every_flag_has_help_and_only_a_long_name() -> None:
    for name in namespace.task_names:
        for argument in namespace[name].get_arguments():
            assert argument.help, f"{name} --{argument.name}"
            assert not argument.nicknames, f"{name} --{argument.name}"


NUMBERS = [
    (name, flag)
    for name in sorted(namespace.task_names)
    for flag in namespace[name].get_arguments()
    if flag.kind is not bool and isinstance(flag.default, int)
]


@pytest.mark.parametrize(("name", "flag"), NUMBERS, ids=str)
def test_every_flag_with_a_number_refuses_what_is_beyond_its_limits(inv: Run, name: str, flag: Flag) -> None:
    assert flag.limits, f"{name} {flag}"
    least, most = flag.limits
    # Zero stands for a flag that is not given.
    assert least <= int(flag.default or least) <= most
    assert f"({least} to {most}" in str(flag.help)
    words = [name, *(f"{one.names[0]}-value" for one in namespace[name].get_arguments() if one.positional)]
    refused = inv(*words, f"{flag}={least - 1}", "--dry")
    page = "demo" if name == "demo.demo" else name
    sentence = f"inv: {flag} takes a whole number from {least} to {most}, not '{least - 1}': see ./inv {page} -h\n"
    assert (refused.code, refused.out, refused.err) == (1, "", sentence)
    for value in (most + 1, 10**20, -(10**20)):
        with pytest.raises(ParseError, match=f"from {least} to {most}, not '{value}'"):
            flag.set_value(str(value))
    for odd in (f" {most} ", f"0_{most}", "\u0663", "1e0", f"{most}\n", ""):
        with pytest.raises(ParseError, match="takes a whole number"):
            flag.set_value(odd)
    for value in flag.limits:
        flag.set_value(str(value))


def test_help_shows_defaults_and_dry_where_there_is_a_plan(inv: Run) -> None:
    assert re.search(r"--pools=INT +number of simulated compute pools \(1 to 200, default: 3\)", inv("demo", "-h").out)
    assert "--dry" in inv("demo", "-h").out
    assert "--dry" not in inv("logs", "-h").out
    assert inv("logs", "-h").out.startswith("Usage: ./inv logs CONTAINER ")


def test_help_of_a_collection_lists_its_tasks(inv: Run) -> None:
    shown = inv("bench", "-h")
    assert shown.code == 0
    assert re.findall(r"^  (\S+)", shown.out, re.M) == BENCHES.split(", ")
    assert inv("-l", "bench").out == shown.out


def test_help_of_the_program_has_no_flag_that_would_be_ignored(inv: Run) -> None:
    shown = inv("-h").out
    assert shown.startswith("Usage: ./inv TASK ")
    assert "-R, --dry" in shown
    assert not re.search(r"--(echo|hide|pty|warn-only|command-timeout|config)\b", shown)


def test_the_version_is_that_of_the_product(inv: Run) -> None:
    assert inv("--version").out == f"SPCS user metrics {PRODUCT}\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("demo --bogus", "inv: no idea what '--bogus' is: see ./inv demo -h"),
        ("demo --pools x", "inv: --pools takes a whole number from 1 to 200, not 'x': see ./inv demo -h"),
        ("demo --pools", "inv: flag --pools needed value and was not given one: see ./inv demo -h"),
        ("logs", "inv: 'logs' did not receive required positional arguments: 'container': see ./inv logs -h"),
        ("nonsense", "inv: no idea what 'nonsense' is: see ./inv -l"),
        ("nonsense -h", "inv: no idea what 'nonsense' is: see ./inv -l"),
        ("-D x -l", "inv: --list-depth takes a whole number from 1 to 9, not 'x': see ./inv -l"),
        ("-F yaml -l", "inv: --list-format takes one of flat, nested, json, not 'yaml': see ./inv -l"),
        ("-l nonsense", "inv: no idea which tasks 'nonsense' are: see ./inv -l"),
        ("bench", f"inv: bench is several tasks: write one of {BENCHES}"),
        ("bench pipeline", f"inv: bench is several tasks: write one of {BENCHES}"),
        ("bench.boards --pools 9", "inv: no idea what '--pools' is: see ./inv bench.boards -h"),
        ("lock --bases", "inv: no idea what '--bases' is: see ./inv lock -h"),
        ("lock.packages --bases", "inv: no idea what '--bases' is: see ./inv lock -h"),
        ("lock.bases --upgrade", "inv: no idea what '--upgrade' is: see ./inv lock.bases -h"),
        ("logs --dry", "inv: 'logs' did not receive required positional arguments: 'container': see ./inv logs -h"),
        ("logs otel --dry", "inv: logs changes nothing, so it has no plan to print: leave --dry out"),
        ("status --dry", "inv: status changes nothing, so it has no plan to print: leave --dry out"),
        ("demo --pools 0", "inv: --pools takes a whole number from 1 to 200, not '0': see ./inv demo -h"),
        ("demo --day --check", "inv: --day has pools of its own"),
        ("build --only mysql", "inv: --only mysql is not an image: write one of otel, prometheus, grafana"),
        ("rehearse --only build", "inv: --only build is not a workflow: write one of ci, release"),
        ("build --bases none", "inv: --bases none is not known: write one of official, local"),
        ("build --only grafana --bases local", "inv: grafana cannot be built on a local base"),
        ("test-stack --bases local --require-grafana", "inv: --require-grafana cannot be met"),
        ("bench.pipeline --interval 0", "inv: --interval takes a whole number from 1 to 300, not '0'"),
        ("bench.pipeline --series " + "9" * 5000, "inv: --series 9"),
        ("-D 0 -l", "inv: --list-depth takes a whole number from 1 to 9, not '0'"),
    ],
)
def test_a_wrong_word_is_one_sentence_on_standard_error(inv: Run, words: str, sentence: str) -> None:
    done = inv(*words.split())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(sentence)
    assert len(done.err.splitlines()) == 1


def test_every_command_in_the_pages_is_one_that_there_is() -> None:
    # The page of metrics is written by the task boards.
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
    pages = [page for page in pages if page != ROOT / "docs" / "metrics.md"]
    flags = {name: {f"--{flag.names[0]}" for flag in namespace[name].get_arguments()} for name in NAMES}
    found = list(itertools.chain.from_iterable(_commands(page.read_text()) for page in pages))
    assert len(found) > 20
    wrong = [
        " ".join(words)
        for words in found
        if words[0] not in NAMES or {word for word in words if word.startswith("--")} - flags[words[0]] - {"--dry"}
    ]
    assert not wrong


def _commands(page: str) -> list[list[str]]:
    """Return the words of each ./inv in a page whose first is a task."""
    found: list[Any] = re.findall(r"\./inv ([a-z][^\s`|#]*(?: [^\s`|#]+)*)", page)
    return [[word.partition("=")[0].rstrip(".,;:)") for word in words.split()] for words in found]
