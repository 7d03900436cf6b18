"""What every generator here needs: stable ids, valid check digits, CSV and JSON writing. No clock, no randomness."""
import hashlib
import json
import re
import uuid

SPACE = uuid.UUID("6f0a3c52-5a1f-5d3e-9c57-3c6f2a9be001")


def plain_guid(kind, key):
    return str(uuid.uuid5(SPACE, f"{kind}/{key}")).upper()


def guid(kind, key):
    """As EMIS writes it: upper case, in braces."""
    return "{" + plain_guid(kind, key) + "}"


def spread(key, n):
    """A stable number below n that looks arbitrary."""
    return int.from_bytes(hashlib.sha256(str(key).encode()).digest()[:6], "big") % n


def nhs_number(serial, valid=True):
    """A number in the 999 range that is never issued to anybody. Serials without a check digit are skipped over."""
    while True:
        stem = f"999{serial:06d}"
        check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(stem)) % 11
        check = 0 if check == 11 else check
        if check < 10:
            return stem + str(check if valid else (check + 3) % 10)
        serial += 500000


_D = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
      [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
      [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]]
_P = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
      [8, 9, 1, 6, 0, 4, 3, 5, 2, 7], [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
      [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8]]
_INVERSE = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9]


def verhoeff(digits, start):
    c = 0
    for i, d in enumerate(reversed(digits), start):
        c = _D[c][_P[i % 8][int(d)]]
    return c


def sctid(item, partition, namespace=""):
    stem = f"{item}{namespace}{partition}"
    return stem + str(_INVERSE[verhoeff(stem, 1)])


def valid_sctid(text):
    return verhoeff(text, 0) == 0


def csv_line(cells):
    """Every value quoted, quotes doubled, CRLF."""
    return ",".join('"' + str(c).replace('"', '""') + '"' for c in cells) + "\r\n"


def write_bytes(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def json_text(value, escaped=False):
    """Pretty-printed; a number given as @number@28.0@ is written as it stands; escaped: no byte above 127."""
    text = json.dumps(value, indent=2, ensure_ascii=escaped) + "\n"
    return re.sub(r'"@number@([^"@]*)@"', r"\1", text)


def write_json(path, value, escaped=False):
    write_bytes(path, json_text(value, escaped).encode("utf-8"))
