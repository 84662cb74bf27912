"""A TCP proxy before an event hub that understands Kafka's frames and cuts connections where it hurts:
the hub has answered a produce request, and the client never hears of it and sends it again.

Its own port stays while the hub behind it is killed and comes back at another."""

import contextlib
import random
import socket
import struct
import threading
import time

PRODUCE = 0
HOST = b"127.0.0.1"


def _exactly(connection, count):
    data = bytearray()
    while len(data) < count:
        piece = connection.recv(min(1 << 20, count - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _frame(connection):
    head = _exactly(connection, 4)
    return head + _exactly(connection, struct.unpack(">i", head)[0])


def _reset(*connections):
    """Ends connections at once: what was sent and not read is lost."""
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            connection.close()


class CuttingProxy:
    """Cuts each connection after about `every` produce answers, of which it keeps the last 1 to 5."""

    def __init__(self, seed, every, upstream=None):
        self.upstream = upstream  # the hub's port, while there is one
        self.cuts = 0
        self._random, self._every = random.Random(seed), every
        self._lock = threading.Lock()  # guards both above
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # Closing alone doesn't wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _draw(self, low, high):
        with self._lock:
            return self._random.randint(low, high)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _connect(self):
        """A connection to the hub and its port; waits for one that comes back."""
        end = time.monotonic() + 5
        while True:
            port = self.upstream
            with contextlib.suppress(OSError, TypeError):
                hub = socket.create_connection(("127.0.0.1", port))
                # A free port may become the connection's own: it would talk to itself.
                if hub.getsockname() != hub.getpeername():
                    return hub, port
                hub.close()
            if time.monotonic() > end:
                raise ConnectionRefusedError
            time.sleep(0.02)

    def _serve(self, client):
        try:
            hub, port = self._connect()
        except OSError:
            return _reset(client)
        for connection in (client, hub):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        produces = set()  # correlation ids of produce requests without an answer
        threading.Thread(target=self._upward, args=(client, hub, produces), daemon=True).start()
        with contextlib.suppress(EOFError, OSError):
            self._downward(client, hub, produces, port)
        _reset(client, hub)

    @staticmethod
    def _upward(client, hub, produces):
        with contextlib.suppress(EOFError, OSError):
            while True:
                frame = _frame(client)
                kind, _, number = struct.unpack_from(">hhi", frame, 4)
                if kind == PRODUCE:
                    produces.add(number)
                hub.sendall(frame)
        _reset(client, hub)

    def _downward(self, client, hub, produces, port):
        # Clients go where metadata sends them: that has to be here again.
        theirs, ours = HOST + struct.pack(">i", port), HOST + struct.pack(">i", self.port)
        limit = self._draw(max(1, self._every // 2), self._every * 2)
        while limit > 0:
            frame = _frame(hub)
            if self._answers(frame, produces):
                limit -= 1
            if limit > 0:
                client.sendall(frame.replace(theirs, ours))
        with self._lock:
            self.cuts += 1
        # From the first answer that is kept on no other one passes either: answers come in order.
        hub.settimeout(0.1)  # there may be no further answer
        keep = self._draw(0, 4)
        while keep > 0:
            keep -= self._answers(_frame(hub), produces)

    @staticmethod
    def _answers(frame, produces):
        """Whether it is the answer to a produce request; forgets that one."""
        number = struct.unpack_from(">i", frame, 4)[0]
        if number not in produces:
            return False
        produces.discard(number)
        return True
