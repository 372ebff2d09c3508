# How gunicorn has to treat Isso so that nothing of a visitor is lost.
#
# - No control socket: all gunicorns of a user would share it. (A gunicorn without one ignores this.)
# - No fork while Isso clears old comments, or a worker may hang.
# - No signal that a new worker misses, or it outlives an order to stop by half a minute.
# - No worker that ends while it is still sending mail.

import linecache
import os
import signal
import sys
import time

BETWEEN_LOOKS = 0.001

control_socket_disable = True


# With moderation, Isso clears old comments in a thread of gunicorn's master: once as soon as it is
# loaded, and then after each `purge-after`
# (https://github.com/isso-comments/isso/blob/0.14.0/isso/core.py). With --preload that is while
# gunicorn forks its workers. A fork copies the mutexes of SQLite as they are at that moment but not
# the thread that would unlock them, so that a worker could wait for one forever at its first comment.
#
# Hence no fork happens while that thread is at work. The wait has an end, as gunicorn hears no signal
# meanwhile: four workers take less time than a stop gives. Threads that are not known to be Isso's
# clearing, and a Python or an Isso that does not tell where they are, change nothing.
LONGEST_CLEARING = 5


def pre_fork(server, worker):
    give_up = time.monotonic() + LONGEST_CLEARING
    while True:
        # Comes before the first look: a thread that was just started has no frame until it gets the
        # interpreter's lock, which this gives away.
        time.sleep(BETWEEN_LOOKS)
        if not any(is_clearing(frame) for frame in sys._current_frames().values()):
            return
        if time.monotonic() > give_up:
            server.log.warning("Isso is still clearing old comments; forking all the same")
            return


def is_clearing(frame):
    first = outermost(frame)
    code = first.f_code
    if code.co_name != "purge" or not code.co_filename.endswith("/isso/core.py"):
        return False
    # It is idle in the one line between two rounds. The line is empty when the source is missing.
    line = linecache.getline(code.co_filename, first.f_lineno)
    return line != "" and "sleep(" not in line


def outermost(frame):
    while frame.f_back is not None:
        frame = frame.f_back
    return frame


# A worker begins with the master's handlers, which note a signal where the worker never looks. So a
# signal for it waits from the fork until its own handlers stand; the master itself goes on at once.
ORDERS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


def hold():
    signal.pthread_sigmask(signal.SIG_BLOCK, ORDERS)


def let_go():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ORDERS)


os.register_at_fork(before=hold, after_in_parent=let_go)


def post_worker_init(worker):
    let_go()


# Isso sends mail in threads that nobody waits for
# (https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py). A worker that was told
# to end takes no request any more, and waits for them here: less than the 30 s after which gunicorn
# would kill it, and not at all when it was told to be quick.
LONGEST_MAIL = 25
BETWEEN_MAILS = 0.02


def worker_int(worker):
    worker.is_in_a_hurry = True


def worker_exit(server, worker):
    give_up = time.monotonic() + LONGEST_MAIL
    while is_mailing() and not hasattr(worker, "is_in_a_hurry"):
        if time.monotonic() > give_up:
            server.log.warning("A mail could not be sent in time; ending all the same")
            return
        time.sleep(BETWEEN_MAILS)


def is_mailing():
    first = (outermost(frame).f_code for frame in sys._current_frames().values())
    return any(code.co_filename.endswith("/isso/ext/notifications.py") for code in first)
