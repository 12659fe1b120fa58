# The commands of README and the documents, and what is known of each: commands.py ROOT BIN
#
# A command is a line of a block of shell, or of an indented block when it begins with a name below; in the
# running text, what is in backticks and begins with one of our programs. For each of them:
#
#   - the options of our own programs are options of that program and command (--help), targets of make are
#     there, and so are scripts of the repository;
#   - tests/ship/commands.txt says which test runs such a command, or why none does. What is said there is
#     looked up: the test has the words that are named.
#
# A line each for what is wrong. With --list instead of checking: the commands found.
import functools, glob, os, re, subprocess, sys

root, bin_folder = sys.argv[1:3]
OURS = {"./harness": "vmnet-harness", "./bench": "vmnet-bench", "harness": "vmnet-harness", "bench": "vmnet-bench"}
PROGRAMS = ("vmnet-helper", "vmnet-client", "vmnet-run", "vmnet-harness", "vmnet-bench")
OTHERS = ("make sudo ip brew apt apt-get dpkg curl sh bash busybox git man bats gh groupadd usermod adduser systemctl "
          "visudo install iperf3 nft ovs-vsctl lintian kill cp rm tests/ scripts/ .ci/ xorriso qemu-system").split()


def documents():
    names = ["README.md", "CONTRIBUTING.md"] + sorted(glob.glob(root + "/docs/*.md"))
    return [os.path.join(root, name) for name in names]


def is_command(text):
    word = re.split(r"\s", text, maxsplit=1)[0]
    return word in OURS or word in PROGRAMS or any(word == o or (o.endswith("/") and word.startswith(o)) for o in OTHERS) \
        or word.startswith("qemu-system") or re.match(r"[A-Z_]+=\S* ", text) is not None


def blocks(path):
    """Pairs of a line number and a line of shell; what a marker above the block says is in the third place."""
    fenced = shell = False
    before, marker, previous_blank, indented = "", "", True, False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("```"):
            fenced = not fenced
            shell = fenced and line == "```sh"
            marker = before if fenced else ""
        elif fenced:
            if shell:
                yield number, line, marker
        elif line.startswith("    ") and (previous_blank or indented):
            indented = True
            yield number, re.sub(r"^[$#] ", "", line[4:]), None
            continue
        if line.strip():
            indented = False
            before = line
        previous_blank = not line.strip()


def inline(path):
    fenced = False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith("```"):
            fenced = not fenced
        if not fenced and not line.startswith("    "):
            for text in re.findall(r"`([^`]+)`", line):
                word = text.split(" ")[0]
                if " " in text and (word in OURS or word in PROGRAMS or word == "make"):
                    yield number, text


def simple_commands(text):
    """a && b ; c -> a, b, c; without what only says as whom, where and with what in the environment."""
    text = re.sub(r"\s#\s.*$", "", text)
    text = re.sub(r"'[^']*'|\"[^\"]*\"", lambda found: found.group(0).replace(" ", "\0"), text)
    for part in re.split(r"\s*(?:&&|\|\||;|\|)\s*", text):
        words = part.split()
        while words:
            if re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            elif words[0] == "sudo":
                words = words[1:]
                while words and words[0].startswith("-"):
                    words = words[2 if words[0] == "--close-from" else 1:]
            elif words[:3] == ["ip", "netns", "exec"]:
                words = words[4:]
            elif words[0] == "ip" and words[1:2] == ["-n"]:
                words = ["ip", *words[3:]]
            elif words[0] in ("exec", "export", "cd"):
                words = []
            else:
                break
        if words:
            yield [word.replace("\0", " ") for word in words]


def commands():
    """file, line, words, whether the block above has its own word about tests"""
    for path in documents():
        name = os.path.relpath(path, root)
        kept, start = "", 0
        for number, line, marker in blocks(path):
            start = start or number
            kept += line.strip() if not kept else " " + line.strip()
            if kept.endswith("\\"):
                kept = kept[:-1].rstrip()
                continue
            text, kept, first, start = kept, "", start, 0
            if marker is None and not is_command(text):
                continue
            if not text or text.startswith("#"):
                continue
            for words in simple_commands(text):
                yield name, first, words, bool(marker and re.match(r"<!-- (tested|not run here: )", marker))
        for number, text in inline(path):
            for words in simple_commands(text):
                yield name, number, words, False


