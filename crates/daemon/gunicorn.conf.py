# What gunicorn does before it forks a worker of Isso.
#
# With moderation, Isso clears old comments in a thread of gunicorn's master: once as soon as it is
# loaded, and then after each `purge-after`
# (https://github.com/isso-comments/isso/blob/0.14.0/isso/core.py). With --preload that is while
# gunicorn forks its workers. A fork copies the mutexes of SQLite as they are at that moment but not
# the thread that would unlock them, so that a worker could wait for one forever at its first comment.
#
# Hence no fork happens while that thread is at work. The wait has an end, as gunicorn hears no signal
# meanwhile: four workers take less time than a stop gives. Threads that are not known to be Isso's
# clearing, and a Python or an Isso that does not tell where they are, change nothing.

import linecache
import sys
import time

LONGEST_WAIT = 5
BETWEEN_LOOKS = 0.001


def pre_fork(server, worker):
    give_up = time.monotonic() + LONGEST_WAIT
    while True:
        # Comes before the first look: a thread that was just started has no frame until it gets the
        # interpreter's lock, which this gives away.
        time.sleep(BETWEEN_LOOKS)
        if not clearing():
            return
        if time.monotonic() > give_up:
            server.log.warning("Isso is still clearing old comments; forking all the same")
            return


def clearing():
    return any(is_at_work(frame) for frame in sys._current_frames().values())


def is_at_work(frame):
    first = frame
    while first.f_back is not None:
        first = first.f_back
    code = first.f_code
    if code.co_name != "purge" or not code.co_filename.endswith("/isso/core.py"):
        return False
    # It is idle in the one line between two rounds. The line is empty when the source is missing.
    line = linecache.getline(code.co_filename, first.f_lineno)
    return line != "" and "sleep(" not in line
