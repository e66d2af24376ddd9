"""What every plugin of a kind has to keep, as checks that need neither its source nor pytest.

The conformance kit (`capteur.testing`) is these checks and those against a source that a test describes. `capteur plugins` and
`capteur check` run these alone.
"""

from capteur.conforming.checks import Aside, Checked, Checks, Refused, checks, refuse, stand_aside, verify
from capteur.conforming.surveying import conform, in_words

__all__ = [
    "Aside",
    "Checked",
    "Checks",
    "Refused",
    "checks",
    "conform",
    "in_words",
    "refuse",
    "stand_aside",
    "verify",
]
