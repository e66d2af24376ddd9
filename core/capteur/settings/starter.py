"""The capteur.toml that `capteur init` writes."""

STARTER = """\
# capteur reads this file. Every option is explained in docs/configuration.md.

[capteur]
version = 1

[store]
url = "sqlite:///capteur.db"          # beside this file; postgresql://... for teams

[web]
contact = ""                          # your e-mail address, sent with every request: sites like to know who asks

[accounts]
file = "accounts.csv"                 # read by `capteur init` and `capteur accounts import`
# competitors = "competitors.csv"     # never to be called, one domain a line; also customers, partners, blocked

[models.main]
use = "evidence@1"                    # the estimator that turns signals into 0-10

# [retention]                         # nothing about a person shall outlive its purpose: docs/privacy.md
# "visit.*" = "400d"
# "*" = { person = "180d" }

[team]
# capacity = 12                       # accounts you can work on in a week: draws the line in `capteur rank`

[plugins]
path = "plugins"                      # a .py file in this folder is a plugin

[sensors.hiring]                      # open roles on the companies' own job boards; needs no key
every = "6h"
roles = ["sales operations", "revenue operations", "revops"]

# [sensors.rounds]                    # a sensor of your own: capteur new sensor rounds
# api_key = "env:ROUNDS_KEY"          # a secret stays in the environment
"""
