"""Sheet 22: what was changed in the period: the policy, roles, and leave after the fact."""

from collections.abc import Iterator

from bot.policy.changing import Adopted, Leave, RoleChange, Setting
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import naming
from reports.overseen import HEADS

KEEPING = say("Keeping")
ROUTES = say("Routes")
AREAS = {
    "targets": say("Targets"),
    "calendars": say("Calendars"),
    "rules": say("Rules"),
    "screening": say("Screening"),
    "levels": say("Time limits"),
    "routes": ROUTES,
    "approvals": ROUTES,
    "classes": KEEPING,
    "retention": KEEPING,
    "keep": KEEPING,
    "archive": say("Archive"),
    "measures": say("Measures"),
    "findings": say("Findings"),
    "nudges": say("Nudges"),
    "notices": say("Notices"),
    "meetings": say("Meetings"),
    "promises": say("Promises"),
    "reporting": say("Reports of breaches"),
    "supervision": say("Supervision"),
    "attestations": say("Attestations"),
    "assessment": say("Assessment"),
}


def build(material: Material) -> Layout:
    changes = material.changes
    roles = tuple(_role(material, each) for each in changes.roles)
    late = tuple(_leave(material, each) for each in changes.leaves)
    others = (
        Table(columns=ROLES, rows=roles, title=say("Roles")),
        Table(columns=LEAVE, rows=late, title=say("Leave after the fact")),
    )
    policies = Table(columns=COLUMNS, rows=tuple(_policies(changes.policies)))
    return Layout(
        title=say("Changes"),
        shows=say("What was changed in the period: policy, roles, and leave after the fact"),
        tables=(policies, *(each for each in others if each.rows)),
        notes=(MACHINE, FROZEN),
    )


def _policies(adopted: tuple[Adopted, ...]) -> Iterator[Row]:
    for version in adopted:
        for each in version.settings:
            yield _setting(version, each)


def _setting(version: Adopted, setting: Setting) -> Row:
    none = Shown(say("not set"), tone="grey")
    return (
        version.at,
        str(version.version),
        version.adopter or Shown(say("not noted"), tone="grey"),
        AREAS.get(setting.area, say("Other")),
        setting.key,
        none if setting.old is None else setting.old,
        none if setting.new is None else setting.new,
    )


def _role(material: Material, change: RoleChange) -> Row:
    return (
        change.at,
        material.id(change.person),
        material.name(change.person),
        naming.named(change.role, naming.ROLES),
        say("given") if change.granted else say("taken back"),
    )


def _leave(material: Material, leave: Leave) -> Row:
    return (
        leave.made_at,
        material.id(leave.person),
        material.name(leave.person),
        material.department(leave.person),
        leave.start,
        leave.end,
    )


MACHINE = say(
    "A policy is adopted, and roles are given, at the machine that Duly runs on: a version is "
    "adopted by whom that machine knew; who gave a role, its own log must tell."
)
FROZEN = say(
    "What is owed keeps the version under which it was opened: a target or a time limit that moved "
    "later did not move it. Leave after the fact does excuse: it was written down on a later day "
    "than it began."
)
COLUMNS = (
    Column(header=say("When"), kind="moment"),
    Column(header=say("Version"), width=12),
    Column(header=say("Adopted by"), width=14),
    Column(header=say("Area"), width=18),
    Column(header=say("Key"), width=32),
    Column(header=say("Before"), width=36, wrap=True),
    Column(header=say("Now"), width=36, wrap=True),
)
ROLES = (
    Column(header=say("When"), kind="moment"),
    Column(header=say("Id"), width=12),
    Column(header=say("Name"), width=18),
    Column(header=say("Role")),
    Column(header=say("Change"), width=14),
)
LEAVE = (
    Column(header=say("Written down"), kind="moment"),
    Column(header=say("Id"), width=12),
    Column(header=say("Name"), width=18),
    Column(header=say("Department")),
    Column(header=say("From"), kind="moment"),
    Column(header=say("Until"), kind="moment"),
)
SHEET = Sheet(name=say("Changes"), who=HEADS, build=build)
