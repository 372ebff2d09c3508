"""Has a real Isso report a comment by mail to a real mail server, and tells what arrived.

Standard input: [{"file": text, "smtputf8": bool}, …]
Standard output: [{"error": name or "", "envelopes": [[sender, [recipient, …]], …]}, …]

Each file is tried in a forked child with a mail server of its own, aiosmtpd, which says that it knows SMTPUTF8 or does not.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import threading

from aiosmtpd.controller import Controller
from werkzeug.test import Client

from isso import config, make_app
from isso.ext.notifications import SMTP

# Only a real hang reaches it, however busy the machine is.
TIMEOUT = 300


class Box:
    """Takes each mail."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append([envelope.mail_from, envelope.rcpt_tos])
        return "250 ok"


def attempt(work, folder):
    box, sent, errors = Box(), threading.Event(), []
    send = SMTP._sendmail

    def send_and_tell(self, *args):
        try:
            send(self, *args)
        except Exception as error:
            errors.append(type(error).__name__)
        sent.set()

    SMTP._sendmail = send_and_tell
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=work["smtputf8"], server_hostname="test")
    controller.start()
    path = os.path.join(folder, "isso.cfg")
    with open(path, "w") as file:
        file.write(work["file"])
    conf = config.load(config.default_file(), path)
    for section, key, value in [
        ("general", "dbpath", os.path.join(folder, "comments.db")),
        ("smtp", "host", "127.0.0.1"),
        ("smtp", "port", str(controller.port)),
        ("smtp", "security", "none"),
    ]:
        conf.set(section, key, value)
    client = Client(make_app(conf, multiprocessing=True))
    answer = client.post("/new?uri=/page", json={"title": "title", "text": "a comment"})
    assert answer.status_code < 300, answer.status_code
    sent.wait()
    return {"error": "".join(errors), "envelopes": box.envelopes}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def attempt_in_child(work):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(TIMEOUT)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        with tempfile.TemporaryDirectory() as folder, os.fdopen(writer, "w") as answer:
            json.dump(attempt(work, folder), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        answer = answer.read()
    os.waitpid(pid, 0)
    if not answer:
        raise RuntimeError(f"no outcome of:\n{work['file']}")
    return json.loads(answer)


# smtplib introduces itself with this, which asks the network.
socket.getfqdn = lambda *_: "client.localhost"
json.dump([attempt_in_child(work) for work in json.load(sys.stdin)], sys.stdout)
