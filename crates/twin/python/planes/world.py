"""The compute plane's one lock, its clock and its feed of lifecycle changes.

Moto is not safe under threads, so every AWS request, every control request and every timed step runs
under LOCK. The feed is what the machine room follows: entries in order, read with a cursor.
"""
import heapq
import itertools
import logging
import threading
import time
import uuid

LOCK = threading.RLock()
log = logging.getLogger("soca.compute")


class Feed:
    """Lifecycle changes since the plane started, the newest ones. A cursor is valid within one epoch only."""

    KEPT = 20_000

    def __init__(self) -> None:
        self.epoch = uuid.uuid4().hex
        self.cursor = 0
        self._entries: list[dict] = []
        self._changed = threading.Condition(LOCK)

    def add(self, kind: str, **fields) -> None:
        with LOCK:
            self.cursor += 1
            self._entries.append({"seq": self.cursor, "time": time.time(), "kind": kind, **fields})
            if len(self._entries) > 2 * self.KEPT:
                del self._entries[:self.KEPT]
            self._changed.notify_all()

    def reaches(self, cursor: int) -> bool:
        """Whether everything after `cursor` is still here."""
        return self.cursor - len(self._entries) <= cursor <= self.cursor

    def since(self, cursor: int, wait_seconds: float) -> list[dict]:
        """Entries after `cursor`, waiting up to `wait_seconds` for the first (LOCK is released meanwhile)."""
        with LOCK:
            self._changed.wait_for(lambda: self.cursor > cursor, timeout=wait_seconds)
            return self._entries[len(self._entries) - (self.cursor - cursor):]


class Clock(threading.Thread):
    """Runs functions later, each under LOCK, in the order they are due."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="soca-clock")
        self._due: list[tuple[float, int, object]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()

    def after(self, seconds: float, function) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), function))
            self._changed.notify()

    def every(self, seconds: float, function) -> None:
        def again():
            try:
                function()
            finally:
                self.after(seconds, again)
        self.after(seconds, again)

    def run(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                function = heapq.heappop(self._due)[2]
            try:
                with LOCK:
                    function()
            except Exception:
                log.exception("a timed step failed")


class Settings:
    """Knobs of the plane; compute_plane.py sets them from its arguments."""

    account = "123456789012"
    region = "us-east-1"
    boot_seconds: float | None = None       # None: instances stay pending until the machine room says otherwise
    shutdown_seconds = 5.0                  # shutting-down becomes terminated by itself after this long
    retry_seconds = 5.0                     # first pause of a group after a refused launch; doubles up to a minute
    replace_seconds = 1.0                   # how long a group takes to notice a lost instance
    stabilize_seconds = 900.0               # a group in a stack must have MinSize in service by then
    step_seconds = 0.2                      # how long CloudFormation rests between its steps


FEED = Feed()
CLOCK = Clock()
