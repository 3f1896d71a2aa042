"""Samba's ntlm_auth, without a winbindd, at the other end of ours.

usage: ntlm_samba.py PEER client|server [right|wrong] [key=value...]

client: ntlm_auth is the client of our server; server: our client at ntlm_auth. More arguments are
handed to our end. Prints what either end says of the logon; the session keys are held together."""
import base64
import subprocess
import sys

PEER, ROLE, HOW = sys.argv[1:4]
USER, DOMAIN, PASSWORD = "alice", "EXAMPLE", "alice-pw-1"


class End:
    def __init__(self, *args):
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def ask(self, text):
        self.say(text)
        return self.hear()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def samba(protocol, password):
    return End("ntlm_auth", "--configfile=/dev/null", "--helper-protocol=" + protocol, "--username=" + USER,
               "--domain=" + DOMAIN, "--password=" + password)


def ours(role, password):
    return End(PEER, role, "user=" + USER, "domain=" + DOMAIN, "password=" + password, "workstation=PC1", *sys.argv[4:])


def same_key(one, two):
    theirs = base64.b64decode(one.ask("GK").split()[1]).hex()
    assert two.ask("key") == "key " + theirs, "another session key"
    print("the same session key")


def their_client():
    client = samba("ntlmssp-client-1", PASSWORD if HOW == "right" else "another")
    server = ours("server", PASSWORD)
    client.ask("SF NTLMSSP_FEATURE_SESSION_KEY")
    challenge = server.ask(client.ask("YR").split()[1])
    server.say(client.ask("TT " + challenge).split()[1])
    verdict = server.hear()
    print(verdict)
    if verdict.startswith("done"):
        same_key(client, server)
    client.end()
    server.end()


def our_client():
    server = samba("squid-2.5-ntlmssp", PASSWORD)
    client = ours("client", PASSWORD if HOW == "right" else "another")
    server.ask("SF NTLMSSP_FEATURE_SESSION_KEY")
    authenticate = client.ask(server.ask("YR " + client.hear()).split()[1])
    verdict = server.ask("KK " + authenticate)
    print(client.hear())
    print(verdict)
    if verdict.startswith("AF"):
        same_key(server, client)
    client.end()
    server.end()


their_client() if ROLE == "client" else our_client()
