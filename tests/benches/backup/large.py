"""Makes a large database as Isso would: large.py FILE BYTES. Isso makes the tables, comments are of about 300 bytes."""

import os
import random
import sqlite3
import sys

from isso import config
from isso.db import SQLite3

THREADS = 5000

path, size = sys.argv[1], int(sys.argv[2])
settings = config.load(config.default_file())
settings.set("general", "dbpath", path)
SQLite3(path, settings)

chance = random.Random(1)
letters = "abcdefghijklmnopqrstuvwxyz"
words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(4000)]
database = sqlite3.connect(path)
database.execute("PRAGMA synchronous = off")
pages = [(f"/post/{number}", f"Post {number}") for number in range(THREADS)]
database.executemany("INSERT INTO threads (uri, title) VALUES (?, ?)", pages)
number = 0
while os.path.getsize(path) < size:
    comments = []
    for number in range(number + 1, number + 20001):
        text = " ".join(chance.choices(words, k=46))[:300]
        address = f"192.0.2.{chance.randint(0, 255)}"
        comments.append((chance.randint(1, THREADS), 1.6e9 + number, address, text, f"Visitor {number % 977}", bytes(256)))
    database.executemany(
        "INSERT INTO comments (tid, created, mode, remote_addr, text, author, voters) VALUES (?, ?, 1, ?, ?, ?, ?)",
        comments,
    )
    database.commit()
