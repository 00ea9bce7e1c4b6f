"""Programs that dependencies bring, in a clone whose folder has an odd name."""

import subprocess
import sys
from pathlib import Path

import pytest

from spcsmetrics.core import groups

# As pip writes them where the path has spaces.
SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys
print(*sys.argv[1:])
"""


@pytest.mark.parametrize("name", ["plain", "with spaces", """with "it's" `x` $HOME \\ and more"""])
def test_a_program_starts_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    programs = tmp_path / name / "bin"
    programs.mkdir(parents=True)
    python = programs / "python"
    python.symlink_to(sys.executable)
    program = programs / "go"
    program.write_text(SCRIPT.format(python=python))
    program.chmod(0o755)
    binary = programs / "node"
    binary.write_bytes(b"\x7fELF\xff")

    def start() -> str:
        return subprocess.run([program, "a b"], capture_output=True, check=False, text=True).stdout

    worked = start() == "a b\n"
    groups.quote_python(programs, str(python))
    assert start() == "a b\n"
    assert worked is (name in {"plain", "with spaces"})
    assert binary.read_bytes() == b"\x7fELF\xff"
    assert program.stat().st_mode & 0o777 == 0o755
