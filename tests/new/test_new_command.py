"""`capteur new`: where files go, what it says, what it refuses, and that nothing that is there is touched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from capteur.cli.making import write
from capteur.errors import InputError, UsageError

SENSORS = [("feed", "rounds"), ("account", "tools"), ("push", "downloads")]


def _tree(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "db" not in path.name
    }


def test_a_file_and_its_test_go_into_the_plugin_folder(project, capteur):
    before = _tree(project)
    code, out, err = capteur("new", "sensor", "french-jobs")
    assert code == 0
    assert _tree(project) - before == {"plugins/french_jobs.py", "plugins/test_french_jobs.py"}
    assert out == "path\twhat\nplugins/french_jobs.py\tthe sensor\nplugins/test_french_jobs.py\tits conformance test\n"
    assert err == 'to use it, add to capteur.toml: [sensors.french-jobs]; api_key = "env:FRENCH_JOBS_KEY"\n'


def test_a_package_goes_into_a_folder_of_its_own(tmp_path, monkeypatch, capteur):
    """It needs no project."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = capteur("new", "sensor", "rounds", "--package")
    assert code == 0
    assert _tree(tmp_path) == {
        "capteur-rounds/pyproject.toml",
        "capteur-rounds/README.md",
        "capteur-rounds/.gitignore",
        "capteur-rounds/.github/workflows/ci.yml",
        "capteur-rounds/src/capteur_rounds/__init__.py",
        "capteur-rounds/src/capteur_rounds/py.typed",
        "capteur-rounds/tests/test_capteur_rounds.py",
    }
    assert "capteur-rounds/src/capteur_rounds/__init__.py\tthe sensor" in out


def test_a_person_sees_what_to_add_and_what_to_type_next(project, terminal):
    from capteur.cli import root

    streams = terminal()
    assert root.run(["new", "estimator", "momentum"]) == 0
    shown = streams.out.getvalue()
    for words in (
        "plugins/momentum.py",
        "Put it to use, in capteur.toml",
        "[models.momentum]",
        "capteur rank --model momentum",
    ):
        assert words in shown


def test_a_program_gets_the_table_as_it_stands(project, capteur):
    code, out, err = capteur("new", "notifier", "chat", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["name"] == "chat"
    assert tomllib.loads(told["settings"]) == {"notifiers": {"chat": {"url": "env:CHAT_URL"}}}
    assert [item["path"] for item in told["items"]] == ["plugins/chat.py", "plugins/test_chat.py"]


def test_everything_that_new_makes_is_found_loaded_and_configured(project, capteur, monkeypatch):
    """The tables it prints, put into capteur.toml, are all it takes."""
    tables = []
    for shape, name in SENSORS:
        tables.append(json.loads(capteur("new", "sensor", name, "--shape", shape, "--json")[1])["settings"])
    for what, name in (("estimator", "momentum"), ("notifier", "chat")):
        tables.append(json.loads(capteur("new", what, name, "--json")[1])["settings"])
    with (project / "capteur.toml").open("a") as config:
        config.write("\n" + "\n".join(tables))
    for variable in ("ROUNDS_KEY", "TOOLS_KEY", "CHAT_URL"):
        monkeypatch.setenv(variable, "https://chat.example/s3cret")
    code, out, _ = capteur("plugins", "--json")
    states = {item["name"]: item["state"] for item in json.loads(out)["items"]}
    made = {"rounds", "tools", "downloads", "momentum@1", "chat"}
    assert {name: state for name, state in states.items() if name in made} == dict.fromkeys(made, "ok")
    assert capteur("check")[0] == 0
    assert capteur("accounts", "add", "acme.com")[0] == 0
    code, _, err = capteur("rank", "--model", "momentum")
    assert code == 0, err


@pytest.mark.parametrize("there", ["rounds.py", "test_rounds.py"])
def test_a_file_that_is_there_is_never_touched(project, capteur, there):
    (project / "plugins" / there).write_text("# mine\n")
    code, out, err = capteur("new", "sensor", "rounds")
    assert (code, out) == (2, "")
    assert f"error: there is a {project}/plugins/{there} already\n" in err
    assert "new never overwrites a file" in err
    assert _tree(project / "plugins") == {there}
    assert (project / "plugins" / there).read_text() == "# mine\n"


def test_a_folder_that_holds_something_is_never_touched(project, capteur):
    (project / "capteur-rounds").mkdir()
    (project / "capteur-rounds" / "notes.txt").write_text("mine")
    code, _, err = capteur("new", "sensor", "rounds", "--package")
    assert code == 2
    assert "capteur-rounds already" in err
    assert _tree(project / "capteur-rounds") == {"notes.txt"}


def test_a_plugin_that_is_there_keeps_its_name(project, capteur):
    code, _, err = capteur("new", "sensor", "hiring")
    assert code == 2
    assert err.startswith("error: there is a sensor called 'hiring' already: capteur ")
    assert '[sensors.my-hiring] use = "hiring"' in err
    (project / "plugins" / "other.py").write_text(
        'from capteur import FeedSensor\nclass R(FeedSensor):\n    name = "rounds"\n'
    )
    code, _, err = capteur("new", "sensor", "rounds")
    assert code == 2
    assert "there is a sensor called 'rounds' already: plugins/other.py" in err


def test_without_a_project_a_file_has_no_place(tmp_path, monkeypatch, capteur):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    code, _, err = capteur("new", "sensor", "rounds")
    assert code == 2
    assert f"error: there is no {tmp_path}/capteur.toml" in err
    assert "fix: capteur init makes a project; --package needs none" in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_capteur_would_not_load_is_refused(project, capteur):
    own = Path(__file__).parents[2] / "plugins"
    (project / "capteur.toml").write_text(f'[plugins]\npath = "{own}"\n')
    code, _, err = capteur("new", "sensor", "rounds")
    assert code == 2
    assert "lies inside capteur's own source tree" in err
    assert not (own / "rounds.py").exists()


def test_the_plugin_folder_is_the_configured_one(project, capteur):
    (project / "capteur.toml").write_text('[plugins]\npath = "ours/sensors"\n')
    assert capteur("new", "sensor", "rounds")[0] == 0
    assert (project / "ours" / "sensors" / "rounds.py").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["sensro", "rounds"], "there is no command 'sensro'\n  fix: did you mean capteur new sensor?"),
        (["sensor"], "NAME is missing"),
        (["sensor", "rounds", "--shape", "fed"], "--shape: expected one of feed, account, push"),
        (["sensor", "rounds", "--pakage"], "there is no option --pakage\n  fix: did you mean --package?"),
        (["sensor", "Rounds"], "sensor 'Rounds': it cannot be called so"),
        (["estimator", "momentum", "--shape", "feed"], "there is no option --shape"),
        (["sensor", "rounds", "--from", "x.py"], "--from goes with --package\n  fix: capteur new sensor rounds --package --from x.py"),
        (["sensor", "rounds", "--package", "--from", "x.py"], "there is no x.py\n  fix: --from names a plugin file that has its test"),
        (["sensor", "rounds", "--as-of", "2026-01-01"], "new sensor takes no --as-of"),
    ],
)  # fmt: skip
def test_a_mistake_makes_nothing(project, capteur, argv, said):
    before = _tree(project)
    code, out, err = capteur("new", *argv)
    assert (code, out) == (2, "")
    assert f"error: {said}" in err
    assert _tree(project) == before


