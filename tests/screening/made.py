"""Numbers and keys that fit their algorithms and belong to nobody: reckoned, none looked up."""

import base64
import hashlib
from random import Random

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

AREAS = ("110105", "310104", "440305", "330106", "510107", "420106", "320505", "350203")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def resident(seed: int) -> str:
    """Of somebody born on the first days of a year long ago, with its check digit."""
    chance = Random(f"resident {seed}")
    body = chance.choice(AREAS) + f"{chance.randint(1950, 2004)}{chance.randint(1, 12):02}"
    body += f"{chance.randint(1, 28):02}{chance.randint(100, 999)}"
    return body + mod_11_2.calc_check_digit(body)


def wrong(number: str) -> str:
    """The same, with another check digit."""
    last = number[-1]
    return number[:-1] + str((int(last, 11 if last in "0123456789" else 36) + 1) % 10)


def card(begins: str, size: int, seed: int) -> str:
    chance = Random(f"card {begins} {seed}")
    body = begins + "".join(str(chance.randint(0, 9)) for _ in range(size - len(begins) - 1))
    return body + str(luhn.calc_check_digit(body))


def grouped(number: str, by: str = " ", size: int = 4) -> str:
    return by.join(number[at : at + size] for at in range(0, len(number), size))


def hongkong(seed: int, letters: str = "") -> str:
    chance = Random(f"hk {seed}")
    letters = letters or chance.choice("ABCDEGKPRZ")
    digits = [chance.randint(0, 9) for _ in range(6)]
    values = [36] * (2 - len(letters)) + [ord(one) - 55 for one in letters] + digits
    total = sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True))
    check = -total % 11
    return letters + "".join(map(str, digits)) + f"({'A' if check == 10 else check})"


def taiwan(seed: int) -> str:
    chance = Random(f"tw {seed}")
    letter = chance.choice("ABCDEFGHJK")
    digits = [chance.choice([1, 2]), *(chance.randint(0, 9) for _ in range(7))]
    code = ALPHABET.index(letter) + 10
    values = [code // 10, code % 10, *digits]
    total = sum(w * v for w, v in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1), values, strict=True))
    return letter + "".join(map(str, digits)) + str(-total % 10)


def mobile(seed: int) -> str:
    chance = Random(f"mobile {seed}")
    return chance.choice(["138", "139", "137", "186", "150"]) + f"{chance.randint(0, 99999999):08}"


def password(seed: int) -> str:
    chance = Random(f"password {seed}")
    words = ("Harbor", "violet", "Quartz", "maple", "Tundra", "copper")
    sign, end = chance.choice("!@#&?*"), chance.choice("kqxz")
    return f"{chance.choice(words)}{chance.randint(10, 9999)}{sign}{end}"


def token(begins: str, size: int, seed: int) -> str:
    """As chance throws letters and digits."""
    chance = Random(f"token {begins} {seed}")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    if begins.isupper():
        letters = letters[:26] + letters[-10:]
    return begins + "".join(chance.choice(letters) for _ in range(size))


def key(seed: int) -> str:
    body = base64.b64encode(hashlib.sha512(f"key {seed}".encode()).digest()).decode()
    lines = [f"-----BEGIN RSA PRIVATE {'KEY'}-----", body[:64], body[64:]]
    return "\n".join([*lines, f"-----END RSA PRIVATE {'KEY'}-----"])
