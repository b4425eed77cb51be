"""The log has events, ids and numbers; nobody's words, whatever goes wrong."""

import ast
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.logs import Lines, Own, Plain, Told, harmless
from bot.settings import Settings, Unusable, load
from tests.desk import MONDAY
from tests.needs import ROOT

CANARY = "Zitronenfalter 4711"
FORMS = [Lines(), Plain()]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def record(name: str, sentence: object, *args: object, error: BaseException | None = None) -> str:
    """As it stands in the log, in both forms."""
    info = (type(error), error, error.__traceback__) if error is not None else None
    one = logging.LogRecord(name, logging.ERROR, str(ROOT / "bot/x.py"), 7, sentence, args, info)
    return "\n".join(form.format(one) for form in FORMS)


def fallen() -> BaseException:
    """An error with the words in its mouth, and in that of what it came of."""
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as first:
            raise ExceptionGroup(CANARY, [RuntimeError(CANARY), first]) from first
    except ExceptionGroup as error:
        error.add_note(CANARY)
        return error


def test_a_line_says_what_happened_when_and_to_which_row() -> None:
    line = logging.LogRecord(
        "bot.engine", logging.ERROR, "x", 1, "parked %s: %s", ("0af3", "E"), None
    )
    told = json.loads(Lines().format(line))

    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "error",
        "logger": "bot.engine",
        "event": "parked %s: %s",
        "values": ["0af3", "E"],
    }
    assert Plain().format(line).endswith("ERROR bot.engine parked 0af3: E")


def test_what_others_say_is_not_repeated_only_where_they_said_it() -> None:
    for name in ("slack_sdk.web", "sqlalchemy.engine", "asyncio", "aiohttp.access", "root"):
        told = record(name, f"{CANARY} failed for %s", CANARY)
        assert "Zitronenfalter" not in told
        assert "said at bot/x.py:7" in told


def test_values_are_written_only_where_they_have_the_shape_of_an_id() -> None:
    assert [harmless(each) for each in (None, True, 7, 1.5)] == [None, True, 7, 1.5]
    assert harmless(MONDAY) == "2026-03-02 01:00:00+00:00"
    assert harmless(timedelta(seconds=3)) == "0:00:03"
    assert harmless("slack/T1/Ev1") == "slack/T1/Ev1"
    assert harmless(CANARY) == "(19 characters)"
    assert harmless("机密") == "(2 characters)"
    assert harmless("x" * 500) == "(500 characters)"
    assert harmless(Own("two words")) == "two words"
    assert harmless({"text": CANARY}) == "(31 characters)"


def test_of_an_error_its_kind_and_its_place_are_told() -> None:
    told = record("bot.running", "%s stumbled", "send", error=fallen())

    assert "Zitronenfalter" not in told
    for kind in ("ExceptionGroup", "builtins.RuntimeError", "builtins.ValueError"):
        assert kind in told
    assert "tests/test_logs.py:" in told
    assert " fallen" in told


def test_an_error_given_as_a_value_is_its_kind_unless_its_words_are_ours() -> None:
    class Odd(Told):
        pass

    assert harmless(ValueError(CANARY)) == "ValueError"
    assert harmless(Odd("send: M_FORBIDDEN")) == "send: M_FORBIDDEN"
    assert harmless(Unusable("Set DULY_URL.")) == "Set DULY_URL."


def test_what_a_database_says_of_a_row_is_not_told(postgresql: sa.Engine) -> None:
    """Its DETAIL has the values."""
    with postgresql.connect() as conn:
        conn.exec_driver_sql("CREATE TEMP TABLE one (name text PRIMARY KEY)")
        conn.exec_driver_sql("INSERT INTO one VALUES (%s)", (CANARY,))
        with pytest.raises(sa.exc.IntegrityError) as found:
            conn.exec_driver_sql("INSERT INTO one VALUES (%s)", (CANARY,))
    assert CANARY in str(found.value)
    told = record("bot.running", "%s stumbled", "handle", error=found.value)

    assert "Zitronenfalter" not in told
    assert "23505" in told


def test_a_line_that_is_made_wrongly_is_a_line_all_the_same() -> None:
    assert "two %s %s" in record("bot.engine", "two %s %s", "values", 3, 4)
    assert "Zitronenfalter" not in record("bot.engine", ValueError(CANARY))


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for folder in ("bot", "adapters", "commands", "reports"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                func = getattr(node, "func", None)
                if isinstance(node, ast.Call) and isinstance(func, ast.Attribute):
                    logs = isinstance(func.value, ast.Name) and func.value.id == "log"
                    if logs and func.attr in LEVELS:
                        yield file, node


@pytest.mark.thorough
def test_every_sentence_of_the_log_is_written_in_the_code() -> None:
    """What is put together, with an f-string or a plus, may have anything in it."""
    count = 0
    for file, call in calls():
        first = call.args[1 if call.func.attr == "log" else 0]  # type: ignore[attr-defined]
        assert isinstance(first, ast.Constant), f"{file}:{call.lineno}"
        assert isinstance(first.value, str), f"{file}:{call.lineno}"
        count += 1
    assert count > 60


@pytest.mark.thorough
def test_words_of_ours_are_few_and_looked_at() -> None:
    """Whoever calls something their own words has to add it here, and to know what is in it."""
    found = []
    for file, call in calls():
        for each in ast.walk(call):
            if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "Own":
                found.append((file.relative_to(ROOT).as_posix(), ast.unparse(each)))
    assert sorted(found) == [
        ("adapters/matrix/homeserver.py", "Own(why)"),  # Unusable's and NoAnswer's words
        ("adapters/matrix/session.py", "Own(each)"),  # Unusable's words
        ("bot/backup/mark.py", "Own(error.strerror or '')"),  # the system's, of an error number
        *[("bot/running.py", "Own(name)")] * 2,  # of a part
    ]


def test_the_form_is_a_setting() -> None:
    assert load({"DULY_LOG": "json"}).log == "json"
    assert Settings().log == "text"
    with pytest.raises(Unusable, match="log"):
        load({"DULY_LOG": "xml"})