@functools.lru_cache(None)
def options_of(*words):
    result = subprocess.run([os.path.join(bin_folder, words[0]), *words[1:], "--help"], capture_output=True, text=True,
                            env=dict(os.environ, VMNET_DATA=root))
    found = set(re.findall(r"(?<![\w-])--?[A-Za-z][a-z0-9-]*", result.stdout))
    return found if result.returncode == 0 else None


@functools.lru_cache(None)
def make_targets():
    text = ""
    for pattern in ("Makefile", "tests/*.mk", "tests/*/*.mk", "scripts/*.mk"):
        for path in glob.glob(os.path.join(root, pattern)):
            text += open(path).read()
    return set(re.findall(r"[a-z][a-z-]+", " ".join(re.findall(r"^(?:[a-z][a-z -]*:(?!=)|CHECKS :=.*)", text, re.M))))


def key_of(words):
    program = OURS.get(words[0], words[0])
    key = [program]
    if program == "vmnet-harness":
        key += [word for word in words[1:3] if re.match(r"[a-z]+$", word)]
        if key[1:2] == ["doctor"]:
            key = key[:2]
    elif program == "vmnet-bench":
        key += [word for word in words[1:2] if re.match(r"[a-z]+$", word)]
    elif program in ("make", "ip", "brew", "systemctl", "git", "man"):
        key += [word for word in words[1:] if re.match(r"[a-z]", word)][:1 if program != "ip" else 2]
    return " ".join(key)


def faults_of(words):
    program = OURS.get(words[0], words[0])
    if program in PROGRAMS:
        key = key_of(words).split(" ")
        known = options_of(*key)
        if program in ("vmnet-client", "vmnet-run"):
            known = known | options_of("vmnet-helper")
        if known is None:
            yield "no such command"
            return
        for word in words[1:]:
            if word == "--":
                break
            word = word.strip("[]`,.").split("=")[0].split("[")[0]
            if re.match(r"--?[a-z]", word) and word not in known:
                yield f"no option {word}"
    elif program == "make":
        for word in words[1:]:
            if re.match(r"[a-z-]+$", word) and word not in make_targets():
                yield f"no target {word}"
    elif "/" in program and not program.startswith(("/", "~", "$", "-")) and not os.path.exists(os.path.join(root, program)) \
            and not program.startswith("build/"):
        yield "no such file"


def ledger():
    for number, line in enumerate(open(os.path.join(root, "tests/ship/commands.txt")), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            key, _, what = (part.strip() for part in line.partition(" | "))
            yield number, key, what


def check_ledger(entries):
    for number, key, what in entries:
        found = re.match(r"tested (\S+): (.+)$", what)
        if found:
            try:
                text = open(os.path.join(root, found.group(1))).read()
            except OSError:
                text = ""
            if found.group(2) not in text:
                yield f"commands.txt:{number}: {found.group(1)} has no {found.group(2)!r}"
        elif not re.match(r"not run here: .{10,}$", what):
            yield f"commands.txt:{number}: neither \"tested FILE: WORDS\" nor \"not run here: REASON\""


def check():
    entries = list(ledger())
    yield from check_ledger(entries)
    keys = {key for _, key, _ in entries}
    count = 0
    for name, number, words, told in commands():
        count += 1
        where = f"{name}:{number}: {' '.join(words)}"
        for fault in faults_of(words):
            yield f"{where}: {fault}"
        key = key_of(words)
        if key not in keys and not told:
            yield f"{where}: tests/ship/commands.txt says nothing of \"{key}\""
    if count < 100:
        yield f"only {count} commands found: is the reader of the documents broken?"


if sys.argv[3:] == ["--list"]:
    for one in commands():
        print(*one[:2], key_of(one[2]), "|", " ".join(one[2]))
else:
    faults = list(check())
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