@pytest.fixture
def written(project, capteur):
    """A plugin file with its test and a fixture, changed by its author."""
    capteur("new", "sensor", "rounds")
    plugins = project / "plugins"
    plugins.joinpath("rounds.py").write_text((plugins / "rounds.py").read_text() + "\n# by hand\n")
    plugins.joinpath("fixtures").mkdir()
    plugins.joinpath("fixtures", "rounds.json").write_text("[]\n")
    return plugins


def test_a_package_can_begin_with_a_plugin_file(written, project, capteur):
    """It takes the test, which imports the package from then on, and the recorded answers; the file stays where it is."""
    assert capteur("new", "sensor", "rounds", "--package", "--from", "plugins/rounds.py")[0] == 0
    package = project / "capteur-rounds"
    assert (package / "src/capteur_rounds/__init__.py").read_text() == (written / "rounds.py").read_text()
    test = (package / "tests/test_capteur_rounds.py").read_text()
    assert "\nfrom capteur_rounds import Rounds\n" in test
    assert "from rounds import" not in test
    assert (package / "tests/fixtures/rounds.json").read_text() == "[]\n"
    assert (written / "rounds.py").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "rounds"', 'name = "deals"', "has no sensor that is called 'rounds'"),
        ("URL =", "from ._shared import x\nURL =", "imports another file beside it"),
    ],
)
def test_a_file_that_cannot_become_the_package_is_refused(written, project, capteur, old, new, said):
    file = written / "rounds.py"
    file.write_text(file.read_text().replace(old, new))
    code, _, err = capteur("new", "sensor", "rounds", "--package", "--from", "plugins/rounds.py")
    assert code == 2
    assert said in err
    assert not (project / "capteur-rounds").exists()


def test_what_was_written_is_taken_back_when_the_rest_cannot_be(tmp_path):
    """A file stands where a folder should: nothing half made stays behind."""
    (tmp_path / "src").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path, {"a/b/c.txt": "1", "d.txt": "2", "src/x.py": "3"}, fix="")
    assert _tree(tmp_path) == {"src"}
    assert [path.name for path in tmp_path.iterdir()] == ["src"]


def test_a_link_that_leads_nowhere_is_a_file_that_is_there(tmp_path):
    (tmp_path / "x.py").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="already"):
        write(tmp_path, {"x.py": "1"}, fix="")
    assert not (tmp_path / "elsewhere").exists()
