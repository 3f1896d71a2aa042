#!/usr/bin/env python3
"""A name server for the tests: dns.py PORT-FILE RECORD...   RECORD: NAME=A:ADDRESS, NAME=CNAME:NAME,
NAME=PTR:NAME, NAME=SRV:PRIORITY:PORT:HOST. Answers by UDP on a free port of loopback."""
import os
import socket
import struct
import sys

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "SRV": 33}


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


def data(kind, rest):
    if kind == "A":
        return socket.inet_aton(rest)
    if kind == "SRV":
        priority, port, host = rest.split(":")
        return struct.pack(">HHH", int(priority), 0, int(port)) + name(host)
    return name(rest)


records = []
for record in sys.argv[2:]:
    owner, what = record.split("=", 1)
    kind, rest = what.split(":", 1)
    records.append((owner.lower(), kind, rest))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    query, peer = s.recvfrom(512)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += query[at] + 1
    wanted, kind = ".".join(labels), struct.unpack(">H", query[at + 1:at + 3])[0]
    answers, known = [], False
    for owner, t, rest in records * 2:
        if owner == wanted:
            known = True
            if TYPES[t] == kind or t == "CNAME":
                answer = (name(owner) + struct.pack(">HHIH", TYPES[t], 1, 60, len(data(t, rest)))
                          + data(t, rest))
                if answer not in answers:
                    answers.append(answer)
                wanted = rest.lower() if t == "CNAME" else wanted
    s.sendto(query[:2] + struct.pack(">HHHHH", 0x8580 | (0 if known else 3), 1, len(answers), 0, 0)
             + query[12:at + 5] + b"".join(answers), peer)
