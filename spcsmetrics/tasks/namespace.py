"""All tasks, in the order and the sections that ./inv lists them in."""

from invoke import Collection

from spcsmetrics.tasks import bench, deploy, lock, quality, release
from spcsmetrics.tasks.boards import boards
from spcsmetrics.tasks.build import build
from spcsmetrics.tasks.demo import demo
from spcsmetrics.tasks.doctor import doctor
from spcsmetrics.tasks.preview import preview

SECTIONS = {
    "Use": (
        demo,
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
        release.rehearse,
        quality.clean,
    ),
}
namespace = Collection(*(entry for entries in SECTIONS.values() for entry in entries))
