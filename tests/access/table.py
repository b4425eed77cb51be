"""Who may what: each line with a number in it, and for whom that number means something.

To anybody else its answer is the one they get for a number that nothing has. `ann` stands for both
of her accounts. What is asked without a number is in `FREE`: of it only what is read is seen.
"""

from collections.abc import Mapping, Sequence

LINE = "nina sam grace"  # who leads ann and eve, up to the top
CASE = {"case": "ann ida ivan grace", "phishing": "ann ida ivan grace"}
FINDING = {
    "finding": f"ann {LINE} hana oda",
    "hrfinding": f"ann {LINE} hana oda",
    "stranger": "ida ivan grace hana oda",
}
REQUEST = {"request": f"ann {LINE}", "leave": f"ann hana {LINE}", "approved": f"eve {LINE}"}
INVOLVED = {"request": "ann sam", "leave": "ann nina hana", "approved": "eve sam"}
DUTY = {"duty": f"ann eve {LINE}", "passed": f"ann bob {LINE}", "case": "", "finding": ""}
TABLE: Mapping[tuple[str, ...], Mapping[str, str]] = {
    ("accept {}", "decline {} no"): {"passed": "mei", "duty": "", "case": ""},
    ("account {} guest x", "account {} bot x", "account {} remove x", "account {} link @ann x"): {
        "stranger": "ida ivan",
        "finding": "",
    },
    ("approve {}", "reject {} no", "return {} no", "defer {} until Thu 17:00"): REQUEST,
    ("question {} why", "recall {} why", "urge {}"): REQUEST,
    ("sign {} before @bob", "transfer {} @bob"): REQUEST,
    ("attachments {}", "comment {} hello"): INVOLVED,
    ("attest {}", "attest {} cannot I lost it."): {"attest": "ann eve"},
    ("bundle {}",): {"look": "oda"},
    ("case {}", "case {} take", "case {} answer hello", "case {} done", "case {} true"): CASE,
    ("case {} confirm", "case {} reopen x"): CASE,
    ("confirm {}", "confirm {} yes"): {"notice": "ann eve hana", "request": ""},
    ("disposal {}", "disposal {} propose", "disposal {} consent", "disposal {} refuse why"): {
        "disposal": "hana grace oda",
    },
    ("done {}", "promise {} in 2 hours"): {"duty": "ann", "passed": "ann", "leave": "", "case": ""},
    ("drop {}", "reopen {}"): DUTY,
    ("explain {}",): {**DUTY, "case": "ann ida grace", "finding": "sam grace", "sealed": ""},
    ("pass {} @bob",): {"duty": f"ann {LINE}", "passed": f"ann {LINE}", "sealed": ""},
    ("mine {}",): {
        **{"passed": "ann", "leave": "nina", "finding": "sam", "case": "ida"},
        **{"sealed": "ines ivo", "duty": ""},
    },
    ("finding {}", "finding {} claim", "finding {} ask", "finding {} fine ok"): FINDING,
    ("finding {} settled ok", "finding {} false no", "finding {} explain so"): FINDING,
    ("finding {} upheld asked=2026-03-02 so", "finding {} escalate hr x"): FINDING,
    ("finding {} note x", "finding {} stays x", "finding {} files"): FINDING,
    ("finding {} contest x",): {"finding": "ann", "hrfinding": "ann", "stranger": ""},
    ("followup {}", "notice {}", "notice {} export"): {
        "notice": f"ann eve hana ada {LINE}",
        "meeting": "",
    },
    ("hold {}", "hold {} release x", "hold {} agree", "hold {} keep x"): {"hold": "hana grace oda"},
    ("meeting {}", "meeting {} move Fri 10:00", "meeting {} cancel x"): {"meeting": "ann eve"},
    ("meeting {} decline x", "meeting {} attended all"): {"meeting": "ann eve"},
    ("minutes {}", "minutes {} Decision: x", "minutes {} confirm"): {"meeting": "ann eve"},
    ("minutes {} object 1 x", "minutes {} amend 1 x"): {"meeting": "ann eve"},
    ("minutes {} accept", "minutes {} keep"): {"meeting": "ann eve"},
    ("sample {}", "sample {} next", "sample {} 1 fine"): {"sample": "sam"},
    ("verify {}",): {
        "code": "ann eve nina sam bob mei hana grace ivan ida oda ines ivo ada buck paul"
    },
    ("class msg:{} material It says so.", "important msg:{}", "important msg:{} @bob"): {
        "message": "ann eve",
    },
    ("followup msg:{}", "phishing msg:{}"): {"message": "ann eve"},
    ("emergency msg:{}",): {"message": ""},  # who may is not in that room
}
FREE: Sequence[str] = (
    *("mine", "waiting", "team", "help", "looks", "mydata", "settings", "web", "link", "daily"),
    *("requests", "requests waiting", "requests department", "requests mine all", "minutes"),
    *("findings", "findings open", "findings department", "findings closed", "finding"),
    *("notice", "meeting list", "phishing list", "case", "account", "attest", "sample", "hold"),
    *("assess", "assess mine", "assess @ann", "assess agree", "assess contest x"),
    *("assess template", "assess import", "assess @ann rate 90 90 x", "assess @ann keep x"),
    *("assess @ann correct 90 90 x", "assess @ann show", "assess @ann decide B x"),
    *("assess @ann reviewer @bob", "assess open 2026-01"),
    *("disposal", "breach", "question", "help-account I am locked out.", "daily sign x"),
    *("settings digest 10:00", "away 2026-07-01", "pause until Fri 09:00", "report", "report mine"),
    *("reports", "report board", "report audit"),
    *("delegate @bob 2026-07-01", "handover @ann @bob", "link K7MP-2XQR-9WTH", "meeting"),
    *("hold set people=@ann words=x The dispute.", "phishing unblock quokkahost.example"),
    *("search between", "search room", "search ready", "search lot", "search approved"),
    'search all between why="A complaint of May"',
    'search all room why="A complaint of May"',
    "request notice replaces={notice} Another text.",
)
GIVEN = {  # who may read what by somebody's hand, who may give it to them
    "sign": "bob",
    "transfer": "bob",
    "pass": "bob",
    "phishing": "ida ivan",
    "followup": "ann eve",
}
