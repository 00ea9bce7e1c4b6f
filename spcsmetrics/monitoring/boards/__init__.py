"""The boards, from overview to detail; written to grafana/dashboards by ./inv dashboards."""

from spcsmetrics.monitoring.boards.container import CONTAINER
from spcsmetrics.monitoring.boards.gpu import GPU
from spcsmetrics.monitoring.boards.home import HOME
from spcsmetrics.monitoring.boards.model import Board
from spcsmetrics.monitoring.boards.network import NETWORK
from spcsmetrics.monitoring.boards.node import NODE
from spcsmetrics.monitoring.boards.pool import POOL
from spcsmetrics.monitoring.boards.service import SERVICE
from spcsmetrics.monitoring.boards.sizing import SIZING
from spcsmetrics.monitoring.boards.stack import STACK
from spcsmetrics.monitoring.boards.volumes import VOLUMES

BOARDS: tuple[Board, ...] = (HOME, POOL, NODE, SERVICE, CONTAINER, VOLUMES, NETWORK, GPU, SIZING, STACK)
