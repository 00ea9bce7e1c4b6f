"""Every port of the shipped containers, which the shipped files and the page of ports must agree on."""

from spcsmetrics.core import ports

NODE = ports.NODE
PROMETHEUS = ports.PROMETHEUS
GRAFANA = ports.GRAFANA
STORE = 9090
LAUNCHER = 9091
COLLECTOR_METRICS = 8888
COLLECTOR_DEBUG = 9099
COLLECTOR_HEALTH = 13133
THANOS_PROBES = 10903
