"""A TCP proxy before an event hub that now and then takes the hub's answers and cuts the connection:
the client can't know what was appended, and sends it again.

Its own port stays while the hub behind it is killed and comes back at another; the hub's port in
answers is replaced by the proxy's."""

import contextlib
import random
import socket
import struct
import threading
import time

PRODUCE = 0


class Closed(Exception):
    pass


def read_exactly(connection, n):
    out = bytearray()
    while len(out) < n:
        part = connection.recv(n - len(out))
        if not part:
            raise Closed
        out += part
    return bytes(out)


def read_frame(connection):
    head = read_exactly(connection, 4)
    return head + read_exactly(connection, struct.unpack(">i", head)[0])


def cut(*connections):
    """Ends connections at once: what was sent and not read is lost."""
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            connection.close()


class CutProxy:
    """Cuts each connection after about `every` produce answers, of which it keeps the last 1 to 5."""

    def __init__(self, seed, every):
        self.upstream = None  # the hub's port, while it is up
        self.cuts = 0
        self._random, self._every = random.Random(seed), every
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _draw(self, low, high):
        with self._lock:
            return self._random.randint(low, high)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        port = self.upstream
        try:
            hub = socket.create_connection(("127.0.0.1", port))
        except (OSError, TypeError):
            time.sleep(0.02)
            return cut(client)
        for connection in (client, hub):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        produced = set()  # correlation ids of produce requests without an answer
        threading.Thread(target=self._upward, args=(client, hub, produced), daemon=True).start()
        try:
            self._downward(client, hub, produced, port)
        except (Closed, OSError):
            pass
        cut(client, hub)

    @staticmethod
    def _upward(client, hub, produced):
        try:
            while True:
                frame = read_frame(client)
                kind, _, number = struct.unpack_from(">hhi", frame, 4)
                if kind == PRODUCE:
                    produced.add(number)
                hub.sendall(frame)
        except (Closed, OSError):
            cut(client, hub)

    def _downward(self, client, hub, produced, port):
        passed, limit = 0, self._draw(max(1, self._every // 2), self._every * 2)
        kept, keep = 0, 0
        while True:
            frame = read_frame(hub)
            number = struct.unpack_from(">i", frame, 4)[0]
            if number in produced:
                produced.discard(number)
                passed += 1
                if passed == limit:
                    keep = self._draw(1, 5)
                    hub.settimeout(0.3)  # there may be no further answer
                if keep:
                    kept += 1
                    if kept == keep:
                        break
                    continue
            client.sendall(frame.replace(b"127.0.0.1" + struct.pack(">i", port),
                                         b"127.0.0.1" + struct.pack(">i", self.port)))
        with self._lock:
            self.cuts += 1
