"""Texts that rules should find something in, and near misses; of three languages, made the same
way each time. Nothing in it belongs to anybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.policy.reading import read
from bot.policy.screening.rules import Room
from tests.screening import made

POLICY = """
[mail]
domains = ["brightwater.example"]
[screening]
codewords = ["Bluebird", "青鸟计划", "青鳥計畫"]
rumours = ["裁员", "裁員", "layoffs", "倒闭", "倒閉", "bankruptcy"]
sensitive = ["罢工", "罷工", "strike ballot", "insider deal"]
known_bad = ["login-verify.example", "freegift.example"]
"""
RULES = read(POLICY).screening
LOBBY = Room("lobby", open=True)
Make = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    rule: str  # that finds something; of a near miss, that might
    found: bool
    hard: bool = False  # we know that it goes wrong; docs/screening.md says why


def always(*words: str) -> Make:
    return lambda seed: words[seed % len(words)]


def order(seed: int) -> str:
    """Sixteen digits that pass for a card's, in front of which stands what they are."""
    return made.card("62", 16, 900 + seed)


def digits(size: int) -> Make:
    return lambda seed: str(10 ** (size - 1) * 3 + seed * 7_654_321 % 10 ** (size - 1))


def spaced(seed: int) -> str:
    return " ".join(made.resident(seed))


def wide(seed: int) -> str:
    number = made.resident(seed)
    return "".join(chr(ord(one) + 0xFEE0) for one in number)


def hidden(seed: int) -> str:
    return "\u200b".join(made.resident(seed))


def two_phones(seed: int) -> str:
    return f"{made.mobile(seed)} / {made.mobile(seed + 50)}"


def phones(seed: int) -> str:
    return "\n".join(f"{name} {made.mobile(seed * 10 + n)}" for n, name in enumerate("王李张"))


def phones_abroad(seed: int) -> str:
    return f"+49 30 1234567{seed % 10}, +86 {made.mobile(seed)}, +1 212 736 500{seed % 10}"


def cards(seed: int) -> str:
    begins, size = (("4", 16), ("62", 19), ("53", 16), ("37", 15))[seed % 4]
    return made.card(begins, size, seed)


def by_four(seed: int) -> str:
    return made.grouped(made.card("62", 16, seed), " -"[seed % 2])


def tokens(seed: int) -> str:
    kinds = (("ghp_", 36), ("AKIA", 16), ("glpat-", 20), ("xoxb-", 40), ("LTAI", 20))
    return made.token(*kinds[seed % 5], seed)


def connection(seed: int) -> str:
    word = made.password(seed)
    for sign in "#@?":
        word = word.replace(sign, "x")
    return f"postgres://app:{word}@db.internal/x"


IBANS = always(
    "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606"
)
FOREIGN = always(
    "S1234567D", "219-09-9998", "RSSMRA85T10A562S", "12345678Z", "529.982.247-25", "X1234567L"
)
BAD_FOREIGN = always(
    "S1234567A", "000-12-3456", "RSSMRA85T10A562T", "12345678A", "529.982.247-26", "X1234567A"
)
PASSPORTS = always("E12345678", "EA1234567", "G87654321")
LIKE = always(
    "https://paypa1.com/pay",
    "https://brightvvater.example/login",
    "http://brightwater.example.secure-id.com",
    "https://micros0ft.com/reset",
    "https://a1ipay.com",
)
NOT_LIKE = always(
    "https://www.paypal.com/pay",
    "https://mail.brightwater.example/login",
    "https://learn.microsoft.com/x",
    "https://example.org/paypal",
    "https://bright.example/water",
)
MIXED = always("https://pаyments.example", "http://gооgle-docs.net/a", "https://οffice.example")
NOT_MIXED = always("https://пример.рф", "https://bücher.example", "https://中文.example/a")
OTHER = always(
    "[paypal.com](https://collect.example/x)",
    "<https://collect.example/y|www.brightwater.example>",
    "docs.python.org (https://collect.example/z)",
    "https://brightwater.example@collect.example/",
)
NOT_OTHER = always(
    "[paypal.com](https://www.paypal.com/help)",
    "<https://docs.brightwater.example/y|brightwater.example>",
    "the manual (https://docs.python.org/3/)",
    "[click here](https://docs.python.org/3/)",
)
RAW = always(
    "http://8.8.4.4/x",
    "https://134744072/pay",
    "http://[2001:4860:4860::8888]/",
    "http://0x8.0x8.0x4.0x4/",
)
NOT_RAW = always(
    "http://192.168.1.10:8080/", "http://127.0.0.1/", "version 8.8.4.4", "http://10.0.0.3/x"
)
SHORT = always("https://bit.ly/3xYz", "http://t.cn/A6abc", "https://is.gd/x1")
NOT_SHORT = always(
    "https://habit.ly.example/3", "bit.ly is blocked here", "https://rabbit.example/t.cn"
)

