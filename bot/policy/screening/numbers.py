"""Numbers that say who somebody is or how to pay with their money. Policy 4.2.1.

Where a number has a check digit it must fit; where it has none, or a weak one, words beside it must
say what it is. No pattern here uses \\b, which sees no border between Chinese and a digit.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.policy.screening.folding import Text
from bot.policy.screening.rules import Hit, Screening

MANY = 400  # candidates of one message that are looked at
TAIL = 4
AROUND = 20  # characters before a number that say what it is
HEAD, END = "(?<![0-9a-z])", "(?![0-9a-z])"
SEP = r"[ \-.·]"
DIGITS = re.compile(r"(?:\d\D{0,3}){5}\d")  # nothing below has fewer
RESIDENT = re.compile(
    rf"{HEAD}\d{{6}}({SEP}?)\d{{4}}{SEP}?\d{{4}}\1\d{{3}}[\dx]{END}"
    rf"|{HEAD}\d(?: \d){{16}} [\dx](?! \d)(?![0-9a-z])"
)
PROVINCES = frozenset(
    map(str, [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55)])
) | frozenset(map(str, [*range(61, 66), 71, 81, 82, 83, 91]))
YEAR = re.compile("19|20[0-3]")
CARD = re.compile(
    rf"{HEAD}(?:\d{{4}}({SEP})\d{{4}}\1\d{{4}}\1\d{{4}}(?:\1?\d{{1,3}})?|3[47]\d\d({SEP})\d{{6}}\2\d{{5}}"
    rf"|\d{{6}}({SEP})\d{{10,13}}|\d(?: \d){{12,18}}(?! \d)|\d{{13,19}}){END}"
)
NETWORKS = (  # how a card's number begins, and how many digits it has
    (re.compile("4"), (13, 16, 19)),
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile("3[47]"), (15,)),
    (re.compile("35(?:2[89]|[3-8])"), (16,)),
    (re.compile("6011|65|64[4-9]"), (16, 19)),
    (re.compile("62|81"), (16, 17, 18, 19)),
    (re.compile("30[0-5]|3[689]"), (14,)),
)
HONGKONG = re.compile(rf"{HEAD}([a-z]{{1,2}})(\d{{6}})(?: ?\(([\da])\)|([\da]){END})")
TAIWAN = re.compile(rf"{HEAD}[a-z][1289]\d{{8}}{END}")
LETTERS = "abcdefghjklmnpqrstuvxywzio"  # in the order of Taiwan's two-digit codes, from 10 on
PASSPORT = re.compile(rf"{HEAD}(?:[a-z]\d{{8}}|[a-z]{{2}}\d{{7}}|\d{{9}}){END}")
IBAN = re.compile(rf"{HEAD}[a-z]{{2}}\d{{2}}(?: ?[0-9a-z]{{4}}){{2,7}}(?: ?[0-9a-z]{{1,3}})?{END}")
CHINESE_MOBILE = r"(?:\+?(?:86|0086)[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
PHONE = re.compile(rf"(?<![0-9a-z+])(?:{CHINESE_MOBILE}|\+\d(?:[ ()-]{{0,2}}\d){{7,14}}){END}")
CALLED_ID = re.compile(r"身[份分]|证件|證件|hkid|(?<![a-z])(?:id|identity)(?![a-z])|居留")
CALLED_PASSPORT = re.compile("护照|護照|passport")
OTHERWISE = re.compile(  # a number of another kind is meant
    r"订单|訂單|单号|單號|运单|運單|流水|编号|編號|工单|快递|快遞|序列号|序號|型号|型號|货号|貨號"
    r"|(?<![a-z])(?:orders?|track(?:ing)?|invoice|tickets?|serial|imei|ref(?:erence)?|part|sku|build"
    r"|case|batch|isbn|sn|model|uuid|trace|transaction)(?![a-z])"
)
FOREIGN = re.compile(
    rf"{HEAD}(?:(?P<ssn>\d{{3}}-\d\d-\d{{4}})|(?P<rrn>\d{{6}}-[1-8]\d{{6}})"
    r"|(?P<cpf>\d{3}\.\d{3}\.\d{3}-\d\d)"
    r"|(?P<aadhaar>(?<!\d[ -])[2-9]\d{3}([ -])\d{4}\5\d{4}(?![ -]\d))"
    r"|(?P<nir>[12] ?\d\d ?\d\d ?\d\d ?\d{3} ?\d{3} ?\d\d)"
    r"|(?P<codice>[a-z]{6}\d\d[a-z]\d\d[a-z]\d{3}[a-z])|(?P<dni>\d{8}-?[a-z])"
    r"|(?P<nie>[xyz]-?\d{7}-?[a-z])|(?P<nric>[stfgm]\d{7}[a-z])"
    rf"|(?P<nhs>\d{{3}}[ -]\d{{3}}[ -]\d{{4}})|(?P<idnr>\d{{11}})){END}"
)
CALLED = {  # numbers that are of theirs only where words say so
    "nhs": re.compile("nhs"),
    "idnr": re.compile(r"steuer|(?<![a-z])(?:idnr|tax id|tin)(?![a-z])|pesel"),
}
CALLED_FAR = 40


def hits(text: Text, rules: Screening) -> Iterator[Hit]:
    if DIGITS.search(text.low) is None:
        return
    taken: list[tuple[int, int]] = []
    for rule, pattern, fits in SEARCHES:
        if rules.rules[rule] == "off":
            continue
        for number, found in enumerate(pattern.finditer(text.low)):
            if number == MANY:
                break
            span = fits(Candidate(text.low, found))
            if span and not any(a < span[1] and span[0] < b for a, b in taken):
                taken.append(span)
                yield _hit(text, rule, *span)
    if rules.rules["phones"] != "off":
        yield from _phones(text, rules, taken)


def _hit(text: Text, rule: str, start: int, end: int) -> Hit:
    secret = bare(text.low[start:end])
    return Hit(rule, *text.place(start, end), secret, tail(secret))


def bare(number: str) -> str:
    return "".join(one for one in number if one.isalnum())


def tail(secret: str) -> str:
    """At most four characters, and of a short secret fewer."""
    shown = min(TAIL, len(secret) // 4)
    return f"…{secret[-shown:]}" if shown else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    low: str
    found: re.Match[str]

    @property
    def number(self) -> str:
        return bare(self.found[0])

    @property
    def span(self) -> tuple[int, int]:
        return self.found.span()

    def called(self, words: re.Pattern[str], far: int = AROUND) -> bool:
        return (
            words.search(self.low, max(0, self.found.start() - far), self.found.start()) is not None
        )


Fits = Callable[[Candidate], tuple[int, int] | None]


def _resident(one: Candidate) -> tuple[int, int] | None:
    """Its check digit, a birthday and a province; a county may have been renamed since."""
    from stdnum.cn import ric  # noqa: PLC0415  # its tables are loaded when first wanted
    from stdnum.exceptions import ValidationError  # noqa: PLC0415
    from stdnum.iso7064 import mod_11_2  # noqa: PLC0415

    number = one.number.upper()
    if number[:2] not in PROVINCES or not mod_11_2.is_valid(number):
        return None
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return None
    return one.span if YEAR.match(number, 6) else None


def _card(one: Candidate) -> tuple[int, int] | None:
    from stdnum import luhn  # noqa: PLC0415

    number = one.number
    known = any(len(number) in sizes and begins.match(number) for begins, sizes in NETWORKS)
    fits = known and len(set(number)) > 2 and luhn.is_valid(number)  # noqa: PLR2004
    return one.span if fits and not one.called(OTHERWISE) else None


def _hongkong(one: Candidate) -> tuple[int, int] | None:
    letters, digits, bracketed, open_ = one.found.groups()
    if bracketed is None and not one.called(CALLED_ID):
        return None
    values = [36] * (2 - len(letters)) + [ord(each) - 87 for each in letters]
    values += [int(each) for each in digits] + [int(bracketed or open_, 11)]
    fits = sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11
    return one.span if fits == 0 else None


def _taiwan(one: Candidate) -> tuple[int, int] | None:
    number = one.number
    code = LETTERS.index(number[0]) + 10
    values = [code // 10, code % 10, *map(int, number[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    fits = sum(a * b for a, b in zip(weights, values, strict=True)) % 10 == 0
    return one.span if fits and not one.called(OTHERWISE) else None


def _passport(one: Candidate) -> tuple[int, int] | None:
    return one.span if one.called(CALLED_PASSPORT) else None


def _iban(one: Candidate) -> tuple[int, int] | None:
    """What follows it may have been taken for its last group."""
    from stdnum import iban  # noqa: PLC0415

    start, words = one.found.start(), one.found[0]
    while words:
        if iban.is_valid(bare(words).upper(), check_country=False):
            return start, start + len(words)
        words = words.rpartition(" ")[0]
    return None


def _foreign(one: Candidate) -> tuple[int, int] | None:
    name = one.found.lastgroup or ""
    called = CALLED.get(name)
    if called is not None and not one.called(called, CALLED_FAR):
        return None
    fits = FITS[name](one.number.upper())
    return one.span if fits and (called or not one.called(OTHERWISE)) else None


def _ssn(number: str) -> bool:
    from stdnum.us import ssn  # noqa: PLC0415

    return bool(ssn.is_valid(number))


def _rrn(number: str) -> bool:
    from stdnum.kr import rrn  # noqa: PLC0415

    return bool(rrn.is_valid(number))


def _cpf(number: str) -> bool:
    from stdnum.br import cpf  # noqa: PLC0415

    return bool(cpf.is_valid(number))


def _aadhaar(number: str) -> bool:
    from stdnum.in_ import aadhaar  # noqa: PLC0415

    return bool(aadhaar.is_valid(number))


def _nir(number: str) -> bool:
    from stdnum.fr import nir  # noqa: PLC0415

    month = int(number[3:5])
    return 1 <= month <= 12 and bool(nir.is_valid(number))  # noqa: PLR2004


def _codice(number: str) -> bool:
    from stdnum.it import codicefiscale  # noqa: PLC0415

    return bool(codicefiscale.is_valid(number))


def _dni(number: str) -> bool:
    from stdnum.es import dni  # noqa: PLC0415

    return bool(dni.is_valid(number))


def _nie(number: str) -> bool:
    from stdnum.es import nie  # noqa: PLC0415

    return bool(nie.is_valid(number))


def _nhs(number: str) -> bool:
    from stdnum.gb import nhs  # noqa: PLC0415

    return bool(nhs.is_valid(number))


def _idnr(number: str) -> bool:
    from stdnum.de import idnr  # noqa: PLC0415
    from stdnum.pl import pesel  # noqa: PLC0415

    return bool(idnr.is_valid(number) or pesel.is_valid(number))


ENDS = {"S": (0, "JZIHGFEDCBA"), "T": (4, "JZIHGFEDCBA"), "F": (0, "XWUTRQPNMLK")}
ENDS |= {"G": (4, "XWUTRQPNMLK"), "M": (3, "XWUTRQPNJLK")}


def _nric(number: str) -> bool:
    """Singapore's: its last letter is reckoned from the digits."""
    offset, ends = ENDS[number[0]]
    total = offset + sum(
        a * int(b) for a, b in zip((2, 7, 6, 5, 4, 3, 2), number[1:8], strict=True)
    )
    at = total % 11
    return ends[at] == number[-1]


