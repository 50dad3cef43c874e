"""The lines of docs/scheduling.md: each is one that its scheduler takes, and is really run as it would run it."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from cronsim import CronSim
from ruamel.yaml import YAML

from service.jobs.__main__ import _parser
from service.store import run_history
from service.store.store import Store
from tests.support.repository import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs/scheduling.md").read_text(encoding="utf-8")
MODEL, ROWS = "credit-default", 100
ZONE = ZoneInfo("Europe/Warsaw")
CRON = [line for line in (DEPLOY / "witryna.cron").read_text().splitlines() if re.match(r"[\d*]", line)]
CRONJOB: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "nightly.cronjob.yaml")
POD: dict[str, Any] = CRONJOB["spec"]["jobTemplate"]["spec"]["template"]["spec"]
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]["nightly"]
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hundred clients, one of whom cannot be scored, and their statements."""
    from service.training.__main__ import main as train

    file = tmp_path_factory.mktemp("inputs") / "clients.parquet"
    payments = file.with_name("payments.parquet")
    train(["--clients", str(file), "--statements", str(payments)])
    pd.read_parquet(payments).iloc[: 6 * ROWS].to_parquet(payments)
    clients = pd.read_parquet(file).iloc[:ROWS].astype({"credit_limit": object})
    clients["credit_limit"] = [None, *clients["credit_limit"][1:]]
    clients.astype({"credit_limit": "Float64"}).to_parquet(file)
    (file.parent / "clients").mkdir()
    (file.parent / "clients" / file.name).symlink_to(file)
    return file.parent


@pytest.fixture
def installed(tmp_path: Path, bundles: Path) -> Path:
    """A folder that looks like /opt/witryna."""
    (tmp_path / "var").mkdir()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/service").symlink_to(sys.prefix)
    for package in ("model_worker", "service", "tabular", "wire"):
        (tmp_path / package).symlink_to(ROOT / package)
    (tmp_path / "bundles").symlink_to(bundles)
    return tmp_path


def placed(text: str, installed: Path, inputs: Path) -> str:
    """Put the folders of this test in the place of those that a user changes."""
    folders = {"/opt/witryna": installed, "/srv/witryna": inputs, "/input": inputs}
    return re.sub("|".join(folders), lambda match: str(folders[match[0]]), text)


def ran(command: list[str], installed: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(installed)}
    return subprocess.run(command, cwd=installed, env=bare | environment, capture_output=True, text=True, check=False)


def check_served(url: str, *kinds: str) -> None:
    """One run of each of these kinds is served, and there is no other."""
    store = Store(url)
    runs = {run.kind: (run.state, run.rows, run.refused) for run in run_history.list_runs(store, MODEL).items}
    store.close()
    whole = {"features": ("published", ROWS, 0), "predictions": ("published", ROWS - 1, 1)}
    assert runs == {kind: whole[kind] for kind in kinds}


def job_of(words: list[str]) -> list[str]:
    """Return what a command asks of the jobs."""
    assert words.count("service.jobs") == 1
    return words[words.index("service.jobs") + 1 :]


def jobs() -> dict[str, list[list[str]]]:
    """Return scheduler → what it asks of the jobs, in its order."""
    pod = [*POD["initContainers"], *POD["containers"]]
    lines = [line for line in PAGE.splitlines() if "docker compose" in line and "service.jobs" in line]
    return {
        "cron": [job_of(shlex.split(line.partition(">>")[0])) for line in CRON],
        "systemd": [job_of(shlex.split(line)) for line in unit()["ExecStart"]],
        "kubernetes": [job_of(container["command"]) for container in pod],
        "compose": [*(job_of(shlex.split(line)) for line in lines), job_of(COMPOSE["command"])],
    }


def unit() -> dict[str, list[str]]:
    """Return the lines of the service unit by their name; a name may come more than once."""
    result: dict[str, list[str]] = {}
    for line in (DEPLOY / "witryna-nightly.service").read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            result.setdefault(name, []).append(value)
    return result


def timer() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(DEPLOY / "witryna-nightly.timer")
    return parser["Timer"]


@pytest.mark.parametrize("file", sorted(set(DEPLOY.iterdir()) - {DEPLOY / "nginx.conf"}), ids=lambda file: file.name)
def test_the_page_quotes_every_file_as_it_is(file: Path) -> None:
    quoted = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)
    assert file.read_text(encoding="utf-8") in quoted


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "kubernetes", "compose"])
def test_every_scheduler_computes_the_features_and_then_the_predictions(scheduler: str) -> None:
    commands = jobs()[scheduler]
    assert [words[0] for words in commands] == ["features", "predict"]
    for words in commands:
        assert _parser().parse_args(words).model == MODEL
        assert words[1:-1] == ["--model", MODEL, "--input"]


