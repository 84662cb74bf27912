"""What a person at a terminal gets, through a pty: the SQL prompt with its history and completion,
the trees of a run and an apply, listings that fit."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
from conftest import BUILD, SMALL, SOURCE, TOFU, Root, environment


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prompt") / "playground"
    shutil.copytree(SOURCE / "playground", folder, ignore=shutil.ignore_patterns(
        ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*", "*.auto.tfvars*"))
    root = Root(folder / "local", SMALL)
    root.apply()
    yield root
    root.clean_up()


class Terminal:
    """A program at a terminal of 40 lines."""

    def __init__(self, root, *arguments, columns=100, **variables):
        self.ours, theirs = pty.openpty()
        os.set_blocking(self.ours, False)
        subprocess.run(["stty", "rows", "40", "cols", str(columns)], stdin=theirs, check=True)
        self.text = ""
        self.process = subprocess.Popen(
            [BUILD / "hriste", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**environment(), "TERM": "xterm", "HRISTE_DATA_DIR": str(root.data_dir), **variables})
        os.close(theirs)

    def read(self, seconds):
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        try:
            got = os.read(self.ours, 65536)
        except OSError:  # the other end is closed
            return False
        self.text += got.decode(errors="replace")
        return bool(got)

    def wait(self, what, seconds=30):
        """What came until then."""
        end = time.monotonic() + seconds
        while not (found := re.search(what, self.text)):
            assert time.monotonic() < end, (what, self.text)
            self.read(0.2)
        came, self.text = self.text[:found.end()], self.text[found.end():]
        return came

    def type(self, text):
        os.write(self.ours, text.encode())

    def leave(self):
        """Ctrl-D, again where it came while the terminal wasn't the prompt's: then it is lost."""
        for _ in range(20):
            try:
                self.type("\x04")
                self.process.wait(0.5)
                break
            except (subprocess.TimeoutExpired, OSError):
                self.read(0.1)
        return self.end()

    def end(self, seconds=120):
        end = time.monotonic() + seconds
        while self.process.poll() is None or self.read(0):
            self.read(0.1)
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"it didn't end: {self.text}")
        status = self.process.wait(30)
        os.close(self.ours)
        return status


def test_the_prompt_completes_and_remembers(served, tmp_path):
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    prompt = Terminal(served, "sql", **state)
    prompt.wait("sql> ")
    # A word, a table, and a column of the table that is named; what is new of the line is drawn.
    prompt.type("sel\t")
    prompt.wait("ect ")
    prompt.type("count(*) AS příklad FROM silver.use\t")
    prompt.wait("silver.use.*rs ")
    prompt.type("WHERE administrative_u\t")
    prompt.wait("administrative_u.*nit ")
    prompt.type("IS NOT NULL;\n")
    prompt.wait("300")
    prompt.wait("sql> ")
    # Several that are possible are listed.
    prompt.type("SELECT * FROM gold.s\t")
    assert "gold.sessions" in prompt.wait("gold.sales_by_day.*gold.sessions")
    # Ctrl-C gives the line up and not the prompt; a mistake ends nothing.
    prompt.type("\x03")
    prompt.wait("sql> ")
    prompt.type("SELECT nothing;\n")
    prompt.wait("error:")
    prompt.wait("sql> ")
    assert prompt.leave() == 0
    history = tmp_path / "state/hriste/sql_history"
    assert history.stat().st_mode & 0o077 == 0
    lines = history.read_text().splitlines()
    assert len(lines) == 2 and lines[0].startswith("select count(*) AS příklad FROM silver.users WHERE")
    # The next one knows them.
    again = Terminal(served, "sql", **state)
    again.wait("sql> ")
    again.type("\x1b[A\x1b[A\n")
    assert "příklad" in again.wait("300")
    again.wait("sql> ")
    again.type("exit\n")
    assert again.end() == 0


def test_without_a_state_folder_the_prompt_works(served):
    prompt = Terminal(served, "sql", XDG_STATE_HOME="/proc/nowhere")
    prompt.wait("sql> ")
    prompt.type("SELECT 40 + 2 AS answer;\n")
    prompt.wait("42")
    prompt.wait("sql> ")  # Ctrl-D before it is the terminal's, and lost
    assert prompt.leave() == 0


def test_a_run_is_a_tree_on_a_terminal_and_lines_elsewhere(served):
    terminal = Terminal(served, "run", "refine", "--full")
    shown = terminal.wait("refine run-\\d+: succeeded", 120) + terminal.wait("└─ .*\n", 30)
    assert terminal.end() == 0
    assert "\x1b[32m✓\x1b[0m silver_users" in shown and "●" in shown, shown
    plain = Terminal(served, "run", "refine", "--full", NO_COLOR="1")
    shown = plain.wait("refine run-\\d+: succeeded", 120) + plain.wait("└─ .*\n", 30)
    assert plain.end() == 0 and "├─ ✓ silver_users" in shown, shown
    piped = subprocess.run([BUILD / "hriste", "run", "refine", "--full"], capture_output=True, text=True, timeout=120,
                           env={**environment(), "HRISTE_DATA_DIR": str(served.data_dir)})
    assert piped.returncode == 0 and "\x1b" not in piped.stdout + piped.stderr
    assert re.search(r"^silver_users: succeeded, 300 rows, ", piped.stderr, re.M), piped.stderr
    assert "silver_users" in piped.stdout


def test_an_apply_is_a_tree_with_its_run_below(served):
    edited = served.local.parent / "sql/gold_sessions.sql"
    edited.write_text(edited.read_text() + "\n-- edited\n")
    values = [word for name, value in SMALL.items() for word in ("-var", f"{name}={value}")]
    terminal = Terminal(served, "up", str(served.local.parent), *values, HRISTE_TOFU=TOFU)
    shown = terminal.wait(r"apply: \d+ of \d+", 60)
    assert "Refreshing" not in shown and "Plan:" not in shown, shown
    shown = terminal.wait(r"\d+ made, \d+ changed, \d+ removed", 120)
    assert terminal.end() == 0
    frames = [frame.replace("\x1b[K", "").replace("\r", "") for frame in shown.split("\x1b[J")]
    last = frames[-2]
    done = re.search(r"apply: (\d+) of (\d+)\n", last)
    assert done and done[1] == done[2], last
    assert "\x1b[32m✓\x1b[0m hriste_pipeline" in last and "\x1b[32m✓\x1b[0m hriste_trigger" in last, last
    assert last.index("hriste_pipeline") < last.index("hriste_trigger"), "in the order of the flow"
    assert any("●" in frame and "hriste_trigger" in frame for frame in frames), shown


def test_listings_fit_eighty_columns(served):
    for verb in (["status"], ["runs"], ["triggers"], ["grade"], ["grade", "--history"], ["tables"], ["resources"]):
        terminal = Terminal(served, *verb, columns=80)
        assert terminal.end() == 0, verb
        lines = re.sub(r"\x1b\[\d*m", "", terminal.text).replace("\r", "").split("\n")
        assert "── row 1" not in terminal.text and max(map(len, lines)) <= 80, terminal.text
