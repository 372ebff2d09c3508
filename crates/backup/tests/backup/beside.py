"""Another process that uses a database beside a test. It does as it is told, and says on its output what it has done.

Like Isso it has a connection for every statement, and 5 s of patience.
"""

import os
import select
import sqlite3
import sys
import time


def say(text):
    print(text, flush=True)


def wait():
    """Until the test closes our input."""
    sys.stdin.read()


def is_over():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def statement(sql, args=()):
    with sqlite3.connect(database, timeout=5) as connection:
        connection.execute(sql, args)
    connection.close()


def comment(connection, text):
    connection.execute(
        "INSERT INTO comments (tid, created, mode, remote_addr, text, voters) VALUES (1, ?, 1, '192.0.2.0', ?, x'00')",
        (time.time(), text),
    )


def write():
    """Comments as fast as it can, each said once it is committed."""
    last = sqlite3.connect(database).execute("SELECT max(id) FROM comments").fetchone()[0]
    number = 0
    while not is_over():
        number += 1
        text = f"{os.getpid()}-{number}-{os.urandom(8).hex()}"
        try:
            with sqlite3.connect(database, timeout=5) as connection:
                comment(connection, text)
            connection.close()
            # The first comment and the last are far apart in the file, and change together or not at all.
            statement("UPDATE comments SET likes = ? WHERE id IN (1, ?)", (number, last))
            # A page anywhere.
            statement("UPDATE comments SET dislikes = ? WHERE id = ?", (number, 2 + number * 7919 % (last - 2)))
        except sqlite3.Error as error:
            say(f"FAILED {error!r}")
            sys.exit(1)
        say(text)


def hold():
    """The database for itself, until told otherwise."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    say("locked")
    wait()


def hold_a_moment():
    """The database for itself for a moment, in which it comments."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    say("locked")
    comment(connection, "While it was locked")
    time.sleep(0.3)
    connection.execute("COMMIT")


def spill():
    """A transaction that is too large for the memory, and does not end."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA cache_size = 5")
    connection.execute("BEGIN")
    connection.execute("UPDATE comments SET author = 'Nobody'")
    for _ in range(200):
        comment(connection, "This was never committed" + "!" * 3000)
    say("spilt")
    wait()


def keep_wal():
    """A write-ahead log with a comment in it that is nowhere else."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    comment(connection, "In the log alone")
    say("logged")
    wait()


def keep_open():
    """A connection that has read, and reads on."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("SELECT count(*) FROM comments").fetchone()
    say("read")
    wait()


def all_in_wal():
    """A database whose file is next to empty: Isso's tables and 13 comments are in the log."""
    connection = in_wal()
    connection.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR UNIQUE, title VARCHAR)")
    connection.execute(
        "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created FLOAT, modified, mode, remote_addr, text, author,"
        " email, website, likes DEFAULT 0, dislikes DEFAULT 0, voters)"
    )
    for number in range(13):
        comment(connection, str(number))
    say("logged")
    wait()


def others_in_wal():
    """The same of another application."""
    connection = in_wal()
    connection.execute("CREATE TABLE posts (id)")
    say("logged")
    wait()


def in_wal():
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


database = sys.argv[2]
globals()[sys.argv[1]]()