def test_all_begin_once_every_night_also_when_clocks_are_moved() -> None:
    match = re.fullmatch(r"\*-\*-\* (\d\d):(\d\d):00 (\S+)", timer()["OnCalendar"])
    assert match is not None
    assert ZoneInfo(match[3]) == ZoneInfo(CRONJOB["spec"]["timeZone"]) == ZONE
    features, predictions = (line.split(maxsplit=5)[:5] for line in CRON)
    assert " ".join(features) == CRONJOB["spec"]["schedule"] == f"{int(match[2])} {int(match[1])} * * *"
    start = datetime(2026, 1, 1, tzinfo=ZONE)
    for line in (features, predictions):
        assert int(line[1]) >= 4, "between 01:00 and 03:59 clocks are moved somewhere"
        times = CronSim(" ".join(line), start)
        nights = [next(times) for _ in range(730)]
        assert [night.date() for night in nights] == [(start + timedelta(days=day)).date() for day in range(730)]
        assert all(night.utcoffset() == night.replace(fold=1).utcoffset() for night in nights)


def test_features_have_a_place_on_a_disk_for_all_statements() -> None:
    """A million statements take 70 MB, and /tmp is memory in many installations."""
    (tmp,) = [volume["emptyDir"] for volume in POD["volumes"] if volume["name"] == "tmp"]
    assert tmp == {"sizeLimit": "4Gi"}, "on the disk of the node"
    (path,) = [value.partition("=")[2] for value in unit()["Environment"] if value.startswith("TMPDIR=")]
    assert path in unit()["ReadWritePaths"]
    assert f"\nTMPDIR={path}\n" in (DEPLOY / "witryna.cron").read_text()
    assert COMPOSE["environment"]["TMPDIR"] in {volume.partition(":")[2] for volume in COMPOSE["volumes"]}


def test_a_missed_night_is_made_up_for_and_none_overtakes_another() -> None:
    assert timer()["Persistent"] == "true"
    assert CRONJOB["spec"]["concurrencyPolicy"] == "Forbid"
    assert CRONJOB["spec"]["startingDeadlineSeconds"] == 4 * 3600
    job = CRONJOB["spec"]["jobTemplate"]["spec"]
    assert (job["backoffLimit"], job["activeDeadlineSeconds"]) == (2, 2 * 3600)


def cron_line(line: str, installed: Path, inputs: Path) -> list[str]:
    """Return what cron runs: it takes off times and user, and hands the rest to sh."""
    assert "%" not in line, "cron ends the line there"
    user, command = line.split(maxsplit=6)[5:]
    assert user == "witryna"
    return ["/bin/sh", "-c", placed(command, installed, inputs)]


