"""From a file and an environment to `Settings`; every mistake is refused with its place and the nearest right word."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from capteur.clock import parse_duration
from capteur.errors import ConfigError
from capteur.nearest import did_you_mean
from capteur.settings.options import GROUPS, NAME, OPTIONS, RULES, VERSION, Option
from capteur.settings.retention import rules_of
from capteur.settings.syntax import explained
from capteur.settings.values import (
    LISTS,
    REFERENCE,
    AccountsSection,
    PrivacySection,
    ReceivingSection,
    Settings,
    WebSection,
    from_environment,
    where,
)

FILE = "capteur.toml"
PREFIX = "CAPTEUR_"
ESTIMATOR = "evidence@1"
MAX_BYTES = 4 * 1024 * 1024

_Overridden = dict[tuple[str, ...], str]


def find(path: Path | None, env: Mapping[str, str]) -> Path:
    """The file to read: `path`, else CAPTEUR_CONFIG, else ./capteur.toml; absolute. It need not exist."""
    chosen = path or Path(env.get(f"{PREFIX}CONFIG", "").strip() or FILE)
    return chosen.expanduser().absolute()


def load(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises ConfigError for a missing or unreadable file, a TOML error (with its line), a later version, an unknown table or
    option, a wrong type. A missing secret of a plugin raises only when that plugin's table is resolved.
    """
    file = find(path, env)
    document = _parse(file)
    overridden = _override(document, env)
    _check_version(document, file.name, overridden)
    _check_tables(document, file.name)
    values = {name: _section(name, document.get(name, {}), file.name, env, overridden) for name in OPTIONS}
    groups = {name: _group(name, document.get(name, {}), file.name) for name in GROUPS}
    models = groups["models"] or {"main": {}}
    folder = file.parent
    return Settings(
        path=file,
        folder=folder,
        store_url=_beside(values["store"]["url"], folder),
        web=WebSection(**values["web"]),
        accounts=AccountsSection(
            _inside(folder, values["accounts"]["file"]),
            values["accounts"]["discover"],
            parse_duration(values["accounts"]["keep_unmatched"]),
            parse_duration(values["accounts"]["keep_discovered"]),
            {
                standing: _inside(folder, values["accounts"][option])
                for standing, option in LISTS.items()
                if values["accounts"][option]
            },
        ),
        privacy=PrivacySection(values["privacy"]["persons"]),
        retention=rules_of(
            document.get("retention", {}), lambda pattern: where(file.name, overridden, ("retention",), pattern)
        ),
        receiving=_receiving(values["receiving"]),
        capacity=values["team"]["capacity"],
        plugins_path=_inside(folder, values["plugins"]["path"]),
        models={name: {"use": ESTIMATOR, **raw} for name, raw in models.items()},
        sensors=groups["sensors"],
        notifiers=groups["notifiers"],
        version=values["capteur"]["version"],
        environment=dict(env),
        overridden=overridden,
    )


def _receiving(values: Mapping[str, Any]) -> ReceivingSection:
    host, _, port = (values["listen"] or "").rpartition(":")
    listen = (host.removeprefix("[").removesuffix("]"), int(port)) if host else None
    keep, size = parse_duration(values["keep"]), values["body_kb"] * 1024
    return ReceivingSection(listen, keep, size, values["rate"], values["proxies"])


def _parse(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"there is no {file}", fix="capteur init") from None
    except IsADirectoryError:
        raise ConfigError(f"{file} is a folder", fix=f"name the file: --config {file / FILE}") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read", why=error.strerror or type(error).__name__) from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{file.name} is larger than {MAX_BYTES // 1024 // 1024} MB; is it a configuration?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(f"{file.name}, line {line}: not UTF-8 text", fix="save the file as UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what, fix = explained(text, str(error))
        # From None: the parser's own traceback shows the line, and the line may hold a secret.
        raise ConfigError(f"{file.name}, line {line}: {what}", fix=fix) from None
    except RecursionError:
        raise ConfigError(f"{file.name} is nested too deeply") from None


def _check_version(document: Mapping[str, Any], file: str, overridden: _Overridden) -> None:
    """Before anything else: a later version may have other tables."""
    table = document.get("capteur")
    version = table.get("version") if isinstance(table, dict) else None
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        from importlib.metadata import version as version_of

        place = where(file, overridden, ("capteur",), "version")
        raise ConfigError(
            f"{place} is {version}, written for a later capteur",
            why=f"this is capteur {version_of('capteur')}, which reads version {VERSION}",
            fix="install a newer capteur: pip install --upgrade capteur",
        )


