"""The account list: import it, write the vetoes of its `standing` column, link what sources call companies, forget."""

from capteur.roster.companies import (
    SCOPE,
    ForgetReport,
    ImportReport,
    add,
    find,
    forget,
    import_file,
    index,
    link,
    listed,
    unlink,
)
from capteur.roster.waiting import Waiting, waiting

__all__ = [
    "SCOPE",
    "ForgetReport",
    "ImportReport",
    "Waiting",
    "add",
    "find",
    "forget",
    "import_file",
    "index",
    "link",
    "listed",
    "unlink",
    "waiting",
]
