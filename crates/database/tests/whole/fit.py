"""Does with each database what Isso does with it: opens and migrates it, adds, changes, votes on, lists and deletes comments."""

import sys

from isso import config
from isso.db import SQLite3


def works(path):
    db = SQLite3(path, config.new({"general": {"dbpath": path}, "guard": {"enabled": "off"}}))
    uri = "/a-page-of-its-own"
    db.threads.new(uri, "A page")
    new = lambda text: db.comments.add(uri, {
        "parent": None, "mode": 1, "remote_addr": "127.0.0.1", "text": text, "author": None, "email": None,
        "website": None, "notification": None,
    })
    first, second = new("first"), new("second")
    assert first["text"] == "first" and first["likes"] == 0 and first["mode"] == 1, first
    assert isinstance(first["created"], float) and isinstance(second["id"], int), first
    assert db.comments.vote(True, first["id"], "192.0.2.1")["likes"] == 1
    assert db.comments.update(first["id"], {"text": "changed", "modified": 2.5})["text"] == "changed"
    listed = list(db.comments.fetch(uri))
    assert [it["text"] for it in listed] == ["changed", "second"], listed
    assert sum(1 for _ in db.comments.fetchall(mode=1)) >= 2
    assert db.comments.count(uri) == [2]
    db.comments.delete(second["id"])
    db.comments.delete(first["id"])
    assert uri not in db.threads, "its trigger removes pages without comments"
    assert db.preferences.get("session-key")


for path in sys.argv[1:]:
    try:
        works(path)
        print("works")
    except Exception as error:
        print(f"fails: {error!r}")
