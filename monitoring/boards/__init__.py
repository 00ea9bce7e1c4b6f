"""The boards, from overview to detail; written to grafana/dashboards by ./inv boards."""

from monitoring.boards.applications import APPLICATIONS
from monitoring.boards.container import CONTAINER
from monitoring.boards.gpu import GPU
from monitoring.boards.home import HOME
from monitoring.boards.llm import LLM
from monitoring.boards.model import Board
from monitoring.boards.network import NETWORK
from monitoring.boards.node import NODE
from monitoring.boards.pool import POOL
from monitoring.boards.service import SERVICE
from monitoring.boards.sizing import SIZING
from monitoring.boards.stack import STACK
from monitoring.boards.volumes import VOLUMES

_OF_APPLICATIONS = (APPLICATIONS, LLM)
BOARDS: tuple[Board, ...] = (
    HOME,
    POOL,
    NODE,
    SERVICE,
    CONTAINER,
    VOLUMES,
    NETWORK,
    GPU,
    *_OF_APPLICATIONS,
    SIZING,
    STACK,
)
