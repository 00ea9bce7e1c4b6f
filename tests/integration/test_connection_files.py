"""Which connection of the user's files is meant, as Snowflake's own clients take it.

Sources: https://docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/configure-cli (connections.toml before
config.toml, SNOWFLAKE_HOME) and there configure-connections (default_connection_name).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spcsmetrics.core.paths import ROOT

# The connector looks for the files when it is imported.
FIND = """
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.connections import find
try:
    name, values = find("")
    print(name, values["account"])
except UserError as error:
    print(error)
"""
TWO = '[dev]\naccount = "a1"\nuser = "u"\n[prod]\naccount = "a2"\nuser = "u"\n'
NESTED = '[connections.dev]\naccount = "b1"\nuser = "u"\n[connections.prod]\naccount = "b2"\nuser = "u"\n'


def find(**environment: str) -> str:
    """Return the connection that is taken, or why none is."""
    for_it = {name: value for name, value in os.environ.items() if not name.startswith("SNOWFLAKE_")}
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
        env={**for_it, **environment},
    )
    return done.stdout.strip()


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / f"{name}.toml"
        file.write_text(text)
        file.chmod(0o600)
    return folder


def test_of_two_connections_without_a_default_none_is_guessed(tmp_path: Path) -> None:
    said = find(SNOWFLAKE_HOME=str(write(tmp_path, connections=TWO)))
    assert said.startswith("the connection default is missing: add [default] with account and user")
    assert said.endswith("those known are dev, prod")


@pytest.mark.parametrize(
    ("files", "environment", "taken"),
    [
        ({"config": f'default_connection_name = "prod"\n{NESTED}'}, {}, "prod b2"),
        ({"config": 'default_connection_name = "prod"\n', "connections": TWO}, {}, "prod a2"),
        ({"config": NESTED, "connections": TWO}, {"SNOWFLAKE_DEFAULT_CONNECTION_NAME": "dev"}, "dev a1"),
        (
            {"config": f'default_connection_name = "prod"\n{NESTED}'},
            {"SNOWFLAKE_DEFAULT_CONNECTION_NAME": "dev"},
            "dev b1",
        ),
    ],
    ids=["config.toml", "a default for connections.toml", "connections.toml before config.toml", "the variable first"],
)
def test_the_default_is_found_in_the_order_of_the_documents(
    files: dict[str, str], environment: dict[str, str], taken: str, tmp_path: Path
) -> None:
    assert find(SNOWFLAKE_HOME=str(write(tmp_path, **files)), **environment) == taken


def test_a_home_that_is_not_there_is_not_needed(tmp_path: Path) -> None:
    folder = write(tmp_path, connections=TWO.replace("dev", "default"))
    assert find(SNOWFLAKE_HOME=str(folder), HOME="/proc/nowhere") == "default a1"
    assert find(HOME="/proc/nowhere").endswith("those known are none")
