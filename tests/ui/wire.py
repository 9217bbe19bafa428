"""A piece of wire between a browser and the server that counts what goes over it, by the path that was asked for."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter


class Wire:
    """Listens on a port of its own; `down` and `up` hold the bytes of each path, heads of the messages included.

    A browser asks one thing after the other on a connection, so that what comes down belongs to what was asked last.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.down: Counter[str] = Counter()
        self.up: Counter[str] = Counter()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.socket.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
                asked = [""]
                threading.Thread(target=self._carry, args=(near, far, asked, self.up), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, asked, self.down), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, asked: list[str], count: Counter[str]) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                words = part.split(b" ", 2)
                if count is self.up and words[0] in (b"GET", b"POST", b"DELETE") and len(words) > 1:
                    asked[0] = words[1].decode("latin-1").partition("?")[0]
                count[asked[0]] += len(part)
                target.sendall(part)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        source.close()

    def close(self) -> None:
        self.socket.close()
