"""Renders a comment as the installed Isso does.

Settings and comment come on stdin as JSON, and the HTML goes to stdout. Exit code 3 means that Isso does not take the
settings; stdout then says why.
"""

import json
import sys

from isso import config, html

given = json.load(sys.stdin.buffer)
try:
    conf = config.load(config.default_file())
    conf.read_string(given["settings"])
    markup = html.Markup(conf)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(3)
print(markup.render(given["comment"]))
