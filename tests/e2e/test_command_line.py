"""The command line against one small playground: mistakes and their nearest names, exit statuses as
the help says them, every listing in every form, and a status that starts nothing."""

import csv
import io
import json
import re
import shlex
import shutil
import subprocess

import pytest
from conftest import BUILD, SMALL, SOURCE, Root, environment, is_alive

HRISTE = BUILD / "hriste"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A playground that stays for all tests here; each leaves it running."""
    folder = tmp_path_factory.mktemp("line") / "playground"
    shutil.copytree(SOURCE / "playground", folder, ignore=shutil.ignore_patterns(
        ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*", "*.auto.tfvars*"))
    root = Root(folder / "local", SMALL)
    root.apply()
    yield root
    root.clean_up()


def run(*arguments, root=None, status=0, **variables):
    if root is not None:
        variables["HRISTE_DATA_DIR"] = str(root.data_dir)
    done = subprocess.run([HRISTE, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, env={**environment(), **variables})
    if status is not None:
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return done


def mistake(*arguments, root=None):
    done = run(*arguments, root=root, status=2)
    assert done.stdout == "", done.stdout
    # With the line of the text and its mark at the most.
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) <= 5, done.stderr
    return done.stderr


@pytest.mark.parametrize("words, nearest", [
    ("statsu", "status"), ("grade --histroy", "--history"), ("nb rnu", "run"), ("world fautls", "faults"),
    ("generate users --fromat csv", "--format"), ("generate usrs", "users"), ("world describe ordrs", "orders"),
    ("world faults --fault late_evnt", "late_event"), ("status --format jsno", "json"),
    ("generate users --format parqet", "parquet"), ("trigers", "triggers"), ("status --data-dri x", "--data-dir"),
])
def test_a_mistyped_word_is_told_the_nearest(words, nearest):
    assert f"did you mean '{nearest}'?" in mistake(*words.split())


@pytest.mark.parametrize("words, nearest", [
    (["run", "refin"], "refine"), (["cancel", "refin"], "refine"), (["tail", "pageview"], "pageviews"),
    (["pause", "half_hourli"], "half_hourly"), (["run", "refine", "--only", "gold.sales_by_dy"], "gold.sales_by_day"),
    (["sql", "SELECT * FROM gold.sales_by_dy"], "gold.sales_by_day"), (["sql", "SELECT * FROM glod.sessions"], "gold"),
    (["sql", "SELECT * FROM sesions"], "gold.sessions"), (["sql", "SELECT * FROM silver.sessions"], "gold.sessions"),
])
def test_a_mistyped_name_is_told_the_nearest(served, words, nearest):
    assert f"did you mean '{nearest}'?" in mistake(*words, root=served)


def test_odd_names_reach_the_daemon_as_they_are(served):
    for name in ["a/b", "a b", "../x", "ř", "a?b=c", "%41"]:
        assert "does not exist" in mistake("tail", name, root=served)
        assert "does not exist" in mistake("run", name, root=served)
        assert "does not exist" in mistake("cancel", name, root=served)


def test_exit_statuses_are_those_of_the_help(served, tmp_path):
    assert "1   it is stopped" in run("status", "--help").stdout
    run("status", root=served)
    run("grade", root=served)
    run("cancel", "refine", root=served, status=1)
    run("doctor", root=served)
    (tmp_path / "bad.sql").write_text("-- Databricks notebook source\nSELECT nothing FROM nowhere\n")
    run("nb", "run", tmp_path / "bad.sql", root=served, status=1)
    run("sql", "SELEC 1", root=served, status=2)
    for mistaken in [["nonsense"], ["grade", "--now", "--history"], ["run"], ["logs", "-n", "0"], []]:
        run(*mistaken, status=2)
    for verb in verbs():
        said = run(*verb, "--help").stdout
        assert "Exit status:" in said and re.search(r"^  2 ", said, re.M), said


def verbs():
    """Every verb that the help names, those below others too."""
    def below(*above):
        said = run(*above, "--help").stdout
        if "VERB …" not in said:
            return [above]
        names = re.findall(r"^  ([a-z]+)  ", said[said.index("\n\n"):], re.M)
        return [verb for name in names for verb in below(*above, name)]
    return below()


def test_each_help_is_one_good_screen():
    found = verbs()
    assert ("nb", "run") in found and ("world", "hash") in found and len(found) > 20
    for verb in found:
        said = run(*verb, "--help").stdout
        assert said.startswith("Usage: hriste " + " ".join(verb)), said
        assert f"  hriste {' '.join(verb)}" in said, f"{verb} has no example"
        assert all(len(line) <= 100 for line in said.splitlines()), said
        if verb[0] not in ("generate", "world"):  # each setting of a world is an option
            assert len(said.splitlines()) <= 60, said


LISTINGS = [["status"], ["tables"], ["sql", "SELECT * FROM gold.sales_by_day"], ["triggers"], ["grade"],
            ["grade", "--history"], ["runs"], ["resources"], ["models"], ["tail", "pageviews"], ["run", "refine"]]


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_every_listing_in_every_form(served, words, tmp_path):
    import pyarrow.parquet
    shown = {form: run(*words, "--format", form, root=served).stdout for form in
             ["table", "csv", "json", "jsonl", "markdown"]}
    rows = json.loads(shown["json"])
    assert rows and all(isinstance(row, dict) for row in rows)
    columns = list(rows[0])
    assert [list(json.loads(line)) for line in shown["jsonl"].splitlines()] == [columns] * len(shown["jsonl"].splitlines())
    assert next(csv.reader(io.StringIO(shown["csv"]))) == columns
    lines = shown["markdown"].splitlines()
    assert set(lines[1]) <= set("|-: ") and all(line.startswith("| ") and line.endswith(" |") for line in lines)
    assert "\x1b" not in shown["table"], "colours belong on a terminal"
    done = run(*words, "--format", "parquet", root=served, status=2)
    assert "--out FILE" in done.stderr
    run(*words, "--out", tmp_path / "rows.parquet", root=served)
    table = pyarrow.parquet.read_table(tmp_path / "rows.parquet")
    assert table.column_names == columns and table.num_rows > 0


def test_parquet_holds_the_values(served, tmp_path):
    import pyarrow.parquet
    out = tmp_path / "x.parquet"
    run("sql", "SELECT 9007199254740993 AS a, -9223372036854775808 AS b, NULL::BIGINT AS c, "
        "1.50::DECIMAL(12,2) AS d, DATE '1066-10-14' AS e, 'NaN'::DOUBLE AS f", "--out", out, root=served)
    [row] = pyarrow.parquet.read_table(out).to_pylist()
    assert (row["a"], row["b"], row["c"]) == (9007199254740993, -9223372036854775808, None)
    assert str(row["d"]) == "1.50" and row["e"].isoformat() == "1066-10-14" and row["f"] != row["f"]
    wrong = run("sql", "SELECT DATE 'infinity' AS day", "--out", tmp_path / "y.parquet", root=served, status=2)
    assert "column day of row 1" in wrong.stderr and not (tmp_path / "y.parquet").exists()


def test_files_say_their_form(served, tmp_path):
    query = ["sql", "SELECT * FROM gold.sales_by_day ORDER BY ALL"]
    for name, form in [("a.csv", "csv"), ("a.CSV", "csv"), ("a.json", "json"), ("a.jsonl", "jsonl"), ("a.md", "markdown"),
                       ("a.txt", "table")]:
        run(*query, "--out", tmp_path / name, root=served)
        assert (tmp_path / name).read_text().startswith(run(*query, "--format", form, root=served).stdout[:40])
    for name in ["a", "a.xls", "a.json.gz", "a.jsno"]:
        assert "which format?" in mistake(*query, "--out", tmp_path / name, root=served)
        assert not (tmp_path / name).exists()
    run(*query, "--out", tmp_path / "odd.xls", "--format", "csv", root=served)
    assert (tmp_path / "odd.xls").read_text().startswith("day,")
    mistake(*query, "--out", tmp_path, "--format", "csv", root=served)


def test_values_are_exact_in_raw_forms_and_grouped_in_tables(served):
    query = "SELECT 12345678 AS big, 2026 AS year, 1234567.50::DECIMAL(12,2) AS price, 'a|b\nc' AS text, NULL AS none, 7 AS big"
    table = run("sql", query, root=served).stdout
    assert "12 345 678" in table and " 2026 " in table and "1 234 567.50" in table and "a|b\\nc" in table
    assert "(1 row)" in table
    row, = json.loads(run("sql", "--format", "json", query, root=served).stdout)
    assert row == {"big": 12345678, "year": 2026, "price": "1234567.50", "text": "a|b\nc", "none": None, "big_2": 7}
    assert "12345678,2026,1234567.50,\"a|b\nc\",,7" in run("sql", "--csv", query, root=served).stdout.replace("\r", "")
    assert "a\\|b" in run("sql", "--format", "markdown", query, root=served).stdout


def test_status_goes_with_the_flow_and_starts_nothing(served, tmp_path):
    said = run("status", root=served).stdout
    layers = ["sources", "hub, database", "stream", "bronze", "silver", "gold", "serve"]
    assert [line for line in said.splitlines() if line in layers] == layers
    assert "playground time" in said
    before = {row["name"]: row["rows"] for row in json.loads(run("status", "--format", "json", root=served).stdout)}
    assert before["gen.users"] == SMALL["users"] and before["gold.engagements"] == SMALL["users"]
    run("stop", root=served)
    pid = served.daemon()["pid"] if (served.data_dir / "daemon.json").exists() else 0
    stopped = run("status", root=served, status=1)
    assert "is stopped: hriste start" in stopped.stdout
    rows = run("status", "--format", "jsonl", root=served, status=1)
    assert rows.stdout == "" and "is stopped" in rows.stderr
    assert json.loads(run("status", "--json", root=served, status=1).stdout)["stopped"] is True
    assert served.processes() == [], "status started a daemon"
    assert pid == 0 or not is_alive(pid)
    run("start", root=served)
    after = {row["name"]: row["rows"] for row in json.loads(run("status", "--format", "json", root=served).stdout)}
    assert after.keys() == before.keys()
    less = {name: (rows, after[name]) for name, rows in before.items() if rows is not None and (after[name] or 0) < rows}
    assert not less, f"totals right after a restart: {less}"
    nothing = run("status", HRISTE_DATA_DIR=str(tmp_path / "none"))
    assert "nothing is at" in nothing.stderr + nothing.stdout


def test_colours_and_turned_rows_on_a_terminal_only(served):
    def on_terminal(columns, *words, **variables):
        script = f"stty cols {columns} rows 50; exec {HRISTE} " + shlex.join(words)
        done = subprocess.run(["script", "-qec", script, "/dev/null"], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL,
                              env={**environment(), "HRISTE_DATA_DIR": str(served.data_dir), "TERM": "xterm", "PAGER": "", **variables})
        return done.stdout
    assert "\x1b[32m" in on_terminal(200, "status")
    assert "\x1b" not in on_terminal(200, "status", NO_COLOR="1")
    assert "\x1b" not in on_terminal(200, "status", TERM="dumb")
    wide = "SELECT repeat('x', 60) AS one, repeat('y', 60) AS two"
    assert "── row 1" in on_terminal(80, "sql", wide) and "── row 1" not in on_terminal(140, "sql", wide)


def completed(words, root=None):
    """What bash proposes behind these words; the last is the one that is being typed."""
    script = (f"source <({HRISTE} completion bash); COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}'); "
              f"COMP_CWORD={len(words) - 1}; _hriste; printf '%s\n' \"${{COMPREPLY[@]}}\"")
    variables = {"PATH": f"{BUILD}:/usr/bin:/bin"}
    if root is not None:
        variables["HRISTE_DATA_DIR"] = str(root.data_dir)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60,
                          env={**environment(), **variables})
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


def test_bash_completes_verbs_options_and_names(served):
    assert completed(["hriste", "stat"]) == ["status"]
    assert {"status", "sql", "generate", "world", "nb"} <= set(completed(["hriste", ""]))
    assert completed(["hriste", "nb", ""]) == ["prepare", "run"]
    assert completed(["hriste", "grade", "--hist"]) == ["--history"]
    assert completed(["hriste", "status", "--format", "j"]) == ["json", "jsonl"]
    assert completed(["hriste", "generate", "--sq"]) == ["--sqlite"]
    assert completed(["hriste", "world", "faults", "--format", "c"]) == ["csv"]
    assert completed(["hriste", "run", "re"], served) == ["refine"]
    assert sorted(completed(["hriste", "tail", ""], served)) == ["pageviews", "stars"]
    assert "gold.sessions" in completed(["hriste", "run", "refine", "--only", "gold.s"], served)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_every_verb_and_option(shell):
    script = run("completion", shell).stdout
    for verb in verbs():
        assert re.search(rf"\b{verb[-1]}\b", script), verb
    for option in ["data-dir", "history", "parameter", "damaged-user", "kafka-config"]:
        assert option in script, option
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr
    assert "did you mean 'bash'?" in mistake("completion", "bahs")


def test_man_pages_are_sound_roff():
    for verb in [(), *verbs()]:
        page = run("man", *verb).stdout
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS"]:
            assert re.search(rf"^\.SH {section}", page, re.M), (verb, section)
        if shutil.which("groff"):
            read = subprocess.run(["groff", "-wmac", "-wchar", "-wsyntax", "-man", "-Tutf8", "-Kutf8"], input=page, text=True, capture_output=True)
            assert read.returncode == 0 and read.stderr == "", (verb, read.stderr)
            assert "hriste" in read.stdout
    assert "did you mean 'grade'?" in mistake("man", "grad")


def test_statements_from_a_pipe_run_one_after_another(served):
    def piped(text, *words, status=0):
        done = subprocess.run([HRISTE, "sql", *words], input=text, capture_output=True, text=True, timeout=60,
                              env={**environment(), "HRISTE_DATA_DIR": str(served.data_dir)})
        assert done.returncode == status, done.stderr
        return done
    both = piped("SELECT ';' AS a; -- one; two\nSELECT 2 AS b;\n").stdout
    assert both.index("a\n") < both.index("b\n") and both.count("(1 row)") == 2
    wrong = piped("SELECT 1 AS a;\nSELECT x;\nSELECT 3 AS c", status=2)
    assert "line 2, column 8" in wrong.stderr and "c\n" not in wrong.stdout
    assert "no statement" in piped(" ; -- nothing", status=2).stderr
    assert json.loads(piped("SELECT 7 AS n;", "--format", "json").stdout) == [{"n": 7}]


def test_generate_ends_quietly_with_its_reader_and_reads_extensions(tmp_path):
    quiet = subprocess.run(["bash", "-o", "pipefail", "-c", f"{HRISTE} generate users --users 1M | head -n 2"],
                           capture_output=True, text=True, timeout=60, env=environment())
    assert quiet.returncode == 0 and len(quiet.stdout.splitlines()) == 2 and "rror" not in quiet.stderr
    small = ["generate", "towns", "--out"]
    for name, begins in [("a.JSON", b"{"), ("a.jsonl", b"{"), ("a", b"{"), ("a.Csv", b"name"), ("a.PARQUET", b"PAR1")]:
        run(*small, tmp_path / name)
        written = (tmp_path / name).read_bytes()
        assert written.startswith(begins) or (begins == b"name" and b"," in written.splitlines()[0]), name
    for name in ["a.txt", "a.json.gz", "a.xlsx", "a.cvs"]:
        assert "which format is" in mistake(*small, tmp_path / name)
        assert not list(tmp_path.glob(name + "*"))
    assert "did you mean '.csv'?" in mistake(*small, tmp_path / "a.cvs")
    run(*small, tmp_path / "b.txt", "--format", "csv")
    (tmp_path / "folder").mkdir()
    run(*small, tmp_path / "folder")
    assert (tmp_path / "folder/towns.json").exists()
