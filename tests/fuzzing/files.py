"""What comes as a file: sheets, policies, settings, transcripts, backups, bundles of evidence."""

import io
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl

from bot import bundle, evidence, settings
from bot import transcript as transcripts
from bot.backup.reading import Backup, check
from bot.backup.sealed import Sealing, Unsound, opened
from bot.backup.writing import write
from bot.intake import holidays, people, ratings, tables
from bot.intake.columns import HOLIDAYS
from bot.intake.notes import Faults, Wrong
from bot.policy import reading
from bot.policy.people import Directory
from bot.settings import Unusable
from bot.words import say
from tests.archive.tampering import archive
from tests.desk import Desk
from tests.fuzzing.chance import read
from tests.fuzzing.targets import Ready

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KEY = bytes(range(32))
FOLDER = tempfile.TemporaryDirectory(prefix="duly-fuzzing-")
FEW = 8  # lines of an example that are enough of it


def _beginning(name: str) -> bytes:
    return b"".join((EXAMPLES / name).read_bytes().splitlines(keepends=True)[:FEW])


def transcript() -> Ready:
    file = Path(FOLDER.name) / "transcript.jsonl"

    def parse(data: bytes) -> object:
        file.write_bytes(data)
        return transcripts.read(file)

    return Ready(parse, (), [_beginning("transcript.jsonl")])


def policy_toml() -> Ready:
    whole = reading.default_text()
    parts = [f"[{each}"[:3000].encode() for each in whole.split("\n[")[1:]]
    return Ready(lambda data: reading.read(read(data)), (reading.Mistakes,), parts)


def settings_toml() -> Ready:
    def parse(data: bytes) -> object:
        try:
            values = tomllib.loads(read(data))
        except (ValueError, RecursionError):  # as where the file is read
            return None
        return settings.openid(settings._settings(values))

    said = (
        b'url = "https://duly.example"\nport = 8646\ntick = 5.0\ndata = "x"\n[[slack]]\na = "b"\n'
    )
    own = b'oidc_issuer = "https://id.example"\noidc_client_id = "a"\nurl = "https://d.example"\n'
    return Ready(parse, (Unusable,), [said, own])


def people_sheet() -> Ready:
    whole = [_beginning("people.csv"), (EXAMPLES / "people.csv").read_bytes()[:2000]]
    in_chinese = "工号;姓名;邮箱;休假\nE1;李娜;li@x.example;2026-10-01..2026-10-02 代理人：E2\n"
    return Ready(_people, REFUSED, [*whole, in_chinese.encode("gb18030"), in_chinese.encode()])


def people_workbook() -> Ready:
    rows = [line.split(",") for line in _beginning("people.csv").decode().splitlines()]
    return Ready(_people, REFUSED, [_workbook(rows)])


REFUSED: tuple[type[Exception], ...] = (tables.Unreadable, Faults)


def _people(data: bytes) -> object:
    return people.plan(people.read(data), Directory())


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(packed)
    return packed.getvalue()


def holidays_sheet() -> Ready:
    book = reading.default_rulebook()

    def parse(data: bytes) -> object:
        return holidays.days(tables.read(data, HOLIDAYS), book)

    said = "date,working,calendar\n2026-10-01,no,office\n2026/10/10,yes,office\n"
    in_chinese = "日期;上班\n2026.10.01;否\n"
    return Ready(parse, REFUSED, [said.encode(), in_chinese.encode("utf-16"), in_chinese.encode()])


def ratings_sheet() -> Ready:
    def whom(text: str) -> str:
        if text in ("E1", "E2"):
            return text
        raise Wrong(say("I know nobody of that number."))

    def parse(data: bytes) -> object:
        return ratings.plan(ratings.read(data), whom)

    return Ready(
        parse, REFUSED, [b"id,name,accuracy,attitude,remark\nE1,Ann,95,80,good\nE2,B,60,70,\n"]
    )


def backup_title() -> Ready:
    """The beginning of a file, which stands in the clear: anybody can write one."""

    def parse(data: bytes) -> object:
        file = Backup(io.BytesIO(data), KEY)
        file.look()
        return file

    return Ready(parse, (Unsound,), [_backup()[:400], _backup()])


def backup_whole() -> Ready:
    """What was sealed with the right key, by a program with a mistake."""

    def parse(data: bytes) -> object:
        out = io.BytesIO()
        sealing = Sealing(out, KEY, bytes, TITLE)
        sealing.write(data)
        sealing.close()
        out.seek(0)
        check(Backup(out, KEY))
        return out

    return Ready(parse, (Unsound,), [_lines(), LINES])


TITLE = {"kind": "store", "tables": "0001", "made": "2026-03-02T01:00:00+00:00"}
LINES = (
    b'{"company":"main"}\n{"table":"people","shape":[["id","text"]]}\n[["ann"]]\n'
    b'{"end":{"people":{"rows":1,"sha256":"00"}}}\n'
)


def _lines() -> bytes:
    """Of a small company's backup."""
    desk, out = Desk(), Path(FOLDER.name) / "backup.duly"
    desk.says("ann", "@bob can you send it?")
    write(desk.store, out)
    desk.close()
    with out.open("rb") as file:
        return b"".join(opened(file, bytes(32)))


def _backup() -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, KEY, bytes, TITLE)
    sealing.write(LINES)
    sealing.close()
    return out.getvalue()


def evidence_bundle() -> Ready:
    """By the verifier that every bundle carries, and as `duly verify` calls it."""
    desk, out = archive(), Path(FOLDER.name) / "bundle.zip"
    with desk.store.reading() as tx:
        bundle.write(tx, out, None, disclose=True)
    desk.close()

    def parse(data: bytes) -> object:
        with zipfile.ZipFile(io.BytesIO(data)) as found:
            return list(evidence.faults(found))

    return Ready(parse, evidence.UNREADABLE, [out.read_bytes()])


def checkpoint_line() -> Ready:
    desk = archive()
    with desk.store.reading() as tx:
        lines = [each.line.encode() for each in tx.checkpoints.all()]
    desk.close()
    return Ready(lambda data: evidence.checkpoint_in(read(data)), (), lines)
