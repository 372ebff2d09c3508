# The configuration of a gunicorn that has one of its own: just that one, unless it sets what cannot go on beside a
# successor. gunicorn takes one configuration alone, and this one is named last on the command line.

import importlib
import sys

from gunicorn.app.base import Application
from gunicorn.config import Config, get_default_config_file

TURNS = "stands in the way of two gunicorns taking turns; leave it out: issoctl does its work"
TLS = (
    "has gunicorn speak TLS, which issoctl does not speak with it; leave it out, and put a reverse proxy with TLS "
    "before Isso"
)
REFUSED = {
    "daemon": TURNS,
    "pidfile": TURNS,
    "reload": TURNS,
    "reuse_port": TURNS,
    "certfile": TLS,
    "keyfile": TLS,
}


# What gunicorn was given without this file.
def words():
    given = sys.argv[1:]
    for at in range(len(given) - 1, 0, -1):
        if given[at] == __file__:
            return given[: at - 1] + given[at + 1 :]
    return given


def read(location):
    if location.startswith("python:"):
        return vars(importlib.import_module(location[len("python:") :]))
    if location.startswith("file:"):
        location = location[len("file:") :]
    return Application.get_config_from_filename(None, location)


# gunicorn itself reads them, so that each spelling is understood as it understands it.
known = Config()
given = known.parser().parse_args(words())
inherited = known.parser().parse_args(known.get_cmd_args_from_env())
location = given.config or inherited.config or get_default_config_file()
theirs = read(location) if location else {}



# The place that counts, and what it says.
def said(setting):
    places = [
        ("its command line", getattr(given, setting, None)),
        ("GUNICORN_CMD_ARGS", getattr(inherited, setting, None)),
        (location, theirs.get(setting)),
    ]
    return next(((place, value) for place, value in places if value is not None), (None, None))


for setting, why in REFUSED.items():
    place, value = said(setting)
    if value:
        sys.exit(f"gunicorn's setting {setting}, which {place} makes, {why}")

place, value = said("workers")
if value == 0:
    sys.exit(f"gunicorn's setting workers, which {place} makes, leaves no worker to answer requests")

# Isso would read another file than the one that is watched.
for variable in theirs.get("raw_env") or []:
    if str(variable).split("=")[0] in ("ISSO_SETTINGS", "NOTIFY_SOCKET"):
        sys.exit(
            f"gunicorn's setting raw_env, which {location} makes, sets a variable that issoctl gives to Isso; leave it out"
        )

globals().update((name, value) for name, value in theirs.items() if name in known.settings)

# No configuration was found after all: `-c` was an option of a shell, for example. So the hooks are used.
if not location:
    exec(HOOKS)
