# How gunicorn has to treat Isso so that nothing of a visitor is lost.
#
# - No control socket: all gunicorns of a user would share it. (A gunicorn without one ignores this.)
# - No fork while Isso clears old comments, or a worker may hang; and no start that waits for it.
# - No signal that a new worker misses, or it outlives an order to stop by half a minute.
# - No pause between the forks of the first workers, and word of each that takes requests, for a change of
#   the settings waits for them.
# - No worker that ends while it is still sending mail, and no long end of one that is not.

import _thread
import atexit
import linecache
import os
import signal
import socket
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
# Hence the thread begins some seconds after the workers that gunicorn starts with are forked. To clear
# takes longer the more comments there are, so these forks do not wait for it, nor do the workers share
# the processor with it while they begin to serve. A later fork, in place of a worker
# that died, does not happen while the thread is at work. That wait has an end, as gunicorn hears no
# signal meanwhile: four workers take less time than a stop gives. Threads that are not known to be
# Isso's clearing, and a Python or an Isso that does not tell where they are, change nothing.
LONGEST_CLEARING = 5
LONGEST_START = 30
SOME_SECONDS = 3
MASTER = os.getpid()

started_workers = 0
wanted_workers = None
start_new_thread = _thread.start_new_thread


def start_thread(function, args, kwargs={}):
    code = getattr(function, "__code__", None)
    if os.getpid() == MASTER and code is not None and is_of_clearing(code):
        return start_new_thread(begin_after_forks, (function, args, kwargs))
    return start_new_thread(function, args, kwargs)


def begin_after_forks(function, args, kwargs):
    give_up = time.monotonic() + LONGEST_START
    while wanted_workers is None or started_workers < wanted_workers:
        if time.monotonic() > give_up:
            break
        time.sleep(BETWEEN_LOOKS)
    time.sleep(SOME_SECONDS)
    function(*args, **kwargs)


_thread.start_new_thread = start_thread


def pre_fork(server, worker):
    global wanted_workers
    wanted_workers = server.num_workers
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
    while frame is not None and not is_of_clearing(frame.f_code):
        frame = frame.f_back
    if frame is None:
        return False
    # It is idle in the one line between two rounds. The line is empty when the source is missing.
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return line != "" and "sleep(" not in line


def is_of_clearing(code):
    return code.co_name == "purge" and code.co_filename.endswith("/isso/core.py")


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


def forked():
    global started_workers
    started_workers += 1
    let_go()


os.register_at_fork(before=hold, after_in_parent=forked)


def post_worker_init(worker):
    let_go()
    tell(f"X_ISSO_WORKER_OF={worker.cfg.workers}")


# gunicorn itself would pause between two forks, at random.
def when_ready(server):
    try:
        for _ in range(server.num_workers):
            server.spawn_worker()
    except OSError:
        # gunicorn forks those that are missing, and says what is wrong if it cannot.
        pass


# The supervisor may have closed the socket, so this never waits and never fails.
def tell(word):
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("@", "/")):
        return
    address = name.replace("@", "\0", 1) if name[0] == "@" else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(word.encode(), address)
    except OSError:
        pass


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
            break
        time.sleep(BETWEEN_MAILS)
    end_at_once_after(SystemExit)


def on_exit(server):
    end_at_once_after(StopIteration)


# At its end Python takes apart all that Isso has loaded, which costs more time than any other part of a
# change of the settings. The kernel does it at once. An end with any other exception than gunicorn's
# ordinary one, or with an exit status, is left to Python.
def end_at_once_after(ordinary):
    reason = sys.exc_info()[1]
    if type(reason) is not ordinary or getattr(reason, "code", None):
        return
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def is_mailing():
    first = (outermost(frame).f_code for frame in sys._current_frames().values())
    return any(code.co_filename.endswith("/isso/ext/notifications.py") for code in first)
