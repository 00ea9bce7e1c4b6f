"""All tasks, in the order and the sections that ./inv lists them in."""

from typing import Any

from invoke import Collection

from spcsmetrics.tasks import bench, demo, deploy, lock, quality, release
from spcsmetrics.tasks.boards import boards
from spcsmetrics.tasks.build import build
from spcsmetrics.tasks.doctor import doctor
from spcsmetrics.tasks.preview import preview

# invoke's decorator hides what it returns.
SECTIONS: dict[str, tuple[Any, ...]] = {
    "Use": (
        Collection("demo", demo.demo, demo.suspend, demo.resume, demo.break_node, demo.mend, demo.add, demo.stop),
        preview,
        doctor,
        build,
        deploy.grants,
        deploy.deploy,
        deploy.status,
        deploy.open_boards,
        deploy.logs,
        deploy.grant_viewer,
        deploy.upgrade,
        deploy.rotate,
        deploy.backup,
        deploy.restore,
        deploy.snapshots,
        deploy.undeploy,
    ),
    "Maintain": (
        quality.test,
        quality.test_boards,
        quality.test_stack,
        quality.test_capacity,
        quality.lint,
        quality.fuzz,
        boards,
        Collection("bench", bench.pipeline, bench.capacity, bench.discovery, bench.boards),
        Collection("lock", lock.packages, lock.bases, lock.collector),
        release.versions,
        release.bump,
        release.audit,
        release.scan,
        release.registry,
        release.release,
        release.pack,
        release.rehearse,
        quality.clean,
    ),
}
namespace = Collection(*(entry for entries in SECTIONS.values() for entry in entries))
