"""Numbers as people write them beside a time: 2, 1.5, two, forty-five, 两, 十五, 二十四."""

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
ENGLISH = {word: number for number, word in enumerate(ONES)} | TENS | {"a": 1, "an": 1}
CHINESE = {word: number for number, word in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
PLACES = {"十": 10, "百": 100}

_LATIN = (
    r"(?:twenty|thirty|forty|fifty)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|"
    + ("|".join(sorted(ONES[1:], key=len, reverse=True)))
)
LATIN_NUMBER = rf"(?:\d{{1,4}}(?:\.\d)?|\b(?:{_LATIN}))"
CHINESE_NUMBER = r"(?:\d{1,4}(?:\.\d)?|[零〇一二两兩三四五六七八九十百]{1,4})"


def number(word: str) -> float:
    """What a word of LATIN_NUMBER or CHINESE_NUMBER stands for. KeyError for any other."""
    word = word.lower()
    if word[0].isdecimal():
        return float(word)
    if word.isascii():
        return sum(ENGLISH[each] for each in word.replace("-", " ").split())
    return _chinese(word)


def is_range(word: str) -> bool:
    """两三个小时 is two or three, not twenty-three."""
    return len(word) > 1 and all(each in CHINESE for each in word[-2:])


def _chinese(word: str) -> int:
    """Signs side by side are a range, and the later one counts: 三四天 is four days at most."""
    total, last = 0, -1
    for each in word:
        if each in PLACES:
            total, last = total + (1 if last < 0 else last) * PLACES[each], -1
        else:
            last = CHINESE[each]
    return total + max(last, 0)
