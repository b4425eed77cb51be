"""The columns of a table of people, and what each is for."""

from collections.abc import Mapping

from bot.intake.tables import Column
from bot.words import say

EXAMPLE = "example"  # the number of the template's own row, which is never read in

PEOPLE = (
    Column(
        name="id",
        zh_Hans="工号",
        zh_Hant="工號",
        also=("employee number", "employee id", "employee no", "员工编号", "員工編號", "人员编号"),
        about=say("The employee number: never changed, never given to somebody else."),
        example=EXAMPLE,
        needed=True,
    ),
    Column(
        name="name",
        zh_Hans="姓名",
        zh_Hant="姓名",
        also=("full name", "display name", "名字"),
        about=say("The name as colleagues know it."),
        example="Li Na 李娜",
        needed=True,
    ),
    Column(
        name="email",
        zh_Hans="邮箱",
        zh_Hant="電子郵件",
        also=("mail", "e-mail", "email address", "e-mail address", "电子邮件", "电子邮箱", "信箱"),
        about=say("The business e-mail address. No two people share one."),
        example="li.na@example.com",
    ),
    Column(
        name="department",
        zh_Hans="部门",
        zh_Hant="部門",
        also=("dept", "unit"),
        about=say("The department, or the way down to it: Head Office/Sales."),
        example="Head Office/Sales",
    ),
    Column(
        name="manager",
        zh_Hans="直属上级",
        zh_Hant="直屬主管",
        also=("reports to", "line manager", "supervisor", "上级", "主管", "经理", "汇报对象"),
        about=say("Who leads them: employee number, e-mail address or name."),
        example="E001",
    ),
    Column(
        name="head_of",
        zh_Hans="负责部门",
        zh_Hant="負責部門",
        also=("heads", "leads"),
        about=say("The departments they head, separated by semicolons. One head a department."),
        example="Head Office/Sales",
    ),
    Column(
        name="roles",
        zh_Hans="角色",
        zh_Hant="角色",
        also=("role",),
        about=say("What they may do in Duly, separated by semicolons."),
        example="employee; department_head",
    ),
    Column(
        name="zone",
        zh_Hans="时区",
        zh_Hant="時區",
        also=("time zone", "timezone", "tz"),
        about=say("The time zone, such as Asia/Shanghai; empty: the working calendar's."),
        example="Asia/Shanghai",
    ),
    Column(
        name="language",
        zh_Hans="语言",
        zh_Hant="語言",
        also=("lang",),
        about=say("In which language Duly writes to them."),
        example="zh_Hans",
    ),
    Column(
        name="calendar",
        zh_Hans="工作日历",
        zh_Hant="工作行事曆",
        also=("working calendar", "work calendar"),
        about=say("The working calendar, as the policy file names it; empty: the first one."),
        example="office",
    ),
    Column(
        name="partner",
        zh_Hans="合作伙伴",
        zh_Hant="合作夥伴",
        also=("outsider", "external", "外部人员"),
        about=say("Yes for people of other companies: they are heard, never nudged or scored."),
        example="no",
    ),
    Column(
        name="active",
        zh_Hans="在职",
        zh_Hant="在職",
        also=("employed",),
        about=say("No once they have left; empty: yes."),
        example="yes",
    ),
    Column(
        name="accounts",
        zh_Hans="聊天账号",
        zh_Hant="聊天帳號",
        also=("account", "账号", "帳號", "账户"),
        about=say(
            "Their chat accounts as platform:realm:account, separated by semicolons. "
            "Accounts they have already stay theirs."
        ),
        example="slack:T0123:U0456; matrix:example.com:@lina:example.com",
    ),
    Column(
        name="subsidiary",
        zh_Hans="子公司",
        zh_Hant="子公司",
        also=("legal entity", "所属公司"),
        about=say("The subsidiary their department belongs to."),
        example="Brightwater Shanghai",
    ),
    Column(
        name="away",
        zh_Hans="休假",
        zh_Hant="休假",
        also=("leave", "absences", "absence", "请假", "請假"),
        about=say("When they are away and who answers meanwhile. Leave known already stays."),
        example="2026-10-01..2026-10-07 delegate=E001",
    ),
    Column(
        name="remote",
        zh_Hans="远程办公",
        zh_Hant="遠距辦公",
        also=("remote days", "远程", "遠距"),
        about=say("Days on which they work elsewhere; travelling behind them for journeys."),
        example="2026-11-02; 2026-11-09..2026-11-11 travelling",
    ),
)

ROLE_NAMES: Mapping[str, tuple[str, ...]] = {
    "employee": ("员工", "員工"),
    "department_head": ("部门负责人", "部門主管", "部门主管", "部門負責人"),
    "business_head": ("业务负责人", "業務主管", "业务主管", "業務負責人"),
    "executive": ("高管", "高階主管", "公司领导"),
    "it": ("信息技术", "資訊", "IT部"),
    "hr": ("人力资源", "人力資源", "人事"),
    "admin_office": ("行政办公室", "行政辦公室", "行政"),
    "auditor": ("审计", "稽核"),
    "investigator": ("调查员", "調查員"),
    "mail_keeper": ("邮件管理员", "郵件管理員"),
}

LANGUAGE_NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("english", "en us", "en gb", "英语", "英文", "英語"),
    "zh_Hans": (
        "zh",
        "zh cn",
        "zh sg",
        "zh hans cn",
        "简体中文",
        "简体",
        "中文",
        "簡體中文",
        "簡體",
    ),
    "zh_Hant": (
        "zh tw",
        "zh hk",
        "zh mo",
        "zh hant tw",
        "zh hant hk",
        "繁體中文",
        "繁體",
        "繁体中文",
        "繁体",
    ),
}
YES = frozenset({"yes", "y", "true", "1", "x", "是", "有", "对"})
NO = frozenset({"no", "n", "false", "0", "否", "无", "無", "不是"})

HOLIDAYS = (
    Column(
        name="date",
        zh_Hans="日期",
        zh_Hant="日期",
        also=("day",),
        about=say("The day."),
        needed=True,
    ),
    Column(
        name="working",
        zh_Hans="上班",
        zh_Hant="上班",
        also=("working day", "工作日", "是否上班"),
        about=say("Yes for a make-up working day, no for a day off."),
        needed=True,
    ),
    Column(
        name="calendar",
        zh_Hans="工作日历",
        zh_Hant="工作行事曆",
        also=("working calendar", "日历", "行事曆"),
        about=say("The working calendar, as the policy file names it; empty: the first one."),
    ),
)
