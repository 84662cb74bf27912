"""A TCP proxy that understands Kafka's frames and cuts connections where it hurts: the broker has
answered a produce request, and the client never hears of it."""

import random
import socket
import struct
import threading


def _exactly(sock, count):
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(min(1 << 20, count - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _frame(sock):
    head = _exactly(sock, 4)
    return _exactly(sock, struct.unpack(">i", head)[0])


def _reset(*sockets):
    for sock in sockets:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


class CuttingProxy:
    """Cuts a connection after about `every` produce answers, having swallowed 1 to 5 of them."""

    def __init__(self, upstream, seed, every):
        self.upstream, self.every, self.cuts = upstream, every, 0
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        # Clients go where metadata sends them: that has to be here again, in both forms of texts.
        host = b"127.0.0.1"
        self._names = [
            (length + host + struct.pack(">i", upstream), length + host + struct.pack(">i", self.port))
            for length in (struct.pack(">h", len(host)), bytes([len(host) + 1]))
        ]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        broker = socket.create_connection(("127.0.0.1", self.upstream))
        for sock in (client, broker):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        produces = set()
        threading.Thread(target=self._upward, args=(client, broker, produces), daemon=True).start()
        try:
            self._downward(client, broker, produces)
        except (EOFError, OSError):
            pass
        _reset(client, broker)

    def _upward(self, client, broker, produces):
        try:
            while True:
                body = _frame(client)
                key, _, correlation = struct.unpack_from(">hhi", body)
                if key == 0:
                    produces.add(correlation)
                broker.sendall(struct.pack(">i", len(body)) + body)
        except (EOFError, OSError):
            _reset(client, broker)

    def _downward(self, client, broker, produces):
        answers, swallow = 0, 0
        limit = self._random.randint(max(1, self.every // 2), self.every * 2)
        while True:
            body = _frame(broker)
            correlation = struct.unpack_from(">i", body)[0]
            if correlation in produces:
                produces.discard(correlation)
                answers += 1
                if answers == limit:
                    self.cuts += 1
                    swallow = self._random.randint(1, 5)
                    broker.settimeout(0.3)
                if swallow:
                    swallow -= 1
                    if swallow == 0:
                        return
                    continue
            elif answers >= limit:
                continue
            for old, new in self._names:
                body = body.replace(old, new)
            client.sendall(struct.pack(">i", len(body)) + body)
