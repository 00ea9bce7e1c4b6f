"""The admin API of what is deployed: look at the account's objects, put images in, set what a region offers.

GET    /catalog      services, snapshots, images, and the statements that the driver received
PUT    /images/{database}/{schema}/{repository}/{image}:{tag}  {"digest", "architecture"}, as if it had been pushed
PUT    /region       {"families": the instance families that can be had, "private": whether it has private links}
PUT    /visitors     {"open": whether somebody has the boards open}, which starts a service that stands still
"""

from dataclasses import dataclass

from aiohttp import web

from simulator.catalog import Catalog, Service
from simulator.driver import Driver
from simulator.fleet import FAMILIES


@dataclass(kw_only=True)
class CatalogAdmin:
    """Serves the part of the admin API that is about the catalog."""

    driver: Driver

    @property
    def catalog(self) -> Catalog:
        """Return the account's objects."""
        return self.driver.catalog

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the application."""
        return [
            web.get("/catalog", self._show),
            web.put("/images/{name:.+}", self._put_image),
            web.put("/region", self._set_region),
            web.put("/visitors", self._set_visitors),
        ]

    async def _show(self, _: web.Request) -> web.Response:
        catalog = self.catalog
        images = {
            "/".join([*(part.lower() for part in name), f"{image}:{tag}"]): digest
            for name, tags in catalog.repositories.items()
            for (image, tag), digest in tags.items()
        }
        answer = {
            "services": {".".join(name): self._describe(one) for name, one in catalog.services.items()},
            "images": images,
            "secrets": {".".join(name): comment for name, comment in catalog.secrets.items()},
            "snapshots": {".".join(name): data for name, data in catalog.snapshots.items()},
            "statements": self.driver.statements,
        }
        return web.json_response(answer)

    def _describe(self, service: Service) -> dict[str, object]:
        return {
            "specification": service.specification,
            "comment": service.comment,
            "data": service.data,
            "state": self.catalog.state(service),
            "auto_resume": service.auto_resume,
            "integrations": service.integrations,
        }

    async def _put_image(self, request: web.Request) -> web.Response:
        *repository, image = request.match_info["name"].split("/")
        name, _, tag = image.partition(":")
        body = await request.json()
        digest = str(body["digest"])
        self.catalog.repositories[tuple(part.upper() for part in repository)][name, tag] = digest
        self.catalog.architectures[digest] = str(body.get("architecture", "amd64"))
        return web.Response(status=204)

    async def _set_region(self, request: web.Request) -> web.Response:
        body = await request.json()
        families = {str(family) for family in body.get("families", self.catalog.families)}
        unknown = families - set(FAMILIES)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))} are not families that are simulated")
        self.catalog.families, self.catalog.private = families, bool(body.get("private", self.catalog.private))
        return web.Response(status=204)

    async def _set_visitors(self, request: web.Request) -> web.Response:
        self.catalog.visited = bool((await request.json())["open"])
        return web.Response(status=204)
