"""The image that stands in for Grafana's in a rehearsal, where Docker Hub is out of reach."""

from machines import build_stand_in

from spcsmetrics.core.versions import SOURCE
from spcsmetrics.images.contents import write
from spcsmetrics.images.definition import IMAGES

if __name__ == "__main__":
    grafana = IMAGES["grafana"]
    build_stand_in(grafana.reference)
    write(grafana.name, SOURCE, grafana.base, [])
