"""The services of a deployment: one pair with Grafana, or shards with their replicas and one view over them."""

import re
from dataclasses import dataclass, replace

from spcsmetrics.deploy.central_setting import Central
from spcsmetrics.deploy.settings import Settings

PAIR, SHARD, VIEW = "pair", "shard", "view"
# The containers of each kind of service, by the keys of their images.
CONTAINERS = {
    PAIR: ("otel", "prometheus", "grafana"),
    SHARD: ("otel", "prometheus", "thanos"),
    VIEW: ("thanos", "grafana"),
}
REPLICAS = "ab"
_MARK = re.compile(r"[^;]*?, deployment (?P<deployment>\w+), .*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One service of a deployment: its name in the schema, and which part of the whole it is."""

    service: str
    kind: str = PAIR
    shard: int = 0
    replica: str = REPLICAS[0]

    @property
    def public(self) -> bool:
        """Return whether it has Grafana, and so the public endpoint."""
        return self.kind != SHARD

    @property
    def has_volume(self) -> bool:
        """Return whether it stores metrics."""
        return self.kind != VIEW

    @property
    def sends_copies(self) -> bool:
        """Return whether a central store gets a copy of its samples: once of each shard."""
        return self.has_volume and self.replica == REPLICAS[0]

    @property
    def images(self) -> tuple[str, ...]:
        """Return the keys of its images, which are the names of its containers too."""
        return CONTAINERS[self.kind]

    def of(self, settings: Settings) -> Settings:
        """Return the settings with this service's name in the place of the deployment's."""
        central = settings.central if self.sends_copies else Central()
        return replace(settings, service=self.service, central=central)

    def describe(self, settings: Settings) -> str:
        """Return which part it is, in words."""
        if self.kind == SHARD:
            return f"shard {self.shard} of {settings.shards}, replica {self.replica}"
        return "view" if self.kind == VIEW else "collector, store and boards"

    def mark(self, settings: Settings) -> str:
        """Return the part of its comment by which a later run finds it; one pair is found by its name."""
        return "" if self.kind == PAIR else f", deployment {settings.service}, {self.describe(settings)}"


def list_members(settings: Settings) -> list[Member]:
    """Return the services that the settings want, the view last.

    The first replica of shard 0 has the deployment's own name: where one pair grows, its volume stays in use.
    """
    if not settings.scaled:
        return [Member(service=settings.service)]
    shards = [
        Member(service=_name(settings, shard, replica), kind=SHARD, shard=shard, replica=replica)
        for shard in range(settings.shards)
        for replica in REPLICAS[: settings.replicas]
    ]
    return [*shards, Member(service=f"{settings.service}_VIEW", kind=VIEW)]


def list_images(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the images that the settings need, in the order of a pair's."""
    wanted = {key for member in list_members(settings) for key in member.images}
    return tuple(key for key in ("otel", "prometheus", "thanos", "grafana") if key in wanted)


def find_public(settings: Settings) -> Member:
    """Return the service that shows the boards."""
    return list_members(settings)[-1]


def _name(settings: Settings, shard: int, replica: str) -> str:
    if replica != REPLICAS[0]:
        return f"{settings.service}_{shard}_{replica.upper()}"
    return f"{settings.service}_{shard}" if shard else settings.service


def may_be_member(settings: Settings, service: str) -> bool:
    """Return whether a service has a name that a deployment of any shape gives its services."""
    return re.fullmatch(rf"{re.escape(settings.service)}_(VIEW|\d+(_[{REPLICAS.upper()}])?)", service) is not None


def find_deployment(comment: str | None) -> str:
    """Return the deployment that a comment says its service belongs to, nothing where it does not say one."""
    found = _MARK.fullmatch(comment or "")
    return found["deployment"] if found else ""
