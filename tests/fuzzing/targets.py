"""The table: every parser, what it is fed from, and by which exceptions it says a clear no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from tests.fuzzing.chance import Kind

Parser = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Ready:
    """A parser as it is called, the exceptions that are its clear refusals, and its samples."""

    parse: Parser
    refusals: tuple[type[Exception], ...]
    seeds: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """`make` is a function of `module`. `weight`: of all inputs, as quick ones get more."""

    name: str
    module: str
    kind: Kind = "text"
    weight: int = 1

    def ready(self) -> Ready:
        """What it reads is imported only now, so that it can be watched while it runs."""
        made: Ready = getattr(import_module(f"tests.fuzzing.{self.module}"), self.name)()
        return made


TARGETS = (
    Target("command_line", "spoken", weight=40),
    Target("dates", "spoken", weight=20),
    Target("promises", "spoken", weight=20),
    Target("judge", "spoken", weight=20),
    Target("screening", "spoken", weight=6),
    Target("addresses", "spoken", weight=60),
    Target("mail", "spoken", weight=12),
    Target("calendar_file", "spoken", weight=20),
    Target("search_query", "spoken", weight=30),
    Target("transcript", "files", weight=10),
    Target("policy_toml", "files", weight=2),
    Target("settings_toml", "files", weight=30),
    Target("people_sheet", "files", weight=3),
    Target("people_workbook", "files", "zip", weight=2),
    Target("holidays_sheet", "files", weight=12),
    Target("ratings_sheet", "files", weight=10),
    Target("backup_title", "files", weight=30),
    Target("backup_whole", "files", weight=10),
    Target("evidence_bundle", "files", "zip", weight=1),
    Target("checkpoint_line", "files", weight=40),
    Target("slack_body", "platforms", "json", weight=20),
    Target("slack_text", "platforms", weight=60),
    Target("slack_form", "platforms", "json", weight=40),
    Target("slack_handle", "platforms", "json", weight=40),
    Target("slack_export", "platforms", "zip", weight=4),
    Target("matrix_event", "platforms", "json", weight=40),
    Target("matrix_html", "platforms", weight=40),
    Target("matrix_command", "platforms", "json", weight=40),
    Target("playground_post", "platforms", "json", weight=40),
    Target("web_form", "web", weight=40),
    Target("web_parts", "web", weight=20),
    Target("web_json", "web", "json", weight=40),
    Target("web_tokens", "web", weight=40),
)


def named(name: str) -> Target:
    """Raises KeyError."""
    return {each.name: each for each in TARGETS}[name]
