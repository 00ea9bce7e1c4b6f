"""What the security page says of other people's programs names the source, at the version that is shipped."""

import re

from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import GRAFANA

PAGE = (ROOT / "docs" / "security.md").read_text()


def test_sources_of_grafana_are_those_of_the_version_that_is_shipped() -> None:
    """Another version may behave otherwise: whoever takes one reads these files again."""
    cited = re.findall(r"https://github\.com/grafana/grafana/blob/v([\d.]+)/(\S+?)\)", PAGE)
    assert {version for version, _ in cited} == {GRAFANA}
    assert [file.rpartition("/")[2] for _, file in cited] == ["ds_proxy.go", "store.go", "grafana.go"]


def test_each_paragraph_about_who_comes_in_has_a_source() -> None:
    section = PAGE.partition("## Who comes in")[2].partition("\n## ")[0]
    claims = [part for part in section.split("\n\n") if part.startswith("**")]
    assert len(claims) == 4
    assert all("https://" in claim for claim in claims)
