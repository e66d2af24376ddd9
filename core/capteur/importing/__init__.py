"""Read a list of accounts: a CRM's export, a spreadsheet saved as CSV, or one domain a line. Bad rows are told, good ones kept."""

from capteur.importing.columns import ROLES
from capteur.importing.rows import AccountRow, BadRow, ImportFile, merged, read_accounts, read_domains

__all__ = ["ROLES", "AccountRow", "BadRow", "ImportFile", "merged", "read_accounts", "read_domains"]
