"""The units: what systemd itself says of them, and that they agree with the code they start."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from capteur.daemon import serving
from capteur.errors import AuthError, ConfigError, StoreHeld
from capteur.house import pulse

UNITS = ("capteur.service", "capteur-backup.service", "capteur-backup.timer")
PROGRAM = "/opt/capteur/bin/capteur"
# Every setting the units use, with the manual page that has it (systemd 252): a misspelt one would be ignored with a warning.
KNOWN = {
    "Unit": {"Description", "After", "Wants", "StartLimitIntervalSec"},  # systemd.unit(5)
    "Install": {"WantedBy"},
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent"},  # systemd.timer(5)
    "Service": {
        # the pages systemd.service, systemd.kill and systemd.resource-control
        "Type", "NotifyAccess", "ExecStart", "ExecStartPost", "WatchdogSec", "TimeoutStartSec", "TimeoutStopSec", "KillMode",
        "Restart", "RestartSec", "RestartPreventExitStatus", "MemoryHigh", "MemoryMax", "TasksMax", "DevicePolicy",
        # the page systemd.exec
        "User", "WorkingDirectory", "StateDirectory", "StateDirectoryMode", "UMask", "EnvironmentFile", "LimitNOFILE", "Nice",
        "IOSchedulingClass", "NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "ProtectSystem", "ReadOnlyPaths",
        "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectProc", "ProtectKernelTunables",
        "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname",
        "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality",
        "MemoryDenyWriteExecute", "RemoveIPC", "SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber",
    },
}  # fmt: skip
BOX = {
    "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "ProtectKernelTunables", "ProtectKernelModules",
    "ProtectControlGroups", "RestrictNamespaces", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute",
}  # fmt: skip


def settings(path):
    """{section: {name: [values]}} of a unit, as systemd.syntax(7) reads it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        name, equals, value = line.partition("=")
        assert equals, f"{path.name}: {line!r} is no setting"
        found[section][name].append(value)
    return found


@pytest.fixture
def service(deploy):
    return settings(deploy / "systemd" / "capteur.service")["Service"]


@pytest.fixture
def copied(deploy, tmp_path):
    """The units where systemd-analyze can look at them: with a program that is there on this machine."""
    for unit in UNITS:
        text = (deploy / "systemd" / unit).read_text(encoding="utf-8")
        (tmp_path / unit).write_text(text.replace(PROGRAM, sys.executable))
    return tmp_path


def analyze(*argv):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: the units were only read by this file's own parser")
    return subprocess.run(["systemd-analyze", *argv], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_to_complain_about(copied):
    done = analyze("verify", *(str(copied / unit) for unit in UNITS))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("unit", ["capteur.service", "capteur-backup.service"])
def test_systemd_calls_the_box_a_tight_one(copied, unit):
    """Its exposure, 0 to 10, is below 2; one without any of it has 9.6."""
    done = analyze("security", "--offline=true", "--no-pager", "--threshold=20", str(copied / unit))
    assert done.returncode == 0, done.stdout[-400:]


@pytest.mark.parametrize("unit", UNITS)
def test_every_setting_is_one_that_systemd_knows(deploy, unit):
    for section, names in settings(deploy / "systemd" / unit).items():
        assert names.keys() - KNOWN[section] == set()


@pytest.mark.parametrize("unit", ["capteur.service", "capteur-backup.service"])
def test_the_service_may_write_below_its_own_folder_and_nowhere_else(deploy, unit):
    service = settings(deploy / "systemd" / unit)["Service"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["User"] == ["capteur"]
    assert service["CapabilityBoundingSet"] == [""]
    assert {name for name in BOX if service[name] != ["yes"]} == set()
    assert not service["ReadWritePaths"]
    assert not [name for name in service if name.startswith("Environment") and name != "EnvironmentFile"]


def test_the_daemon_is_started_as_it_understands_it(service, understood):
    program, *argv = shlex.split(service["ExecStart"][0])
    assert program == PROGRAM
    assert argv[:3] == ["daemon", "--config", "/var/lib/capteur/capteur.toml"]
    assert understood(argv)["port"] == 9464


def test_the_backup_is_started_as_it_understands_it(deploy, understood):
    backup = settings(deploy / "systemd" / "capteur-backup.service")["Service"]
    program, *argv = shlex.split(backup["ExecStart"][0])
    values = understood(argv)
    assert (program, str(values["file"]), values["force"]) == (PROGRAM, "/var/lib/capteur/backups", False)
    assert backup["StateDirectory"] == ["capteur capteur/backups"]


def test_old_backups_go_and_nothing_else(deploy, tmp_path):
    """The line itself, run over a folder of backups of two ages and a file of somebody's."""
    line = settings(deploy / "systemd" / "capteur-backup.service")["Service"]["ExecStartPost"][0]
    program, *argv = shlex.split(line.replace("/var/lib/capteur/backups", str(tmp_path)))
    for name, days in (("capteur-backup-old.zip", 40), ("capteur-backup-new.zip", 2), ("mine-old.zip", 40)):
        (tmp_path / name).touch()
        then = (tmp_path / name).stat().st_mtime - days * 86_400
        os.utime(tmp_path / name, (then, then))
    subprocess.run([shutil.which(Path(program).name) or program, *argv], check=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["capteur-backup-new.zip", "mine-old.zip"]


def test_the_times_of_the_unit_leave_room_for_those_of_the_code(service):
    """It is killed after its units were, and the watchdog of the code comes before that of systemd."""
    assert float(service["TimeoutStopSec"][0]) >= serving.DRAIN_S + 10
    assert float(service["WatchdogSec"][0]) > pulse.STALE_S
    assert service["Type"] == ["notify"]


def test_only_what_waiting_may_cure_is_started_again(service):
    final = {int(code) for code in service["RestartPreventExitStatus"][0].split()}
    assert final == {ConfigError.exit_code, AuthError.exit_code}
    assert StoreHeld.exit_code not in final
    assert service["Restart"] == ["on-failure"]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here, and no systemd")
@pytest.mark.slow
def test_started_as_the_unit_says_it_tells_systemd_that_it_is_ready_and_alive(service, tmp_path):
    """The line of the unit, run with a socket where systemd's would be; SIGTERM ends it in order."""
    (tmp_path / "capteur.toml").write_text("[capteur]\nversion = 1\n")
    line = service["ExecStart"][0].replace(PROGRAM, "capteur").replace("/var/lib/capteur", str(tmp_path))
    argv = [sys.executable, "-m", *shlex.split(line.replace("capteur ", "capteur.cli ", 1)), "--port", "none"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        env = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(argv, env=env, stderr=subprocess.PIPE) as daemon:
            told = [systemd.recv(4096).decode() for _ in range(3)]
            daemon.send_signal(signal.SIGTERM)
            while not (last := systemd.recv(4096).decode()).startswith("STOPPING=1"):
                told.append(last)
            assert daemon.wait(60) == 0
    assert any(message.startswith("READY=1") for message in told)
    assert "WATCHDOG=1" in told
