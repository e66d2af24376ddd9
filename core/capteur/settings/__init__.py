"""capteur.toml and the environment, read once into a frozen `Settings`.

`[sensors.*]`, `[models.*]` and `[notifiers.*]` stay raw: only the plugin that is used knows its options. Messages name file,
table and option, and never a value: it may be the secret.
"""

from capteur.settings.options import OPTIONS, Option
from capteur.settings.reading import find, load
from capteur.settings.retention import FIELDS, Rule
from capteur.settings.starter import STARTER
from capteur.settings.values import AccountsSection, PrivacySection, Settings, WebSection

__all__ = [
    "FIELDS", "OPTIONS", "STARTER", "AccountsSection", "Option", "PrivacySection", "Rule", "Settings", "WebSection", "find", "load",
]  # fmt: skip
