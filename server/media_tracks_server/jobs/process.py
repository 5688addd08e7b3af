"""Who a process is, and whether another one of this machine still lives."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")
_DEAD_STATES = frozenset("ZXx")


@dataclass(frozen=True)
class Owner:
    """A driver's name in the rows it holds.

    `machine` is the boot and the pid namespace: a pid means something only inside both (two
    containers may share the file). `started` tells a process from a later one with its pid,
    `nonce` two drivers of one process.
    """

    machine: str
    pid: int
    started: float
    nonce: str

    @classmethod
    def this(cls) -> "Owner":
        """This process, as a new driver."""
        return cls(_machine(), os.getpid(), _started(os.getpid()) or 0.0, secrets.token_hex(4))

    def __str__(self) -> str:
        return f"{self.machine}|{self.pid}|{self.started}|{self.nonce}"

    @staticmethod
    def is_dead(text: str) -> bool:
        """Whether the owner so written certainly runs no more.

        A process of another machine, or one named in another version's way, never counts as dead.
        """
        machine, _, rest = text.partition("|")
        pid, _, rest = rest.partition("|")
        started = rest.partition("|")[0]
        if machine != _machine():
            return False
        try:
            now = _started(int(pid))
            return now is None or abs(now - float(started)) > 1.0
        except (ValueError, psutil.AccessDenied):
            return False


def _machine() -> str:
    if _BOOT_ID.exists():
        return f"{_BOOT_ID.read_text().strip()}/{_PID_NAMESPACE.readlink()}"
    return f"{os.name}/{psutil.boot_time():.0f}"  # pragma: no cover - other systems


def _started(pid: int) -> float | None:
    """When the process began, None when there is none; on Linux in ticks since the boot.

    psutil tells it by the wall clock, which may be set while the process runs.
    """
    if _BOOT_ID.exists():
        try:
            state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if state in _DEAD_STATES else float(fields[18])
    try:  # pragma: no cover - other systems
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:  # pragma: no cover - other systems
        return None
