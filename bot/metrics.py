"""Figures of one process for Prometheus: what it did, and what waits in the store. Policy 5.1.1.

What it did is counted here and begins anew with each process; what waits is read from the store
when somebody asks, and is the same whichever process is asked. No name, id or word of anybody is
in it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from bot import VERSION
from bot.store import Store
from bot.store.figures import Standing, standing
from bot.store.migrating import HEAD

QUICK = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
FRESH = 5.0  # seconds for which what was read in the store is told again

Sample = tuple[tuple[str, ...], float]


class Figures:
    """What this process did."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=True)
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=registry)
        self._handled = Counter(
            "duly_events_handled", "Events handled or parked", registry=registry
        )
        self._planned = Counter(
            "duly_dues_planned", "Dues that fell and were planned", registry=registry
        )
        self._errors = Counter(
            "duly_part_errors", "Errors that a part survived", ["part"], registry=registry
        )
        self._deliveries = Counter(
            "duly_deliveries", "Cards tried", ["platform", "outcome"], registry=registry
        )
        self._spans = {
            "batch": _span("duly_batch_seconds", "Handling one batch of events", registry),
            "tick": _span("duly_tick_seconds", "Planning what fell due", registry),
            "delivery": _span(
                "duly_delivery_seconds", "Looking for a card and sending it", registry
            ),
        }

    @contextmanager
    def took(self, what: str) -> Iterator[None]:
        start = monotonic()
        yield
        self._spans[what].observe(monotonic() - start)

    def handled(self, count: int, seconds: float) -> None:
        self._handled.inc(count)
        self._spans["batch"].observe(seconds)

    def planned(self, count: int) -> None:
        self._planned.inc(count)

    def stumbled(self, part: str) -> None:
        self._errors.labels(part=part).inc()

    def delivered(self, platform: str, outcome: str, seconds: float) -> None:
        self._deliveries.labels(platform=platform, outcome=outcome).inc()
        self._spans["delivery"].observe(seconds)


def _span(name: str, told: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, told, buckets=QUICK, registry=registry)


@dataclass(slots=True, eq=False)
class Waiting(Collector):
    """What waits in the store: read at most every few seconds, however often somebody asks."""

    store: Store
    ending: Callable[[], bool] = lambda: False
    _last: tuple[float, list[Metric]] | None = None
    _turn: Lock = field(default_factory=Lock)

    def collect(self) -> Iterable[Metric]:
        with self._turn:
            if self._last is None or monotonic() - self._last[0] > FRESH:
                self._last = monotonic(), self._look()
            return self._last[1]

    def describe(self) -> Iterable[Metric]:
        return []

    def _look(self) -> list[Metric]:
        start = monotonic()
        try:
            found = standing(self.store)
        except Exception:  # it is away: that is what is told
            return [_one("duly_database_up", "The database answers", 0), *self._about()]
        spent = monotonic() - start
        up = [
            _one("duly_database_up", "The database answers", 1),
            _one("duly_database_look_seconds", "Reading the figures below took", spent),
        ]
        return [*up, *self._about(), *_told(found)]

    def _about(self) -> list[Metric]:
        ours = [((VERSION, HEAD), 1.0)]
        found = [
            _many("duly_build_info", "The running version", ("version", "tables"), ours),
            _one("duly_draining", "The process ends and begins nothing", float(self.ending())),
        ]
        pool: Any = self.store.db.pool
        if hasattr(pool, "checkedout"):
            found.append(_one("duly_pool_used", "Connections in use", pool.checkedout()))
            most = pool.size() + getattr(pool, "_max_overflow", 0)
            found.append(_one("duly_pool_size", "Connections there may be", most))
        return found


def _told(s: Standing) -> list[Metric]:
    urgency = ("urgency",)
    return [
        _one("duly_journal_waiting", "Events taken, not handled (counted to 10,000)", s.waiting),
        _one("duly_journal_oldest_seconds", "Age of the oldest of them", s.waiting_for),
        _one("duly_journal_parked", "Events that could not be handled", s.parked),
        _many("duly_outbox_ready", "Cards to send now (to 10,000)", urgency, _by(s.ready)),
        _many("duly_outbox_doubtful", "Cards perhaps sent (likewise)", urgency, _by(s.doubtful)),
        _many("duly_outbox_later", "Cards for working time (likewise)", urgency, _by(s.later)),
        _many(
            "duly_outbox_oldest_seconds", "Age of the oldest to send now", urgency, _by(s.oldest)
        ),
        _one("duly_outbox_undeliverable", "Cards of a day that reached nobody", s.undeliverable),
        _one("duly_doubles_removed", "Cards that arrived twice, and were withdrawn", s.doubles),
        _one("duly_gaps_open", "Places of which nothing is seen now", s.gaps),
        _one("duly_listeners_down", "Listeners whose lease ran out", s.listeners_down),
        _one("duly_dues_late_seconds", "Age of what fell due and is not planned", s.dues_late),
        _many("duly_processes", "Processes at work", ("kind",), _by(s.processes)),
        _many("duly_processes_lost", "Processes that ended unasked, a day", ("kind",), _by(s.lost)),
        *_since("duly_last_tick_seconds", "Since a worker looked at the clock", s.tick),
        *_since("duly_last_backup_seconds", "Since the last backup", s.backup),
        *_since(
            "duly_last_keys_backup_seconds", "Since the last backup of the keys", s.keys_backup
        ),
        *_since("duly_last_checkpoint_seconds", "Since the last checkpoint", s.checkpoint),
        _one("duly_clock_skew_seconds", "This machine's clock before the database's", s.skew),
    ]


def _since(name: str, told: str, span: timedelta | None) -> list[Metric]:
    """Nothing where it never happened."""
    return [] if span is None else [_one(name, told, span.total_seconds())]


def _one(name: str, told: str, value: float) -> Metric:
    return Gauge(name, told, value=value)


def _many(name: str, told: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> Metric:
    made = Gauge(name, told, labels=labels)
    for values, value in samples:
        made.add_metric(values, value)
    return made


def _by(found: dict[str, float]) -> list[Sample]:
    return [((name,), value) for name, value in found.items()]


def exposed(figures: Figures) -> bytes:
    return generate_latest(figures.registry)
