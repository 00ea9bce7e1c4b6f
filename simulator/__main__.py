"""Run the simulated account: python -m simulator --help."""

import argparse
import asyncio
import contextlib
import json
import signal
import socket
import ssl
import sys
from pathlib import Path

import trustme
from aiohttp import web

from simulator import zone
from simulator.account import Account
from simulator.admin import Admin
from simulator.application_admin import ApplicationAdmin
from simulator.application_servers import ApplicationServers
from simulator.applications import Applications
from simulator.catalog import Catalog
from simulator.credentials import Credentials
from simulator.day import build_day
from simulator.driver import Driver
from simulator.exporters import Exporters
from simulator.faults import Faults
from simulator.fleet import Fleet, Network
from simulator.registry import Registry

# Pools get these names and families in turn.
POOLS = (
    ("WEB_POOL", "CPU_X64_S"),
    ("BATCH_POOL", "CPU_X64_M"),
    ("GPU_POOL", "GPU_NV_S"),
    ("SEARCH_POOL", "HIGHMEM_X64_S"),
)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument(
        "--session", type=Path, required=True, help="folder for tokens, key, CA, connections.toml and ports.json"
    )
    parser.add_argument("--pools", type=int, default=3, help="number of pools (default %(default)s)")
    parser.add_argument("--nodes", type=int, default=2, help="nodes in each pool (default %(default)s)")
    parser.add_argument("--containers", type=int, default=6, help="containers on each node (default %(default)s)")
    parser.add_argument(
        "--applications", type=int, default=0, help="services that publish metrics of their own (default %(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="where account, DNS and admin listen (default %(default)s)")
    parser.add_argument("--account-host", default="localhost", help="name in the account's certificate")
    parser.add_argument("--account-port", type=int, default=0, help="0 takes a free port, like the next ones")
    parser.add_argument("--dns-port", type=int, default=0, help="UDP and TCP")
    parser.add_argument("--admin-port", type=int, default=0, help="plain HTTP, without a password")
    parser.add_argument("--driver-port", type=int, default=0, help="plain HTTP, for Snowpark sessions")
    parser.add_argument("--registry-port", type=int, default=0, help="plain HTTP, for docker push")
    parser.add_argument("--service-delay", type=float, default=1, help="seconds until a service runs")
    parser.add_argument(
        "--node-base", default="127.90.0.0", help="address before the first node's (default %(default)s)"
    )
    parser.add_argument("--node-port", type=int, default=9001, help="exporters' port (default %(default)s)")
    parser.add_argument(
        "--application-base",
        default="127.91.0.1",
        help="address of the first instance of a service (default %(default)s)",
    )
    parser.add_argument(
        "--application-port", type=int, default=8000, help="first port of applications with --one-address"
    )
    parser.add_argument("--one-address", action="store_true", help="nodes share --node-base and differ by port")
    parser.add_argument("--own-addresses", action="store_true", help="add each node's address to eth0 (NET_ADMIN)")
    parser.add_argument("--age", type=float, default=0, help="seconds that the simulation seems to have run already")
    parser.add_argument(
        "--day",
        action="store_true",
        help="pools that have had trouble at an age of 86400; replaces --pools and the like",
    )
    parser.add_argument("--frozen", action="store_true", help="publish the same bodies for ever: a cheap load")
    return parser.parse_args(arguments)


def pool_name(number: int) -> tuple[str, str]:
    """Return name and family of the pool with this number."""
    name, family = POOLS[number % len(POOLS)]
    return (name if number < len(POOLS) else f"{name}_{number // len(POOLS) + 1}"), family


def build_fleet(settings: argparse.Namespace) -> Fleet:
    """Return the account's pools as the command line wants them."""
    network = Network(settings.node_base, settings.node_port, one_address=settings.one_address)
    if settings.day:
        return build_day(network)
    fleet = Fleet(network, settings.containers)
    for number in range(settings.pools):
        fleet.add_pool(*pool_name(number), settings.nodes)
    return fleet


def write_authority(folder: Path, host: str) -> ssl.SSLContext:
    """Write the authority's certificate, and return the account's TLS settings."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host, "localhost", "127.0.0.1").configure_cert(context)
    return context


async def _listen(app: web.Application, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls)
    await site.start()
    return int(runner.addresses[0][1])


async def serve(settings: argparse.Namespace) -> None:
    """Run until SIGINT or SIGTERM; ports.json appears once everything listens."""
    fleet, faults = build_fleet(settings), Faults()
    credentials = Credentials(settings.session, settings.account_host)
    tls = write_authority(settings.session, settings.account_host)
    catalog = Catalog(fleet=fleet, faults=faults, delay=settings.service_delay)
    catalog.one_host = settings.one_address
    catalog.first_host = settings.node_base if settings.one_address else settings.application_base
    applications = Applications(catalog, settings.application_port)
    if settings.day:
        applications.begin_day()
    applications.begin(settings.applications)
    account = Account(catalog=catalog, credentials=credentials)
    driver = Driver(catalog=catalog, credentials=credentials)
    registry = Registry(catalog=catalog, credentials=credentials, driver=driver)
    exporters = Exporters(fleet, faults, age=settings.age, frozen=settings.frozen, own_addresses=settings.own_addresses)
    servers = ApplicationServers(catalog, applications, age=settings.age, own_addresses=settings.own_addresses)
    unknown_names: set[str] = set()
    admin = Admin(
        fleet=fleet,
        faults=faults,
        account=account,
        exporters=exporters,
        driver=driver,
        applications=ApplicationAdmin(catalog=catalog, applications=applications, servers=servers),
        unknown_names=unknown_names,
    )
    await exporters.sync()
    await servers.start()
    ports = {
        "account": await _listen(account.application(), settings.host, settings.account_port, tls),
        "dns": settings.dns_port or _free_port(settings.host),
        "admin": await _listen(admin.application(), settings.host, settings.admin_port),
        "driver": await _listen(driver.application(), settings.host, settings.driver_port),
        "registry": await _listen(registry.application(), settings.host, settings.registry_port),
    }
    credentials.write_connections(settings.host, ports["driver"])
    catalog.registry = f"{settings.host}:{ports['registry']}"
    await zone.serve(catalog, settings.host, ports["dns"], unknown_names)
    # Whoever waits for the file must not read half of it.
    written = settings.session / "ports.json.part"
    written.write_text(json.dumps(ports))
    written.replace(settings.session / "ports.json")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    followed = asyncio.create_task(servers.follow())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({followed, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if followed.done():
        followed.result()
    followed.cancel()


def _free_port(host: str) -> int:
    """Return a port that is free for UDP and TCP alike."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((host, 0))
            port = int(tcp.getsockname()[1])
            with contextlib.suppress(OSError):
                udp.bind((host, port))
                return port


def main() -> None:
    """Entry point; a port that is taken is one sentence, not a traceback."""
    try:
        asyncio.run(serve(parse()))
    except OSError as error:
        sys.exit(f"simulator: {error.strerror or error}: choose another address or port, which --help lists")


if __name__ == "__main__":
    main()
