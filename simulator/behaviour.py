"""How containers behave: a reading is a function of the seed and the time, so nothing has to be kept."""

import enum
import math
import zlib
from dataclasses import dataclass, replace


class Behaviour(enum.Enum):
    """What a container does all day."""

    STEADY = "steady"
    BUSY = "busy"
    LEAKING = "leaking"
    UNPULLABLE = "unpullable"
    FINISHING = "finishing"
    FAILING = "failing"
    WAITING = "waiting"
    IDLE = "idle"


# A leaking container fills its memory in this many seconds and is then killed.
LEAK_PERIOD = 240.0
# A finishing container is done after this many seconds.
WORK_SECONDS = 120.0
# Seconds that a killed container waits before it runs again.
RESTART_PAUSE = 15.0
DAY = 86_400.0
# Load is highest at this time of a day.
_PEAK = 20 * 3600.0
# Shares of its limits between which a container moves: cpu, memory.
_SHARES = {
    Behaviour.BUSY: ((0.35, 0.95), (0.6, 0.8)),
    Behaviour.IDLE: ((0.01, 0.02), (0.1, 0.11)),
}
_STEADY = ((0.05, 0.45), (0.3, 0.45))


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What a container shows at one moment; cpu and memory are shares of its limit, state is Snowflake's word."""

    state: str
    pending_reason: str | None = None
    finished_reason: str | None = None
    exit_code: int | None = None
    restarts: int = 0
    cpu: float = 0.0
    memory: float = 0.0


def seed(*parts: object) -> int:
    """Return a number that is the same in every run for the same parts."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def wave(number: int, now: float, low: float, high: float) -> float:
    """Return a value between low and high that moves like load: the tide of a day with quicker ripples on it."""
    phase = number % 997
    day = math.cos(math.tau * (now - _PEAK - number % 7 * 1200) / DAY)
    hours = math.sin(now / (600 + number % 701) + phase * 2.3)
    minutes = math.sin(now / (120 + number % 180) + phase)
    seconds = math.sin(now / (7 + number % 11) + phase * 1.7)
    return low + (high - low) * (0.5 + 0.28 * day + 0.1 * hours + 0.07 * minutes + 0.05 * seconds)


def grown(rate: float, age: float) -> float:
    """Return what a total with this mean rate has grown to: by day it grows faster than by night."""
    turn = math.tau / DAY
    return rate * (age + 0.6 / turn * (math.sin(turn * (age - _PEAK)) + math.sin(turn * _PEAK)))


def read(behaviour: Behaviour, number: int, age: float, since: float = 0, period: float = LEAK_PERIOD) -> Readings:
    """Return what a container shows.

    Args:
        behaviour: what it does.
        number: its seed.
        age: seconds after the simulation began.
        since: the age at which its trouble, or the end of its work, begins; until then it is steady.
        period: seconds in which a leaking container fills its memory.
    """
    if behaviour in {Behaviour.BUSY, Behaviour.IDLE, Behaviour.STEADY} or age < since:
        cpu, memory = _SHARES.get(behaviour, _STEADY)
        return Readings(state="running", cpu=wave(number, age, *cpu), memory=wave(number + 1, age, *memory))
    if behaviour is Behaviour.LEAKING:
        return _read_leaking(number, age - since, period)
    return _ENDS[behaviour]


# What containers show that do not run.
_ENDS = {
    Behaviour.UNPULLABLE: Readings(state="pending", pending_reason="FailedToPullImage"),
    Behaviour.WAITING: Readings(state="pending", pending_reason="Initializing"),
    Behaviour.FINISHING: Readings(state="finished", finished_reason="Done", exit_code=0),
    Behaviour.FAILING: Readings(state="finished", finished_reason="Failed", exit_code=1),
}


def _read_leaking(number: int, age: float, period: float) -> Readings:
    restarts, since = divmod(age, period)
    begun = Readings(state="running", restarts=int(restarts))
    if restarts > 0:
        begun = replace(begun, finished_reason="FailedWithOOM", exit_code=137)
        if since < RESTART_PAUSE:
            return replace(begun, state="pending", pending_reason="Creating")
    return replace(begun, cpu=wave(number, age, 0.1, 0.4), memory=since / period)
