"""The command line as gpswitch --help tells it; for scripts/completions and scripts/check-man."""
import re
import subprocess

OPTION = re.compile(r"^  (?:-(?P<short>\w), )?--(?P<long>[a-z][a-z-]*)(?: (?P<value>[^ ].*?))?(?:  +(?P<what>.*))?$")
ENTRY = re.compile(r"^  (?P<name>[A-Za-z][\w-]*)  +(?P<what>.*)$")


class Option:
    def __init__(self, long, short, value, what):
        self.long, self.short, self.value, self.what = long, short, value, what

    def choices(self):
        """Words the option takes, when its description lists them: "text, jsonl or junit"."""
        listed = re.match(r"((?:[a-z]+, )*[a-z]+ or [a-z]+)\b", self.what)
        return re.split(r", | or ", listed.group(1)) if self.value and listed else []


class Command:
    def __init__(self, path, what):
        self.path, self.what = path, what
        self.options, self.arguments, self.commands, self.examples, self.exit_codes = [], [], [], [], {}

    def name(self):
        return " ".join(self.path)


def read(gpswitch, path=(), what=""):
    """The command with everything below it."""
    done = subprocess.run([gpswitch, *path, "--help"], capture_output=True, text=True, check=True)
    command = Command(path, what)
    section = ""
    found = []
    for line in done.stdout.splitlines():
        if re.match(r"^[A-Z][A-Za-z ]+:?$", line):
            section = line.rstrip(":")
        elif section == "Options" and (option := OPTION.match(line)):
            command.options.append(Option(option["long"], option["short"], option["value"], option["what"] or ""))
        elif section == "Options" and line.startswith(" " * 20):
            command.options[-1].what += line.strip()
        elif section == "Arguments" and (entry := ENTRY.match(line)):
            command.arguments.append(entry["name"])
        elif section == "Commands" and (entry := ENTRY.match(line)):
            found.append((entry["name"], entry["what"]))
        elif section == "EXAMPLES" and line.startswith("  "):
            command.examples.append(line.strip())
        elif section == "EXIT CODES" and line.startswith("  "):
            code, meaning = line.split(None, 1)
            command.exit_codes[int(code)] = meaning
    command.commands = [read(gpswitch, (*path, name), what) for name, what in found]
    return command


def leaves(command):
    """The commands that do something, in order."""
    return [command] if not command.commands else [leaf for sub in command.commands for leaf in leaves(sub)]
