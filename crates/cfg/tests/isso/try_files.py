"""Feeds files to a real Isso and tells what became of them.

Standard input: {"files": [text, …], "keys": [[section, name, kind], …], "comments": [text, …]}
Standard output: {"defaults": [[section, name, value], …], "files": [outcome, …]}

Each file is tried in a forked child, which does what `isso.run` does and then posts a comment and asks for some pages. The
comment of a file may be given; Isso keeps it as it was posted and renders it anew for each reader.
In a file, port 1025 stands for that of a mail server that accepts every login. Only loopback is reached.
"""

import json
import os
import signal
import socket
import sys
import tempfile

from werkzeug.test import Client

from isso import config, html, make_app

# Only a real hang reaches it, however busy the machine is.
TIMEOUT = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
resolve = socket.getaddrinfo


def getaddrinfo(host, *args, **kwargs):
    """Finds loopback names alone, after encoding the name as the real function does before it asks the system."""
    if isinstance(host, str):
        host.encode("idna")
    if host not in LOOPBACK:
        raise socket.gaierror(socket.EAI_NONAME, "not resolved in tests")
    return resolve(host, *args, **kwargs)


def mail_server():
    """Starts a mail server in a child and returns its process id and port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    pid = os.fork()
    if pid:
        listener.close()
        return pid, port
    while True:
        connection, _ = listener.accept()
        try:
            with connection, connection.makefile("rwb") as dialogue:
                converse(dialogue)
        except ConnectionError:
            # A child that ends while it sends mail takes its connection with it.
            pass


def converse(dialogue):
    answers = {b"EHLO": b"250-test\r\n250 AUTH PLAIN", b"AUTH": b"235 ok", b"DATA": b"354 go on", b"QUIT": b"221 bye"}
    dialogue.write(b"220 test\r\n")
    dialogue.flush()
    for line in dialogue:
        dialogue.write(answers.get(line.strip().upper().split(b" ")[0], b"250 ok") + b"\r\n")
        dialogue.flush()


def read(conf, section, name, kind):
    """Reads a key as Isso reads keys of this kind; nothing where Isso would raise."""
    getters = {
        "bool": conf.getboolean,
        "int": lambda s, n: max(-(2**63), min(2**63 - 1, conf.getint(s, n))),
        "text": conf.get,
        "list": lambda s, n: [item for item in conf.getlist(s, n) if item],
        "lines": lambda s, n: list(conf.getiter(s, n)),
    }
    try:
        return getters[kind](section, name)
    except Exception:
        return None


def attempt(path, database, keys, text):
    outcome = {"started": False, "error": "", "reads": None, "statuses": {}, "shown": None}
    try:
        conf = config.load(config.default_file(), path)
        outcome["reads"] = [read(conf, *key) for key in keys]
        conf.get("general", "dbpath")
        conf.set("general", "dbpath", database)
        client = Client(make_app(conf, multiprocessing=True))
    except BaseException as error:
        outcome["error"] = type(error).__name__
        return outcome
    outcome["started"] = True
    comment = {"title": "title", "text": text, "email": "somebody@example.org"}
    requests = {
        "post": lambda: client.post("/new?uri=/page", json=comment),
        "get": lambda: client.get("/?uri=/page"),
        "latest": lambda: client.get("/latest?limit=1"),
        "feed": lambda: client.get("/feed?uri=/page"),
        "login": lambda: client.post("/login/", data={"password": "wrong"}),
    }
    for name, request in requests.items():
        try:
            answer = request()
            outcome["statuses"][name] = answer.status_code
            if name == "get" and answer.status_code == 200:
                outcome["shown"] = next(iter(answer.json["replies"]), None)
        except Exception:
            # A server turns this into the same answer.
            outcome["statuses"][name] = 500
    return outcome


def attempt_in_child(text, keys, comment, port, folder):
    path, database = os.path.join(folder, "isso.cfg"), os.path.join(folder, "comments.db")
    with open(path, "wb") as file:
        file.write(text.replace("port = 1025", f"port = {port}").encode())
    if os.path.exists(database):
        os.unlink(database)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(TIMEOUT)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        with os.fdopen(writer, "w") as answer:
            json.dump(attempt(path, database, keys, comment), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        answer = answer.read()
    os.waitpid(pid, 0)
    if not answer:
        # A child that hangs or crashes proves nothing.
        raise RuntimeError(f"no outcome within {TIMEOUT} s of:\n{text}")
    return json.loads(answer)


def main():
    work = json.load(sys.stdin)
    socket.getaddrinfo = getaddrinfo
    # smtplib introduces itself with this, which asks the network.
    socket.getfqdn = lambda *_: "client.localhost"
    defaults = config.load(config.default_file())
    # Loading writes a sender into the settings, which the file itself does not have.
    defaults.set("smtp", "from", "")
    # Rendering imports modules and compiles expressions, which each child then need not do again.
    html.Markup(defaults).render("a comment")
    keys = [[section, name, defaults.get(section, name)] for section in defaults.sections() for name in defaults.options(section)]
    server, port = mail_server()
    try:
        # Hundreds of databases that are not kept need no disk.
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
            files = [
                attempt_in_child(text, work["keys"], comment, port, folder)
                for text, comment in zip(work["files"], work["comments"])
            ]
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
    json.dump({"defaults": keys, "files": files}, sys.stdout)


main()
