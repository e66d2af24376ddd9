"""The account list: import it, write the vetoes of its `standing` column, link what sources call companies, forget."""

from capteur.roster.adopting import adopt
from capteur.roster.companies import (
    ForgetReport,
    Linked,
    add,
    find,
    forget,
    index,
    link,
    listed,
    unlink,
)
from capteur.roster.importing import ImportReport, import_file
from capteur.roster.standings import SCOPE, ListReport
from capteur.roster.waiting import Waiting, waiting

__all__ = [
    "SCOPE",
    "ForgetReport",
    "ImportReport",
    "Linked",
    "ListReport",
    "Waiting",
    "add",
    "adopt",
    "find",
    "forget",
    "import_file",
    "index",
    "link",
    "listed",
    "unlink",
    "waiting",
]