def _check_tables(document: Mapping[str, Any], file: str) -> None:
    known = [*OPTIONS, *RULES, *GROUPS]
    for name, value in document.items():
        if name not in known:
            if isinstance(value, dict):
                raise ConfigError(
                    f"{file}: unknown table [{_shown(name)}]{did_you_mean(name, known)}",
                    fix=f"known: {', '.join(known)}",
                )
            home = next((table for table, options in OPTIONS.items() if name in options), None)
            raise ConfigError(
                f"{file}: {_shown(name)!r} stands outside a table",
                fix=f"put it under [{home}]" if home else "put it under its table",
            )
        if not isinstance(value, dict):
            raise ConfigError(
                f"{file}: {name} is a table",
                fix=f"write [{name}{'.NAME' if name in GROUPS else ''}] and its options below",
            )


def _section(
    name: str, table: Mapping[str, Any], file: str, env: Mapping[str, str], overridden: _Overridden
) -> dict[str, Any]:
    options = OPTIONS[name]
    values = {option: known.default for option, known in options.items()}
    for option, given in table.items():
        place = where(file, overridden, (name,), option)
        if option not in options:
            raise ConfigError(
                f"{file}, [{name}]: unknown option {_shown(option)!r}{did_you_mean(option, options)}",
                why=overridden.get((name, option), ""),
                fix=f"[{name}] knows: {', '.join(options)}",
            )
        value = from_environment(given, env, place) if isinstance(given, str) and given.startswith(REFERENCE) else given
        try:
            values[option] = options[option].check(value)
        except ValueError as error:
            values[option] = _as_text(options[option], env.get(place), f"{place}: {error}")
    return values


def _as_text(option: Option, text: str | None, problem: str) -> Any:
    """A variable's text where its TOML reading did not fit: a file called 2026 is a number to TOML."""
    try:
        if text is not None:
            return option.check(text)
    except ValueError:
        pass
    raise ConfigError(problem)


def _group(name: str, table: Mapping[str, Any], file: str) -> dict[str, Mapping[str, Any]]:
    for item, value in table.items():
        if not isinstance(value, dict):
            of_lists = isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)
            raise ConfigError(
                f"{file}, [{name}] {_shown(item)}: expected {'one table' if of_lists else 'a table of its own'}",
                fix=f"write [{name}.{_shown(item)}]{', in single brackets,' if of_lists else ''} and its options below",
            )
        if not NAME.fullmatch(item):
            raise ConfigError(
                f"{file}, [{name}.{_shown(item)}]: a name has lower-case letters, digits, - and _ only",
                fix=f"write e.g. [{name}.my-{name[:-1]}]",
            )
    return dict(table)


def _shown(name: str) -> str:
    """A name out of the file, fit for one line of a terminal."""
    return "".join(c if c.isprintable() else "?" for c in name[:60])


def _override(document: dict[str, Any], env: Mapping[str, str]) -> _Overridden:
    """Put `CAPTEUR_TABLE__[NAME__]OPTION` into the document; returns option path -> variable."""
    overridden: _Overridden = {}
    for variable in sorted(env):
        parts = variable.removeprefix(PREFIX).split("__") if variable.startswith(PREFIX) else []
        if len(parts) < 2 or not all(parts):  # noqa: PLR2004  TABLE and OPTION
            continue
        table = parts[0].lower()
        known = [*OPTIONS, *RULES, *GROUPS]
        if table not in known:
            raise ConfigError(
                f"{variable}: there is no table [{table}]{did_you_mean(table, known)}",
                fix=f"unset {variable}, or rename it",
            )
        if len(parts) < (3 if table in GROUPS else 2):
            raise ConfigError(
                f"{variable}: expected {PREFIX}{parts[0]}__NAME__OPTION", fix=f"unset {variable}, or rename it"
            )
        here, path = document, []
        for depth, part in enumerate(parts):
            path.append(key := _key(here, part))
            if depth == len(parts) - 1:
                here[key] = _value(env[variable])
                overridden[tuple(path)] = variable
            elif not isinstance(below := here.setdefault(key, {}), dict):
                raise ConfigError(f"{variable}: {'.'.join(path)} is not a table", fix=f"unset {variable}, or rename it")
            else:
                here = below
    return overridden


def _key(table: Mapping[str, Any], part: str) -> str:
    """The key a part of a variable's name means: variables are upper case and have no dashes, `french-jobs` is FRENCH_JOBS."""
    wanted = part.lower()
    if wanted in table:
        return wanted
    return next((key for key in table if key.lower().replace("-", "_").replace(".", "_") == wanted), wanted)


def _value(text: str) -> Any:
    """A TOML value where it is one (`64`, `true`, `["a", "b"]`), else the text itself."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text


def _inside(folder: Path, text: str) -> Path:
    return folder / Path(text).expanduser()


def _beside(url: str, folder: Path) -> str:
    """An SQLite address with its relative file made absolute, beside capteur.toml."""
    scheme, _, rest = url.partition("://")
    file, mark, query = rest.removeprefix("/").partition("?")
    if not scheme.startswith("sqlite") or not rest or file.startswith(("/", ":memory:", "file:")) or not file:
        return url
    return f"{scheme}:///{_inside(folder, file).as_posix()}{mark}{query}"
