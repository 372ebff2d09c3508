import json, os, signal, socket, sys

assert sys.argv[-2] == "-b" and sys.argv[-1].startswith("fd://"), sys.argv
fd = int(sys.argv[-1].removeprefix("fd://"))


def ready():
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.sendto(b"READY=1\nSTATUS=stand-in", "\0" + os.environ["NOTIFY_SOCKET"][1:])


def serve(info="200 OK", thread="404 Not Found"):
    listener = socket.socket(fileno=fd)
    # As in gunicorn, accept never blocks: the supervisor may share the socket.
    listener.settimeout(3600)
    ready()
    while True:
        connection = listener.accept()[0]
        request = connection.recv(4096).decode()
        status = info if request.startswith("GET /info ") else thread
        body = json.dumps({"version": "0", "moderation": True})
        connection.sendall(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        connection.close()
