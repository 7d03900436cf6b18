"""What the check-* scripts share: a bigger extract, and what a file or folder comes to."""
import hashlib
import re
import uuid

GUID = re.compile(r"\{([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}", re.I)
# Rows of these tables are the practice's: they and what they name stay as they are.
PRACTICE = ("Admin_Organisation", "Admin_Location", "Admin_UserInRole", "Agreements_", "Coding_", "Appointment_Session")


def repeat(source, folder, copies):
    files = {p.name: p.read_bytes().decode() for p in sorted(source.glob("*.csv"))}
    practice = {n: any("_" + t in n for t in PRACTICE) for n in files}
    kept = {g.upper() for n, text in files.items() if practice[n] for g in GUID.findall(text)}
    folder.mkdir()
    for name, text in files.items():
        head, _, rows = text.partition("\n")
        with open(folder / name, "w", encoding="utf-8", newline="") as out:
            out.write(head + "\n")
            for copy in range(1 if practice[name] else copies):
                def other(match, copy=copy):
                    guid = match[1].upper()
                    if copy == 0 or guid in kept:
                        return match[0]
                    return "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, f"{copy} {guid}")).upper() + "}"
                out.write(GUID.sub(other, rows))


def digest(path):
    """Of a file, or of all files of a folder with their names."""
    h = hashlib.sha256()
    for p in [path] if path.is_file() else sorted(path.rglob("*")):
        if p.is_file():
            h.update(f"{p.relative_to(path)} {p.stat().st_size}\n".encode())
            h.update(p.read_bytes())
    return h.hexdigest()
