#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""session.py serve|connect ADDRESS PORT

One TCP connection: the client sends the lines of its standard input, the server prints
them.
"""
import socket
import sys

command, address, port = sys.argv[1:]
if command == "connect":
    with socket.create_connection((address, int(port))) as stream:
        print("connected from %s port %d" % stream.getsockname(), flush=True)
        for line in sys.stdin.buffer:
            stream.sendall(line)
else:
    with socket.create_server((address, int(port))) as server:
        print("listening", flush=True)
        stream, _ = server.accept()
        for line in stream.makefile():
            print(line, end="", flush=True)
