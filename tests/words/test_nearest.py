"""What somebody probably meant: one guess for every message."""

from __future__ import annotations

from capteur.nearest import did_you_mean, nearest


def test_nearest_finds_misspellings_and_beginnings():
    labels = ["acme.com", "bee.example", "acme-robotics.com", "Globex"]
    assert nearest("acme", labels)[0] == "acme.com"
    assert nearest("acmee.com", labels)[0] == "acme.com"
    assert nearest("GLOBX", labels) == ["Globex"]
    assert nearest("zzz", labels) == []
    assert nearest("", labels) == []


def test_case_does_not_count_and_the_known_spelling_is_told():
    assert did_you_mean("ROLES", ["roles"]) == "; did you mean 'roles'?"
    assert did_you_mean("roles", ["Roles"]) == "; did you mean 'Roles'?"


def test_that_both_end_in_com_makes_no_two_companies_alike():
    assert nearest("nosuch.com", ["initech.com", "acme.com"]) == []
    assert nearest("acmee.com", ["initech.com", "acme.com"]) == ["acme.com"]
    assert nearest("hiring.opend", ["funding.raised", "hiring.opened"], 1) == ["hiring.opened"]


def test_a_guess_that_is_probably_wrong_is_not_made():
    assert did_you_mean("interval", ["every", "budget", "deadline"]) == ""


def test_the_best_come_first_and_no_more_than_asked_for():
    assert nearest("hiring", ["hirings", "hirin", "hiring", "ring"], 2) == ["hiring", "hirings"]
