"""The company's policy as values: what a policy file says, once it was found free of mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from bot.policy.assessment import AssessmentRules
from bot.policy.attestations import Attestation
from bot.policy.findings import Severity
from bot.policy.hours import Calendar
from bot.policy.measures import Rung
from bot.policy.routes import Route

Setting = Literal["serious", "slight", "collect", "off"]
SETTINGS: tuple[Setting, ...] = ("serious", "slight", "collect", "off")
Unit = Literal["week", "month", "quarter"]
Stretch = Literal["week", "month", "quarter", "year"]  # what a report is made of by itself
CLASSES = ("work", "notice", "material", "personal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One of the four classes of information. Policy 3.1, 3.3.1."""

    name: str
    clause: str
    keep_months: int
    important_months: int  # of what was important
    sure: float | None = None  # how sure the judge must be here that a message answers …
    asks_sure: float | None = None  # … or asks; None: as everywhere
    acknowledgement_settles: bool | None = None  # "thanks" is an answer here; None: as everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    name: str
    class_name: str
    purpose: str
    releases: str = ""  # what stands there was approved as a request of this kind; empty: anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How important something is: how long it may take (working time), and its ladder."""

    name: str
    clause: str
    within: timedelta
    remind_at: int  # per cent of `within`; 0: no nudge before it is due
    remind_due: bool
    manager_after: timedelta | None
    head_after: timedelta | None = None  # working time after the manager: who leads them
    lapse_after: timedelta | None = None  # working time after it was due: it lapses
    emergency: bool = False  # at any hour, by the clock on the wall


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes a message worth chasing, or gives it a class: all that is named must hold."""

    id: str
    clause: str
    level: str  # empty: it is not chased by this rule …
    class_name: str = ""  # … but is of this class (3.1); empty: of its channel's
    asks: bool = False
    addressed: bool = False
    channels: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()  # roles
    words: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()  # of the channel
    departments: int = 0  # those named belong to so many, or more
    partner: bool = False  # an outsider is waiting
    priority: bool = False  # the platform says it is urgent
    urgent: bool = False  # it counts against the sender's budget; beyond it the next rule decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    clause: str
    level: str
    emoji: frozenset[str]
    per_week: int  # messages somebody may mark as urgent; 0: as many as they like


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergencies:
    """Who may have people nudged at any hour. Policy 1.3-moderate."""

    clause: str
    level: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """How long what is settled can be opened again, and what silence settles. 2.2.1-reply.

    All in working days.
    """

    reopen_days: int
    silence_days: int  # after which "no reply needed" holds unless the asker objects
    excused_days: int  # an absence so long, with nobody standing in, excuses
    accept_level: str  # how long somebody has to accept what is passed on to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    emoji: frozenset[str]
    sure: float
    asks_sure: float
    acknowledgement_settles: bool  # "thanks" and "received" answer what asks for more, too
    bursts: bool  # several asks in a row are one


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudges:
    clause: str
    per_day: int  # cards a person gets
    per_pair: int  # duties towards one asker that a person is nudged about in a day
    per_sender: int  # duties that one asker has people nudged about in a day
    digest: bool  # one a day to who owes, or must decide, something
    digest_at: time
    longest_pause_days: int
    judged: int  # the last so many nudges of a rule are judged by what people did …
    wrong_at_most: int  # … and of these so many per cent may be wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What holds for every request, whatever its route. Policy 3.2."""

    clause: str
    urge_after: timedelta  # working time between two urgings of one request
    urge_most: int
    defer_days: int  # for how long an approver may put a decision off
    compare_days: int  # a text posted by hand is compared with what was approved so recently


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """How notices and messages that are followed up are confirmed. 3.2.2, 2.1.2-followup."""

    level: str  # unless its draft names another
    followup_level: str
    joiners: timedelta  # so long who joins the audience is still to confirm it


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRules:
    """What is looked at before a mail leaves the company. Policy 2.1.2 and 2.2.1-review."""

    clause: str
    domains: tuple[str, ...]  # the company's own
    route: str  # of what is marked as confidential
    subject_longest: int  # columns
    paragraph_longest: int  # columns
    recipients_most: int
    attachment_bytes: int  # one by one, and all together
    forbidden: tuple[str, ...]  # suffixes, such as ".exe"
    marks: tuple[str, ...]  # words that say that something is confidential


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How what was said is watched over. Policy 3.3.3."""

    clause: str
    every: timedelta  # between two checkpoints, where anything was said
    channel: str  # where they are posted; empty: nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """What people may add to a form. Policy 2.1.2-attachment."""

    clause: str
    longest: int  # bytes of one file
    waiting: int  # bytes of one person, uploaded and not yet used


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """How meetings are booked, and their minutes confirmed. Policy 2.2.2."""

    clause: str
    level: str  # the ladder of who is to write minutes, confirm them, or look at an objection
    action_level: str  # … of who is to do what was agreed, and its time where none was
    prepare_before: timedelta  # working time before it begins
    minutes_within: timedelta  # working time after it ends
    confirm_within: timedelta  # working time after they were sent
    ground_rules: str
    outsiders_notice: timedelta  # how long before a meeting with outsiders the office is to know
    silent_confirms: bool  # whoever says nothing in time has confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What should not stand in a message. Policy 2.1.1-rumour, 4.2.1, 4.2.2, 4.2.3."""

    judged: int  # the last so many findings of a rule that were settled …
    wrong_at_most: int  # … and of these so many per cent may have been false alarms
    formality: bool
    phones_from: int  # fewer in one message are somebody's contact
    closed: tuple[str, ...]  # channels where what is confidential may be said
    internal: tuple[str, ...]  # channels where nobody from outside may be
    domains: tuple[str, ...]  # the company's own
    imitated: tuple[str, ...]  # of others
    shorteners: tuple[str, ...]
    known_bad: tuple[str, ...]
    marks: tuple[str, ...]
    phrases: tuple[str, ...]
    codewords: tuple[str, ...]
    rumours: tuple[str, ...]
    sensitive: tuple[str, ...]
    slang: tuple[str, ...]
    rules: Mapping[str, Setting]

    def __hash__(self) -> int:
        """Of few of its parts: it is asked for with every message, and lists may be long."""
        return hash((self.judged, len(self.codewords), len(self.rumours), len(self.known_bad)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRules:
    """How what the policy seems broken by is looked at. Policy 5.1.1, 5.2.2."""

    clause: str
    levels: Mapping[Severity, str]  # how long somebody has to look at it, by how grave it is
    claim: timedelta  # working time for which who claims one has it alone
    hear: timedelta  # working time the person concerned has for their word
    contest_days: int  # for so many days they can ask for another look
    hr_from: Severity  # from here on HR decides on a measure; below it the head may
    measures: tuple[Rung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRules:
    """How long IT has to answer what people bring to it. Policy 4.1.3, 4.2.3."""

    account_clause: str
    account_level: str
    phishing_clause: str
    phishing_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Who disposes of what is due, two of them, and who may hold it. Policy 3.3.1."""

    clause: str
    level: str  # how long somebody has to look at a list of what is due
    counts_back: bool  # a shorter period counts for what was said before it, too
    propose: tuple[str, ...]  # roles
    consent: tuple[str, ...]
    holds: tuple[str, ...]  # roles of who sets, sees and releases holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much is drawn: a share of what was said, in per cent, within bounds."""

    share: int
    least: int
    most: int
    risk: int  # per cent of the sample that are drawn by risk

    def size(self, population: int) -> int:
        wanted = max(self.least, -(-population * self.share // 100))
        return min(wanted, self.most, population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """How IT and heads look after what is said. Policy 5.1.1 and 5.1.2."""

    daily: bool  # IT signs the state of things each working day
    daily_level: str
    period: Unit  # heads get a sample of each
    quota: Quota
    second: int  # per cent of it that somebody else looks at too
    sample_level: str
    apart: tuple[str, ...]  # channels that nothing is drawn from
    attest: bool  # people are asked what stands under [[attestations]]
    attest_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """The channel to report breaches. Policy 5.1.3."""

    clause: str
    level: str  # the ladder of who looks at a case
    acknowledge_days: int  # working days until somebody has looked at it
    outcome_days: int  # days until it is said what came of it
    outside: str  # the role that reads what no investigator may
    elsewhere: str  # where else to turn, in the company's own words
    at_least: int  # fewer cases are not counted apart in a report
    per_hour: int  # reports and answers that the page takes
    file_bytes: int  # of all that is added to one message


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRules:
    """Who may look into other people's records, and who reads that they did. Policy 3.3.2."""

    roles: tuple[str, ...]
    personal: tuple[str, ...]  # of these, who sees what is of the class personal
    direct_messages: bool
    overseers: tuple[str, ...]
    tells: bool  # people read who looked at their own records …
    tells_after: timedelta  # … so long after it
    bundle_most: int  # records
    bundle_keep: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """Which reports are made by themselves, for whom and when. Policy 5.1.2, 5.2.1."""

    clause: str
    editions: Mapping[str, tuple[Stretch, ...]]  # of which stretches of time each is made
    after_days: int  # working days after the end of its period
    at: time  # of the company's clock
    as_file: tuple[str, ...]  # editions that come as a file, too
    keep: timedelta  # until the file is removed
    correct: timedelta  # so long after it was made it is corrected; zero: never


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    version: int
    name: str
    zone: str
    language: str
    calendars: Mapping[str, Calendar]
    classes: Mapping[str, Class]
    channels: Mapping[str, Channel]
    levels: Mapping[str, Level]
    marks: Marks
    rules: tuple[Rule, ...]
    answers: Answers
    emergencies: Emergencies
    endings: Endings
    longest_promise: timedelta
    promise_clause: str
    nudges: Nudges
    approvals: Approvals
    routes: Mapping[str, Route]
    mail: MailRules
    files: FileRules
    archive: Archive
    notices: Notices
    lists: Mapping[str, tuple[str, ...]]  # named audiences: "department:sales", "role:it"
    meetings: Meetings
    screening: Screening
    search: SearchRules
    reporting: Reporting
    retention: Retention
    supervision: Supervision
    attestations: tuple[Attestation, ...]
    findings: FindingRules
    cases: CaseRules
    assessment: AssessmentRules
    keep_bodies: timedelta
    reports: ReportRules
    targets: Mapping[str, int]

    def channel(self, name: str) -> Channel:
        return self.channels.get(name, self.channels["default"])

    def sure(self, class_name: str) -> float:
        """How sure the judge must be that a message of that class answers."""
        own = self.classes[class_name].sure
        return self.answers.sure if own is None else own

    def asks_sure(self, class_name: str) -> float:
        """… or asks."""
        own = self.classes[class_name].asks_sure
        return self.answers.asks_sure if own is None else own

    def acknowledgement_settles(self, class_name: str) -> bool:
        """Whether "thanks" is an answer to a question or request of that class."""
        own = self.classes[class_name].acknowledgement_settles
        return self.answers.acknowledgement_settles if own is None else own

    @property
    def important(self) -> tuple[str, ...]:
        """The levels of a duty that make its message one that is kept as important. 3.3.1."""
        return self.marks.level, self.emergencies.level

    @property
    def bursts(self) -> bool:
        return self.answers.bursts

    def calendar(self, name: str) -> Calendar:
        return self.calendars.get(name, self.calendars["office"])
