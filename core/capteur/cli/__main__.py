"""`python -m capteur.cli`, for where the console script is not on the path."""

from capteur.cli import main

main()
