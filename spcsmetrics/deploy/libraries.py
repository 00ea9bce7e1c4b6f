"""The libraries that speak with the account, which the first task that needs them installs."""

from spcsmetrics.core import groups
from spcsmetrics.core.steps import carry_out, console


def install(*, dry: bool) -> None:
    """Install the group deploy, also for a plan: it is the difference between the settings and the account."""
    step = groups.group_step("deploy")
    if dry and not step.skip():
        console.print(
            "The plan needs the account's state and the specification's schema: their reader is installed now."
        )
    carry_out([step])
