"""What stands in deploy/ fits Duly as it is: files, settings, ports, metrics, tables."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.metrics import Figures, Waiting, exposed
from bot.serving import LAST
from bot.settings import ENVIRONMENT, PORT
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import FOLDER, HEAD, upgrade
from tests.desk import Desk
from tests.needs import ROOT, need

DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
RULES = DEPLOY / "prometheus" / "duly.rules.yml"
OTHERS = {"DULY_KEY", "DULY_DATABASE_URL", "DULY_OIDC_ISSUER", "DULY_CONFIG"}
METRIC = re.compile(r"\b(?:duly|process)_[a-z_]+\b")
PARSE = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))"
FIRST = "0028"  # the tables of the first release: what came before changed as it liked


@cache
def documents(file: Path) -> list[Any]:
    """Read by a real YAML parser, which Synapse brings."""
    read = subprocess.run(
        [need("synapse"), "-c", PARSE], input=file.read_bytes(), capture_output=True, check=True
    )
    found: list[Any] = json.loads(read.stdout)
    return found


def manifests() -> list[Any]:
    return [each for file in KUBERNETES for each in documents(file)]


def pods() -> Iterator[tuple[str, Any]]:
    for each in manifests():
        if each["kind"] in ("Deployment", "Job"):
            name = each["metadata"].get("name", each["metadata"].get("generateName"))
            yield name, each["spec"]["template"]


def of_kind(kind: str) -> list[Any]:
    return [each for each in manifests() if each["kind"] == kind]


# Kubernetes


@pytest.mark.thorough
def test_every_pod_may_do_nothing_it_need_not_and_writes_only_where_it_may() -> None:
    names = []
    for name, pod in pods():
        names.append(name)
        spec, (one,) = pod["spec"], pod["spec"]["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["automountServiceAccountToken"] is False
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {each["mountPath"] for each in one["volumeMounts"]} == {"/var/lib/duly", "/tmp"}
        assert {each["name"] for each in spec["volumes"]} == {
            each["name"] for each in one["volumeMounts"]
        }
        assert one["args"][0] in ("web", "worker", "migrate")
        assert "memory" in one["resources"]["limits"]
    assert sorted(names) == ["migrate-", "web", "worker"]


def test_whoever_is_told_to_end_has_the_time_for_it_and_is_asked_how_it_is() -> None:
    for each in of_kind("Deployment"):
        spec = each["spec"]["template"]["spec"]
        (one,) = spec["containers"]
        ports = {port["name"]: port["containerPort"] for port in one["ports"]}
        pause = int(one["lifecycle"]["preStop"]["exec"]["command"][1]) if "lifecycle" in one else 0
        assert spec["terminationGracePeriodSeconds"] > pause + LAST + 5
        assert ports["watch"] == 9646
        assert ports.get("http", PORT) == PORT
        asked = {
            kind: one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")
        }
        assert {each["port"] for each in asked.values()} == {"watch"}
        assert asked["liveness"]["path"] == "/healthz"
        assert asked["readiness"]["path"] == asked["startup"]["path"] == "/readyz"
        assert each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert each["spec"]["replicas"] >= 2


def test_what_points_at_pods_and_ports_finds_them() -> None:
    labels = [pod["metadata"]["labels"] for _, pod in pods()]
    opened = [pod["spec"]["containers"][0].get("ports", []) for _, pod in pods()]
    named = {port["name"] for ports in opened for port in ports}
    selectors = [each["spec"]["selector"]["matchLabels"] for each in of_kind("PodDisruptionBudget")]
    selectors += [each["spec"]["selector"]["matchLabels"] for each in of_kind("Deployment")]
    selectors += [each["spec"]["podSelector"]["matchLabels"] for each in of_kind("NetworkPolicy")]
    selectors += [each["spec"]["selector"] for each in of_kind("Service")]
    for one in selectors:
        assert any(one.items() <= each.items() for each in labels), one
    for policy in of_kind("NetworkPolicy"):
        for rule in policy["spec"]["ingress"]:
            assert rule["from"], "anybody may come in"
            assert {port["port"] for port in rule["ports"]} <= named
    served = {port["targetPort"] for each in of_kind("Service") for port in each["spec"]["ports"]}
    assert served <= named
    assert "watch" not in served, "public figures"
    assert len(of_kind("PodDisruptionBudget")) == len(of_kind("Deployment"))


@pytest.mark.thorough
def test_no_secret_stands_where_settings_do() -> None:
    for each in of_kind("ConfigMap"):
        names = each["data"].keys() - {"DULY_URL"}
        assert not [name for name in names if re.search("KEY|TOKEN|SECRET|PASSWORD|_URL$", name)]
    (secret,) = of_kind("Secret")
    assert not re.fullmatch(r"[0-9a-f]{64}", secret["stringData"]["DULY_KEY"])


def settings() -> Iterator[tuple[str, str]]:
    """Every setting of ours that some file in deploy/ makes."""
    for file in (path for path in DEPLOY.rglob("*") if path.is_file()):
        for name in re.findall(r"\b(?:DULY_[A-Z_]+)\b", file.read_text(encoding="utf-8")):
            yield str(file.relative_to(ROOT)), name


def test_every_setting_in_deploy_is_one_of_ours() -> None:
    found = set(settings())
    assert len(found) > 20
    assert {name for _, name in found} <= set(ENVIRONMENT) | OTHERS


# The image


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [line.split(maxsplit=1) for line in text.splitlines() if re.match(r"[A-Z]+ ", line)]
    copies = [step[1] for step in steps if step[0] == "COPY" and "--from" not in step[1]]
    copied = [words.split()[:-1] for words in copies]
    for name in (each for some in copied for each in some):
        assert (ROOT / name).exists(), name
    needed = {"adapters", "bot", "commands", "reports", "examples"}
    assert needed <= {each for some in copied for each in some}
    assert [step[1] for step in steps if step[0] == "USER"] == ["10001"]
    (check,) = [step[1] for step in steps if step[0] == "HEALTHCHECK"]
    assert "/healthz" in check
    assert "--require-hashes" in text
    begins = [step[1] for step in steps if step[0] == "ENTRYPOINT"]
    assert begins == ['["python", "-P", "-m", "bot"]']


# systemd


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    analyze = need("systemd")
    for each in (DEPLOY / "systemd").iterdir():
        text = each.read_text(encoding="utf-8").replace("/opt/duly/duly ", f"{ROOT / 'duly'} ")
        (tmp_path / each.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "duly" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_unit_has_the_time_to_end() -> None:
    for unit in UNITS:
        told = re.search(r"^TimeoutStopSec=(\d+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        assert told, unit.name
        assert int(told[1]) > LAST + 5


# Metrics


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    db = connect(sqlite_url(tmp_path_factory.mktemp("figures")))
    upgrade(db)
    desk = Desk(db=db)
    figures = Figures()
    figures.registry.register(Waiting(desk.store))
    figures.handled(1, 0.1)
    figures.planned(1)
    figures.stumbled("handle")
    figures.delivered("slack", "arrived", 0.2)
    with figures.took("tick"):
        pass
    with desk.store.transaction() as tx:
        tx.processes.begin("a", "worker", "1", works=True)
        tx.processes.beat("a", ticked=desk.now, skew=tx.skew)
        tx.processes.begin("b", "web", "1", works=False)
        for each in ("backup/made", "backup/keys"):
            tx.listeners.move(each, desk.now.isoformat())
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.now = desk.now.replace(hour=3)
    with desk.store.transaction() as tx:
        drawn = tx.checkpoints.draw()
        assert drawn is not None
        tx.checkpoints.take(drawn)
        tx.processes.beat("a", ticked=desk.now, skew=tx.skew)
    text = exposed(figures).decode()
    desk.close()
    return text


def known(told: str) -> set[str]:
    return set(re.findall(r"^([a-z_]+)(?:\{.*\})? ", told, re.MULTILINE))


def named(text: str) -> set[str]:
    return set(METRIC.findall(text))


def test_the_dashboard_shows_what_there_is(told: str) -> None:
    board = json.loads((ROOT / "docs" / "grafana" / "duly.json").read_text(encoding="utf-8"))
    exprs = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    shown = set().union(*(named(expr) for expr in exprs))
    assert len(exprs) > 30
    assert shown - known(told) == set()
    ours = {each for each in known(told) if each.startswith("duly_")}
    left = {each for each in ours - shown if not each.endswith(("_created", "_sum", "_count"))}
    assert left <= {"duly_processes_lost"}, "a figure that nobody sees"


def test_grafana_can_take_the_dashboard() -> None:
    board = json.loads((ROOT / "docs" / "grafana" / "duly.json").read_text(encoding="utf-8"))
    assert board["id"] is None
    assert board["schemaVersion"] >= 36
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    variables = {each["name"] for each in board["templating"]["list"]}
    for panel in board["panels"]:
        assert {"type", "title", "datasource", "fieldConfig", "options"} <= panel.keys()
        assert panel["datasource"]["uid"] == "${datasource}"
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        for target in panel["targets"]:
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= variables
            assert balanced(target["expr"]), target["expr"]
    spots = [panel["gridPos"] for panel in board["panels"]]
    assert all(each["x"] + each["w"] <= 24 for each in spots)
    for one, other in combinations(spots, 2):
        across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
        down = one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
        assert not (across and down), (one, other)


def balanced(expr: str) -> bool:
    return (
        all(expr.count(a) == expr.count(b) for a, b in ("()", "{}", "[]"))
        and not expr.count('"') % 2
    )


def test_alarms_are_about_what_there_is(told: str) -> None:
    (file,) = documents(RULES)
    rules = [rule for group in file["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 8
    for rule in rules:
        assert named(rule["expr"]) <= known(told), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith((".", "md"))
        assert balanced(rule["expr"])


LABELS = {
    "part": r"handle|answer|send|pack|index|plan|build|beat|hear|listen [a-z]+",
    "platform": r"slack|matrix|web|playground|paper|file",
    "outcome": r"arrived|found|later|undeliverable|doubtful",
    "urgency": r"urgent|normal",
    "kind": r"worker|web|serve|demo",
    "le": r"[\d.]+|\+Inf",
    "version": r"[\w.]+",
    "tables": r"\d{4}",
}


def test_no_label_says_anything_of_anybody(told: str) -> None:
    found: dict[str, set[str]] = {}
    ours = [line for line in told.splitlines() if line.startswith("duly_")]
    for line in ours:
        for name, value in re.findall(r'(\w+)="([^"]*)"', line):
            found.setdefault(name, set()).add(value)
    assert found.keys() <= LABELS.keys()
    for name, values in found.items():
        assert all(re.fullmatch(LABELS[name], value) for value in values), (name, values)
    for word in ("bob", "hana", "samples", "acme", "lobby"):
        assert word not in " ".join(ours)


def test_a_database_that_is_away_is_told_and_breaks_nothing(desk: Desk) -> None:
    figures = Figures()
    waiting = Waiting(desk.store)
    figures.registry.register(waiting)
    assert "duly_database_up 1.0" in exposed(figures).decode()
    waiting._last = None
    desk.store.db.dispose()
    broken = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    waiting.store = type(desk.store)(broken, "acme", desk.store.seal, desk.clock)

    text = exposed(figures).decode()
    assert "duly_database_up 0.0" in text
    assert "duly_journal_waiting" not in text


# Tables that the running version survives: docs/deploying.md


BREAKS: Mapping[str, str] = {
    "a column or table in use goes": r"\bDROP (?:COLUMN|TABLE)\b",
    "something has another name": r"\bRENAME\b",
    "a column has another type": r"\bALTER COLUMN \S+ (?:TYPE|SET DATA TYPE)\b",
    "what the running version leaves empty is refused": r"\bSET NOT NULL\b",
    "every row is written in one transaction": r"^\s*UPDATE \w+ SET (?!.*\bWHERE\b)",
}
NEW_COLUMN = re.compile(r"\bADD COLUMN (\S+) (.*)", re.IGNORECASE)
NEW_INDEX = re.compile(r"\bCREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?\S+ ON (\w+)", re.IGNORECASE)
NEW_TABLE = re.compile(r"\bCREATE TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)


def troubles(statements: list[str]) -> list[str]:
    """What a version that runs meanwhile would not survive, or would have to wait long for."""
    made = {table for each in statements for table in NEW_TABLE.findall(each)}
    found = []
    for each in statements:
        found += [why for why, form in BREAKS.items() if re.search(form, each, re.IGNORECASE)]
        for column, rest in NEW_COLUMN.findall(each):
            if "NOT NULL" in rest.upper() and "DEFAULT" not in rest.upper():
                found.append(f"the running version does not fill {column}")
        for apart, table in NEW_INDEX.findall(each):
            if not apart and table not in made:
                found.append(f"nobody writes to {table} while the index is made")
    return found


def climbed(start: str) -> list[str]:
    """What is said to PostgreSQL on the way from there to the tables of now."""
    from tests.test_store import empty_postgresql  # noqa: PLC0415

    said: list[str] = []
    with empty_postgresql("expanding") as db:
        from bot.store.migrating import bring  # noqa: PLC0415

        with db.begin() as conn:
            bring(conn, start)
        sa.event.listen(db, "before_cursor_execute", lambda *told: said.append(str(told[2])))
        upgrade(db)
    return [" ".join(each.split()) for each in said]


def test_tables_only_grow_from_the_first_release_on() -> None:
    assert troubles(climbed(FIRST)) == []


def test_a_migration_that_the_running_version_would_not_survive_is_seen() -> None:
    """Both that the words are understood, and that what is really said is looked at."""
    for bad in (
        "ALTER TABLE duties DROP COLUMN step",
        "DROP TABLE notes",
        "ALTER TABLE duties RENAME step TO rung",
        "ALTER TABLE duties ALTER COLUMN step TYPE BIGINT",
        "ALTER TABLE duties ALTER COLUMN step SET NOT NULL",
        "ALTER TABLE duties ADD COLUMN rung INTEGER NOT NULL",
        "CREATE INDEX journal_at ON journal (company, taken_at)",
        "UPDATE outbox SET lane = ''",
    ):
        assert troubles([bad]), bad
    for good in (
        "ALTER TABLE duties ADD COLUMN rung INTEGER",
        "ALTER TABLE duties ADD COLUMN rung INTEGER DEFAULT 0 NOT NULL",
        "CREATE INDEX CONCURRENTLY journal_at ON journal (company, taken_at)",
        "UPDATE alembic_version SET version_num='0030' WHERE version_num = '0029'",
    ):
        assert not troubles([good]), good
    assert not troubles(["CREATE TABLE a (b INTEGER)", "CREATE INDEX a_b ON a (b)"])
    assert any("ADD COLUMN lane" in each for each in climbed("0027"))


def test_the_first_release_is_no_longer_ago_than_it_says() -> None:
    names = sorted(file.name[:4] for file in (FOLDER / "versions").glob("0*.py"))
    assert FIRST in names
    assert names[-1] == HEAD
