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


# A leaking container fills its memory in this many seconds and is then killed.
LEAK_PERIOD = 240.0
# A finishing container is done after this many seconds.
WORK_SECONDS = 120.0
# Seconds that a killed container waits before it runs again.
RESTART_PAUSE = 15.0


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
    """Return a value between low and high that moves like load: a slow tide with quicker ripples on it."""
    phase = number % 997
    slow = math.sin(now / (120 + number % 180) + phase)
    quick = math.sin(now / (7 + number % 11) + phase * 1.7)
    return low + (high - low) * (0.5 + 0.35 * slow + 0.15 * quick)


def read(behaviour: Behaviour, number: int, age: float) -> Readings:
    """Return what a container with this seed shows, age seconds after the simulation began."""
    if behaviour is Behaviour.UNPULLABLE:
        return Readings(state="pending", pending_reason="FailedToPullImage")
    if behaviour is Behaviour.FINISHING and age >= WORK_SECONDS:
        return Readings(state="finished", finished_reason="Done", exit_code=0)
    if behaviour is Behaviour.LEAKING:
        return _read_leaking(number, age)
    low, high = (0.35, 0.95) if behaviour is Behaviour.BUSY else (0.05, 0.45)
    return Readings(state="running", cpu=wave(number, age, low, high), memory=wave(number + 1, age, low, high))


def _read_leaking(number: int, age: float) -> Readings:
    restarts, since = divmod(age, LEAK_PERIOD)
    begun = Readings(state="running", restarts=int(restarts))
    if restarts > 0:
        begun = replace(begun, finished_reason="FailedWithOOM", exit_code=137)
        if since < RESTART_PAUSE:
            return replace(begun, state="pending", pending_reason="Creating")
    return replace(begun, cpu=wave(number, age, 0.1, 0.4), memory=since / LEAK_PERIOD)
