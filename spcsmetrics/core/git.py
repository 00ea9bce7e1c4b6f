"""Facts of the git repository that builds and releases carry."""

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT


def source_date() -> str:
    """Return the time of the commit in seconds, which stands for the time of a build; 0 outside a repository."""
    return _git("log", "-1", "--format=%ct") or "0"


def revision() -> str:
    """Return the commit, with a mark when files differ from it; nothing outside a repository."""
    commit = _git("rev-parse", "HEAD")
    return f"{commit}-changed" if commit and _git("status", "--porcelain") else commit


def tags() -> list[str]:
    """Return the tags of the commit."""
    return _git("tag", "--points-at", "HEAD").split()


def tracked() -> list[str]:
    """Return the files of the commit or index, by their paths in the repository."""
    return _git("ls-files", "-z").strip("\0").split("\0")


def _git(*words: str) -> str:
    """Return what git prints; nothing where git or a repository is missing."""
    try:
        return process.run(["git", *words], cwd=ROOT).strip()
    except UserError:
        return ""
