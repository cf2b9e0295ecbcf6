#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tcp_stream.py send|receive ADDRESS PORT BYTES

Sends random bytes over one TCP connection, or receives them and compares each with what
was sent. The same seed gives both ends the same bytes. Fails if nothing arrives for 30 s.
"""
import random
import socket
import sys

CHUNK = 1 << 20
PATIENCE_S = 30


def chunks(total):
    source = random.Random("one stream")
    while total > 0:
        yield source.randbytes(min(CHUNK, total))
        total -= CHUNK


def send(address, total):
    with socket.create_connection(address, PATIENCE_S) as stream:
        for chunk in chunks(total):
            stream.sendall(chunk)


def read_exactly(stream, size):
    data = bytearray()
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            break
        data += part
    return bytes(data)


def receive(address, total):
    done = 0
    with socket.create_server(address) as server:
        server.settimeout(PATIENCE_S)
        print("listening", flush=True)
        stream, _ = server.accept()
        stream.settimeout(PATIENCE_S)
        for chunk in chunks(total):
            if read_exactly(stream, len(chunk)) != chunk:
                sys.exit(f"bytes after {done} differ or are missing")
            done += len(chunk)
        if stream.recv(1):
            sys.exit(f"more than {done} bytes")
    print(f"{done} bytes, all equal")


def main():
    command, address, port, total = sys.argv[1:]
    act = {"send": send, "receive": receive}[command]
    act((address, int(port)), int(total))


main()