PERSONAL = (
    "我的身份证号是{}，请登记",
    "請幫我登記，證件號碼{}",
    "my id is {} for the hotel",
    "{}",
    "报名信息：王某 {} 上海",
    "資料如下：{}。謝謝",
    "for the visa: {}, thanks",
)
PAY = (
    "报销打到{}就行",
    "請匯到{}，謝謝",
    "charge it to {} please",
    "卡号：{}",
    "卡號 {}",
    "card {} exp 11/29",
    "{}",
)
GO = (
    "请点 {} 登录",
    "請點{} 登入",
    "please go to {} today",
    "{}",
    "看这里：{}",
    "see {} for details",
)
SAYS = ("{}", "大家注意，{}。", "各位，{}", "fyi: {}", "{} 真的吗？")
IDS = ("订单号{}", "訂單號 {}", "tracking number {}", "流水 {} 已处理", "ticket {} is closed")
PLAIN = ("{}", "请看 {}", "請看 {}", "see {}", "编号是 {}")

FOUND: tuple[tuple[str, Make, tuple[str, ...], int], ...] = (
    ("resident-id", made.resident, PERSONAL, 14),
    ("resident-id", wide, PERSONAL, 7),
    ("resident-id", hidden, PERSONAL, 7),
    ("resident-id", spaced, PERSONAL, 7),
    ("hongkong-id", made.hongkong, PERSONAL, 14),
    ("taiwan-id", made.taiwan, PERSONAL, 14),
    ("foreign-id", FOREIGN, PERSONAL, 14),
    (
        "passport",
        PASSPORTS,
        ("护照号{}", "護照號碼 {}", "passport {}", "passport no. {}", "护照：{}"),
        10,
    ),
    ("card", cards, PAY, 21),
    ("card", by_four, PAY, 14),
    ("iban", IBANS, PAY, 7),
    ("phones", phones, ("名单：{}", "聯絡人：\n{}", "contacts:\n{}", "{}"), 8),
    ("phones", phones_abroad, ("{}", "call {}", "电话 {}"), 4),
    (
        "password",
        made.password,
        (
            "密码是{}",
            "密碼：{}",
            "password: {}",
            "测试环境密码{}",
            "口令：{}",
            "pwd={}",
            "the password for staging is {}, thanks",
            "登入密碼為{}，請勿外洩",
            '"password": "{}",',
        ),
        27,
    ),
    (
        "token",
        tokens,
        ("{}", "export KEY={}", "用这个 {} 调接口", "用這個{}，謝謝", "token: {}"),
        20,
    ),
    (
        "token",
        lambda seed: made.token("", 32, seed),
        ("api_key = {}", "密钥：{}", "密鑰是 {}", "access token: {}", "secret_key={}"),
        10,
    ),
    ("private-key", made.key, ("{}", "私钥：\n{}", "here you go\n{}"), 6),
    (
        "url-password",
        connection,
        ("{}", "连 {}", "連線字串 {}", "use {} for now"),
        8,
    ),
    (
        "mark",
        always(
            "【机密】",
            "【機密】",
            "[CONFIDENTIAL]",
            "机密：",
            "絕密：",
            "Top secret: ",
            "密级：秘密 ",
        ),
        ("{}第三季度报价", "{}price list for Q3", "请看\n{}第三季度", "{}報價單"),
        24,
    ),
    (
        "mark",
        always(
            "内部资料", "內部資料", "for internal use", "严禁外传", "嚴禁外傳", "do not distribute"
        ),
        ("以下{}，请看", "this is {} only", "{}：第三季", "内 {} 部"),
        12,
    ),
    (
        "codeword",
        always("Bluebird", "青鸟计划", "青鳥計畫", "ＢＬＵＥＢＩＲＤ", "青 鸟 计 划"),
        SAYS,
        15,
    ),
    (
        "rumour",
        always(
            "听说要裁员", "聽說要裁員", "there will be layoffs", "公司要倒 闭", "bankruptcy soon"
        ),
        SAYS,
        15,
    ),
    (
        "sensitive",
        always("明天罢工", "明天罷工", "the strike ballot is on", "an insider deal"),
        SAYS,
        12,
    ),
    ("lookalike", LIKE, GO, 15),
    ("mixed-script", MIXED, GO, 9),
    ("other-site", OTHER, GO, 12),
    ("raw-address", RAW, GO, 12),
    ("shortener", SHORT, GO, 9),
    ("known-bad", always("https://login-verify.example/a", "http://www.freegift.example"), GO, 8),
)
NEAR: tuple[tuple[str, Make, tuple[str, ...], int], ...] = (
    ("resident-id", lambda seed: made.wrong(made.resident(seed)), PERSONAL, 21),
    ("resident-id", lambda seed: f"9111010{seed % 10}MA01{seed % 10}ABC4X", PERSONAL, 7),
    ("hongkong-id", lambda seed: made.hongkong(seed).partition("(")[0], PLAIN, 10),
    ("taiwan-id", lambda seed: made.wrong(made.taiwan(seed)), PERSONAL, 14),
    ("taiwan-id", made.taiwan, ("型号{}", "part {}", "序號 {}", "SKU {}", "model {}"), 5),
    ("foreign-id", BAD_FOREIGN, PERSONAL, 14),
    (
        "passport",
        PASSPORTS,
        ("航班 {}", "型號 {}", "room {}", "my passport expires in May", "护照要带"),
        10,
    ),
    ("card", lambda seed: made.wrong(cards(seed)), PAY, 14),
    ("card", order, IDS, 10),
    ("card", lambda seed: f"9{made.card('62', 16, seed)[1:]}", PAY, 7),
    ("card", digits(13), PLAIN, 10),
    ("iban", always("DE88 3704 0044 0532 0130 00", "GB29 is the code", "EU12 ABCD"), PAY, 7),
    ("phones", two_phones, ("联系 {}", "聯絡 {}", "call {}", "{}"), 8),
    ("phones", made.mobile, ("我的手机{}", "手機 {}", "ring me at {}"), 6),
    (
        "password",
        always(
            "密码忘了怎么办",
            "密碼下週到期",
            "please reset your password by Friday",
            "the password is expired",
            "密码是什么？",
            "password: ********",
            "password = os.environ['DB_PASSWORD']",
            "密码请找IT部门领取",
            "password: <your password>",
            "I changed the password policy",
            "密碼長度至少8位",
            "password: ${DB_PASSWORD}",
            "the password is in the vault",
            "pwd: required",
            "密码：见保险箱",
        ),
        SAYS,
        30,
    ),
    (
        "token",
        always(
            "the token expired again",
            "令牌过期了",
            "權杖過期了",
            "api key rotation is on Monday",
            "AKIAIOSFODNN7EXAMPLE is the one of the manual",
            "secret santa list: see HR",
            "token: none",
            "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "the access key: ask Bob",
        ),
        SAYS,
        18,
    ),
    (
        "private-key",
        always("how do I make a -----BEGIN PRIVATE KEY----- file?", "私钥放哪里？", "私鑰放哪裡？"),
        SAYS,
        6,
    ),
    (
        "url-password",
        always(
            "postgres://localhost:5432/x", "https://user:${PASS}@host/", "http://a.example:8080/b@c"
        ),
        GO,
        8,
    ),
    (
        "mark",
        always(
            "这不是机密",
            "這不是機密",
            "this is not confidential",
            "we keep what you say confidential",
            "签了保密协议",
            "簽了保密協議",
            "数据机密性很重要",
            "a confidentiality agreement",
            "秘密武器是咖啡",
            "the secret of good coffee",
            "restricted to 20 people",
            "他有个秘密",
        ),
        SAYS,
        30,
    ),
    (
        "codeword",
        always("a blue bird", "青鸟", "bluebirds sing", "计划青鸟", "青鳥在唱歌"),
        SAYS,
        15,
    ),
    (
        "rumour",
        always("裁判员来了", "裁縫員", "the player rests", "倒车时闭眼", "layout"),
        SAYS,
        15,
    ),
    (
        "sensitive",
        always("罢了，工作吧", "罷了，工作", "strike a balance", "a good deal inside"),
        SAYS,
        12,
    ),
    ("lookalike", NOT_LIKE, GO, 15),
    ("mixed-script", NOT_MIXED, GO, 9),
    ("other-site", NOT_OTHER, GO, 12),
    ("raw-address", NOT_RAW, GO, 12),
    ("shortener", NOT_SHORT, GO, 9),
    ("known-bad", always("login-verify is down", "https://verify.example/a", "a free gift"), GO, 8),
)
HARD = (
    Row("密码一二三四五六", "password", found=True, hard=True),
    Row("the password: correct horse battery staple", "password", found=True, hard=True),
    Row("身份证：一一零一零五一九四九一二三一零零二", "resident-id", found=True, hard=True),
    Row("the first half is 6222 0202, the rest follows", "card", found=True, hard=True),
    Row("https://secure-bright-water.example/login", "lookalike", found=True, hard=True),
    Row("project blue-bird ships in May", "codeword", found=True, hard=True),
    Row("her number ends in 4321, she lives at 5 Hill Road", "phones", found=True, hard=True),
    Row("the password is v2-only for now", "password", found=False, hard=True),
    Row(f"库存 {made.card('62', 16, 77)}", "card", found=False, hard=True),
    Row(f"{made.taiwan(88)} is the colour code", "taiwan-id", found=False, hard=True),
    Row("机密：这个词怎么翻译？", "mark", found=False, hard=True),
    Row("裁员相关的法律课今天开课", "rumour", found=False, hard=True),
)


def rows() -> Iterator[Row]:
    for groups, found in ((FOUND, True), (NEAR, False)):
        for rule, make, templates, count in groups:
            for seed in range(count):
                words = make(seed)
                yield Row(templates[seed % len(templates)].replace("{}", words), rule, found)
    yield from HARD
