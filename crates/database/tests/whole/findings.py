"""Makes a database by a real Isso, damages a comment in each way, and says which comments Isso then shows.

Prints a line of JSON for each damage: its SQL, how many comments visitors see, and whether the admin pages work.
Before each, the page has three comments: 1, its reply 2, and 3. Another page has comment 4. Arguments: a folder for
the databases, and the damages.
"""

import json
import logging
import os
import sys

from isso import config, make_app
from isso.db import SQLite3
from werkzeug.test import Client

FOLDER, *DAMAGES = sys.argv[1:]
logging.disable()


def comment(text, parent=None):
    return {
        "parent": parent, "mode": 1, "remote_addr": "192.0.2.0", "text": text, "author": None, "email": None,
        "website": None, "notification": None,
    }


def app(path):
    """Isso with an admin panel, on this database."""
    conf = config.load(config.default_file())
    for section, key, value in (
        ("general", "dbpath", path),
        ("general", "host", "http://localhost"),
        ("admin", "enabled", "true"),
        ("admin", "password", "x"),
    ):
        conf.set(section, key, value)
    return make_app(conf, threading=True)


for number, sql in enumerate(DAMAGES):
    path = os.path.join(FOLDER, f"{number}.db")
    conf = config.new({"general": {"dbpath": path}, "guard": {"enabled": "off"}})
    db = SQLite3(path, conf)
    for uri in ("/page/", "/other/"):
        db.threads.new(uri, "A page")
    first = db.comments.add("/page/", comment("first"))["id"]
    db.comments.add("/page/", comment("reply", first))
    db.comments.add("/page/", comment("second"))
    db.comments.add("/other/", comment("elsewhere"))
    db.execute(["PRAGMA foreign_keys = OFF"])
    db.execute([sql])
    client = Client(app(path))
    page = client.get("/?uri=/page/")
    roots = json.loads(page.data)["replies"] if page.status_code == 200 else []
    shown = sum(1 + len(root["replies"]) for root in roots)
    client.post("/login/", data={"password": "x"})
    works = client.get("/admin/?mode=1").status_code == 200
    print(json.dumps({"shown": shown, "admin": works}), flush=True)