FITS: dict[str, Callable[[str], bool]] = {
    "ssn": _ssn,
    "rrn": _rrn,
    "cpf": _cpf,
    "aadhaar": _aadhaar,
    "nir": _nir,
    "codice": _codice,
    "dni": _dni,
    "nie": _nie,
    "nric": _nric,
    "nhs": _nhs,
    "idnr": _idnr,
}
SEARCHES: tuple[tuple[str, re.Pattern[str], Fits], ...] = (
    ("resident-id", RESIDENT, _resident),
    ("card", CARD, _card),
    ("hongkong-id", HONGKONG, _hongkong),
    ("taiwan-id", TAIWAN, _taiwan),
    ("passport", PASSPORT, _passport),
    ("iban", IBAN, _iban),
    ("foreign-id", FOREIGN, _foreign),
)


def _phones(text: Text, rules: Screening, taken: list[tuple[int, int]]) -> Iterator[Hit]:
    """So many that it is a list of people's, not somebody's contact."""
    spans: dict[str, tuple[int, int]] = {}
    for number, found in enumerate(PHONE.finditer(text.low)):
        start, end = found.span()
        free = not any(a < end and start < b for a, b in taken)
        if number < MANY and free and not Candidate(text.low, found).called(OTHERWISE):
            spans.setdefault(found[0], (start, end))
    if len(spans) < max(1, rules.phones_from):
        return
    valid = {whole: span for words, span in spans.items() if (whole := phone(words))}
    if len(valid) >= max(1, rules.phones_from):
        start, end = min(a for a, _ in valid.values()), max(b for _, b in valid.values())
        secret = " ".join(sorted(valid))
        yield Hit("phones", *text.place(start, end), secret, f"…{min(valid)[-TAIL:]}")


def phone(words: str) -> str:
    """As it is dialled from anywhere; empty where there can be no such number."""
    import phonenumbers  # noqa: PLC0415  # its tables are large

    try:
        parsed = phonenumbers.parse(words, "CN")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
