"""The DNS zone of services: one address for a service, and one for each of its instances.

Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services, section
Service-to-service communications. That a service which stands still has no name, and that a name needs no privilege, is
this account's own: the page says neither.
"""

from dnslib import QTYPE, RCODE, RR, A

from simulator.catalog import SERVICE_ZONE, Catalog

SUFFIX = f".{SERVICE_ZONE}."
_INSTANCES = "instances."
_TTL = 5


def look_up(catalog: Catalog, name: str, kind: str) -> tuple[int, list[RR]]:
    """Return the code and the records for a name of the zone, in lower case and with its dot at the end."""
    wanted = name.removeprefix(_INSTANCES).removesuffix(".")
    found = next((service for one, service in catalog.services.items() if catalog.dns_name(one) == wanted), None)
    if found is None or catalog.state(found) not in {"PENDING", "READY"}:
        return RCODE.NXDOMAIN, []
    hosts = list(dict.fromkeys(found.hosts.values()))
    if not name.startswith(_INSTANCES):
        # The address of the service is a load balancer's: here it is that of the first instance.
        hosts = hosts[:1]
    return RCODE.NOERROR, [RR(name, QTYPE.A, ttl=_TTL, rdata=A(host)) for host in hosts] if kind == "A" else []
