"""The container: Dockerfile, compose file and entry script, read by linters, by the specification, and run where they can be."""

from __future__ import annotations

import fnmatch
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from capteur.cli.commands.daemon import PORT
from capteur.daemon.serving import DRAIN_S

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def dockerfile(deploy):
    """[(instruction, its words)] with continued lines joined."""
    text = (deploy / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line.strip()]


@pytest.fixture(scope="session")
def compose(deploy):
    """The compose file with its variables at their defaults."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (deploy / "compose.yaml").read_text(encoding="utf-8"))


def last(dockerfile, name):
    return [words for instruction, words in dockerfile if instruction == name][-1]


def test_the_dockerfile_passes_hadolint(deploy):
    if shutil.which("hadolint") is None:
        pytest.skip(
            "hadolint is not on this machine (GPL, so nothing here installs it): the Dockerfile was only read by this file"
        )
    done = subprocess.run(["hadolint", str(deploy / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular(dockerfile):
    """A number, so that a cluster can see that it is not root."""
    user, group = last(dockerfile, "USER").split(":")
    assert (int(user), int(group)) == (10001, 10001)
    after = [i for i, (name, _) in enumerate(dockerfile) if name == "USER"][-1]
    assert {name for name, _ in dockerfile[after:]} & {"RUN", "COPY", "ADD"} == set()


def test_the_image_stands_on_named_versions(dockerfile):
    """Every base has a tag that is not `latest`, every package the version of constraints.txt."""
    assert [name for name, _ in dockerfile if name == "FROM"] == ["FROM"] * 2
    for words in (words for name, words in dockerfile if name == "FROM"):
        image = words.split(" ")[0]
        assert re.fullmatch(r"python:\$\{PYTHON\}-slim-\w+", image)
    assert dict(dockerfile)["ARG"] == "PYTHON=3.13"
    (install,) = [words for name, words in dockerfile if name == "RUN" and "pip install" in words]
    assert "--constraint constraints.txt" in install
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = re.search(r'"\.\[([\w,]+)\]"', install)[1].split(",")
    assert set(extras) <= project["optional-dependencies"].keys()
    assert {"postgres", "metrics"} <= set(extras)
    assert f"Programming Language :: Python :: {dict(dockerfile)['ARG'].partition('=')[2]}" in project["classifiers"]


def sent(name, rules):
    """Whether .dockerignore lets a path through: the last rule that fits decides."""
    allowed = True
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = name.split("/")
        heads = ["/".join(parts[: i + 1]) for i in range(len(parts))]
        tails = heads if not rule.removeprefix("!").startswith("**/") else parts
        if any(fnmatch.fnmatchcase(part, pattern) for part in tails):
            allowed = rule.startswith("!")
    return allowed


def test_what_is_copied_is_there_and_sent_and_no_secret_is(dockerfile):
    text = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    sources = [
        s for name, words in dockerfile if name == "COPY" and "--from" not in words for s in words.split(" ")[:-1]
    ]
    sources = [source for source in sources if not source.startswith("--")]
    assert {"constraints.txt", "core", "sensors", "deploy/entrypoint.sh"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists()
        assert sent(source, rules), source
    assert sent("core/capteur/store/migrations/versions/initial_0001.py", rules)
    for name in (
        ".git/config",
        "deploy/secrets/database_password",
        "capteur.db",
        "core/x.db",
        "core/.env",
        ".venv/bin/python",
    ):
        assert not sent(name, rules), name


def test_the_image_starts_the_daemon_with_words_it_understands(dockerfile, understood):
    assert json.loads(last(dockerfile, "ENTRYPOINT")) == ["capteur-entrypoint"]
    values = understood(json.loads(last(dockerfile, "CMD")))
    assert (values["host"], values["form"], values["port"]) == ("0.0.0.0", "json", PORT)
    assert last(dockerfile, "EXPOSE") == str(PORT)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_health_check_says_what_healthz_says(dockerfile, status, code):
    """The command of the image, run against a server on this machine; None = nobody listens."""
    words = last(dockerfile, "HEALTHCHECK")
    python, *argv = json.loads(words.partition("CMD ")[2])
    assert python == "python"
    assert "'/healthz'" in argv[1]
    asked = []

    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Health) as server:
        script = argv[1].replace(str(PORT), str(server.server_port))
        assert script != argv[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        if status is None:
            server.shutdown()
            server.server_close()
        env = {**os.environ, "http_proxy": "http://127.0.0.1:9"}
        done = subprocess.run([sys.executable, argv[0], script], capture_output=True, check=False, env=env)
        server.shutdown()
        thread.join()
    assert done.returncode == code
    assert asked == (["/healthz"] if status else [])


def test_the_compose_file_is_one_by_the_specification(compose):
    parsed = PyCompose.from_yaml(compose)
    parsed.validate()
    assert parsed.service_names() == ["capteur", "database"]
    with pytest.raises(ValueError, match="restrat"):
        PyCompose.from_yaml(compose.replace("restart:", "restrat:", 1))


def test_docker_compose_itself_takes_it(deploy):
    command = _compose()
    if command is None:
        pytest.skip("docker compose is not on this machine: the file was only read by the specification")
    done = subprocess.run(
        [*command, "-f", str(deploy / "compose.yaml"), "config", "--quiet"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _compose():
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and not subprocess.run([*command, "version"], capture_output=True, check=False).returncode
        ):
            return command
    return None


def test_no_password_is_in_the_compose_file(compose):
    """It comes as a file that the operator makes; nothing else is called a password, and there is no default."""
    read = yaml.safe_load(compose)
    assert read["secrets"] == {"database_password": {"file": "secrets/database_password"}}
    for service in read["services"].values():
        assert service["secrets"] == ["database_password"]
        for name, value in service["environment"].items():
            if "PASSWORD" in name:
                assert (name.endswith("_FILE"), value) == (True, "/run/secrets/database_password")
    url = read["services"]["capteur"]["environment"]["CAPTEUR_STORE__URL"]
    assert url == "postgresql://capteur@database/capteur"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/secrets/", "deploy/project/"} <= set(ignored)


def test_both_containers_may_do_little_and_stop_in_order(compose):
    read = yaml.safe_load(compose)
    for service in read["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"] is True
        assert service["mem_limit"]
        assert float(service["stop_grace_period"].removesuffix("s")) >= DRAIN_S + 10
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    capteur, database = read["services"]["capteur"], read["services"]["database"]
    assert capteur["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert capteur["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert "ports" not in database
    assert database["networks"] == ["inside"]
    assert read["networks"]["inside"] == {"internal": True}
    assert database["volumes"] == ["database:/var/lib/postgresql/data"]
    assert "--host=127.0.0.1" in database["healthcheck"]["test"]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here: the entry script was not run")
def test_secrets_in_files_reach_the_daemon_as_variables(deploy, tmp_path):
    """Only those below the folder of secrets: SSL_CERT_FILE stays what it is. The script leaves nothing of itself behind."""
    (tmp_path / "capteur").write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], os.getpid(), dict(os.environ)]))\n"
    )
    (tmp_path / "capteur").chmod(0o755)
    (tmp_path / "token").write_text("it's $HOME `x` \\ two  words\n")
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SECRETS_FOLDER": str(tmp_path),
        "API_TOKEN_FILE": f"{tmp_path}/token",
    }
    env["SSL_CERT_FILE"] = "/etc/ssl/cert.pem"
    with subprocess.Popen(
        ["sh", str(deploy / "entrypoint.sh"), "daemon", "--log", "two words"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        argv, pid, seen = json.loads(run.stdout.read())
    assert argv == ["daemon", "--log", "two words"]
    assert pid == run.pid
    assert seen["API_TOKEN"] == "it's $HOME `x` \\ two  words"
    assert "SSL_CERT" not in seen
    missing = subprocess.run(
        ["sh", str(deploy / "entrypoint.sh")],
        env=env | {"X_FILE": f"{tmp_path}/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode == 2
    assert missing.stderr.startswith(f"error: X_FILE: {tmp_path}/none cannot be read by user ")
    assert "fix: chmod 0444" in missing.stderr