def cron_environment(installed: Path, inputs: Path) -> dict[str, str]:
    text = placed((DEPLOY / "witryna.cron").read_text(), installed, inputs)
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_crons_line_computes_the_night_and_has_nothing_to_mail(installed: Path, inputs: Path) -> None:
    environment = cron_environment(installed, inputs)
    done = ran(cron_line(CRON[1], installed, inputs), installed, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_served(environment["SERVICE_DATABASE_URL"], "predictions")
    log = (installed / "var/nightly.log").read_text()
    (written,) = re.findall(r"```\n(credit-default .*?)```", PAGE, re.DOTALL)
    assert generic(log) == generic(written)


def test_crons_other_line_computes_the_features(installed: Path, inputs: Path) -> None:
    environment = cron_environment(installed, inputs)
    done = ran(cron_line(CRON[0], installed, inputs), installed, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_served(environment["SERVICE_DATABASE_URL"], "features")


def generic(text: str) -> str:
    """Leave out of a log what differs from night to night."""
    text = re.sub(r"credit-default \w{12}: run \d{8}T\d{9}Z-\w{6} ", "credit-default: run ", text)
    return re.sub(r"\d[\d,]*(\.\d)? (?=s,|a second)", "", text)


def test_crons_line_mails_one_sentence_when_it_cannot_be_done(installed: Path, tmp_path: Path) -> None:
    environment = cron_environment(installed, tmp_path / "none")
    done = ran(cron_line(CRON[1], installed, tmp_path / "none"), installed, **environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "There is no Parquet file" in done.stderr
    assert (installed / "var/nightly.log").read_text() == ""


def test_a_second_job_ends_with_one_and_says_that_another_is_running(installed: Path, inputs: Path) -> None:
    environment = cron_environment(installed, inputs)
    store = Store(environment["SERVICE_DATABASE_URL"])
    store.prepare()
    with store.database.try_lock(f"predictions-{MODEL}") as alone:
        assert alone
        done = ran(cron_line(CRON[1], installed, inputs), installed, **environment)
    assert (done.returncode, "Another job" in done.stderr) == (1, True)
    assert run_history.list_runs(store).items == []
    store.close()


def test_a_wrong_command_line_ends_with_two(installed: Path, inputs: Path) -> None:
    command = [word.replace("--input", "--inptu") for word in cron_line(CRON[1], installed, inputs)]
    assert ran(command, installed, **cron_environment(installed, inputs)).returncode == 2


def test_the_service_unit_computes_the_night(installed: Path, inputs: Path) -> None:
    lines = {name: [placed(value, installed, inputs) for value in values] for name, values in unit().items()}
    assert (lines["Type"], lines["WorkingDirectory"], lines["User"]) == (["oneshot"], [str(installed)], ["witryna"])
    assert lines["ReadWritePaths"] == [str(installed / "var")]
    environment = dict(value.split("=", 1) for value in lines["Environment"])
    for line in lines["ExecStart"]:
        done = ran(shlex.split(line), installed, **environment)
        assert (done.returncode, done.stderr) == (0, "")
    check_served(environment["SERVICE_DATABASE_URL"], "features", "predictions")


@needs_systemd
def test_systemd_takes_both_units(installed: Path, inputs: Path) -> None:
    files = []
    for name in ("witryna-nightly.service", "witryna-nightly.timer"):
        files.append(installed / name)
        files[-1].write_text(placed((DEPLOY / name).read_text(), installed, inputs))
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "witryna" in line]) == (0, [])


@needs_systemd
def test_systemd_takes_the_hour() -> None:
    calendar = ["systemd-analyze", "calendar", "--iterations=3", timer()["OnCalendar"]]
    done = subprocess.run(
        calendar, env={"PATH": "/usr/bin:/bin", "TZ": ZONE.key}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, len(re.findall(r"\d{4}-\d\d-\d\d 04:15:00 ", done.stdout))) == (0, 3), done.stdout


def test_kubernetes_takes_the_cron_job() -> None:
    import kubernetes_validate  # it is slow to import

    kubernetes_validate.validate(CRONJOB, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize(("name", "value"), [("concurencyPolicy", "Forbid"), ("startingDeadlineSeconds", "4 hours")])
def test_a_cron_job_that_is_wrong_would_be_found(name: str, value: str) -> None:
    import kubernetes_validate

    wrong = CRONJOB | {"spec": CRONJOB["spec"] | {name: value}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_a_pod_of_the_night_can_change_nothing_and_gain_no_rights() -> None:
    assert (POD["restartPolicy"], POD["automountServiceAccountToken"]) == ("Never", False)
    user = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "service/Dockerfile").read_text(), re.MULTILINE)[-1]
    rights = POD["securityContext"]
    assert (rights["runAsNonRoot"], str(rights["runAsUser"]), str(rights["runAsGroup"])) == (True, *user)
    for container in [*POD["initContainers"], *POD["containers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert all(mount["readOnly"] for mount in container["volumeMounts"] if mount["name"] == "input")
        assert {each["name"] for each in container["env"] if "value" not in each} == {"PGPASSWORD"}


def check_container(command: list[str], installed: Path, mounted: Path) -> str:
    """Run a container's command to its end; return where it stored what it computed."""
    (installed / "store").mkdir(exist_ok=True)  # the volume
    url = f"sqlite:///{installed}/store/witryna.db"
    path = f"{installed}/.venv/service/bin:/usr/bin:/bin"
    words = [placed(word, installed, mounted) for word in command]
    done = ran([str(installed / ".venv/service/bin/python"), *words[1:]], installed, PATH=path, SERVICE_DATABASE_URL=url)
    assert (words[0], done.returncode, done.stderr) == ("python", 0, "")
    return url


def test_the_containers_of_a_pod_compute_the_night(installed: Path, inputs: Path) -> None:
    for container in (*POD["initContainers"], *POD["containers"]):
        url = check_container(container["command"], installed, inputs)
    check_served(url, "features", "predictions")


def test_the_container_of_the_profile_computes_the_night_of_a_folder(installed: Path, inputs: Path) -> None:
    check_served(check_container(COMPOSE["command"], installed, inputs / "clients"), "predictions")
