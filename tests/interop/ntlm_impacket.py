"""impacket's NTLM (pure Python) at our server, and what our client says held against its formulas.

usage: ntlm_impacket.py PEER client|server LEVEL|v1|v2

client: impacket is the client of our server. server: our client speaks to a challenge made here, and
impacket's functions compute what the response has to be. Then messages are sealed both ways."""
import base64
import os
import struct
import subprocess
import sys

from impacket import ntlm

PEER, ROLE, HOW = sys.argv[1:4]
USER, DOMAIN, PASSWORD = "alice", "EXAMPLE", "alice-pw-1"
ACCOUNT = ["user=" + USER, "domain=" + DOMAIN, "password=" + PASSWORD, "flags=sign"]


class End:
    """Our end, line by line."""

    def __init__(self, *args):
        self.process = subprocess.Popen([PEER, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Keys:
    """One direction by impacket's formulas."""

    def __init__(self, flags, key, mode):
        self.flags = flags
        self.sign = ntlm.SIGNKEY(flags, key, mode)
        self.seal = ntlm.SEALKEY(flags, key, mode)
        self.handle = ntlm.ARC4.new(self.seal).encrypt
        self.n = 0

    def protect(self, text):
        sealed, signature = ntlm.SEAL(self.flags, self.sign, self.seal, text, text, self.n, self.handle)
        self.n += 1
        return sealed, signature.getData()

    def open(self, sealed, signature):
        text = self.handle(sealed)
        made = ntlm.MAC(self.flags, self.handle, self.sign, self.n, text).getData()
        self.n += 1
        assert made == signature, "another signature"
        return text


def messages(end, mine, theirs):
    for i in range(4):
        text = b"message %d of several" % i
        sealed, signature = mine.protect(text)
        end.say("unseal %s %s" % (signature.hex(), sealed.hex()))
        assert end.hear() == "ok " + text.hex(), "our end does not take what impacket sealed"
        end.say("seal " + text.hex())
        signature, sealed = (bytes.fromhex(h) for h in end.hear().split())
        assert theirs.open(sealed, signature) == text
    print("messages sealed both ways")


def their_client():
    end = End("server", *ACCOUNT)
    negotiate = ntlm.getNTLMSSPType1("PC1", DOMAIN, True, HOW == "v2")
    end.say(base64.b64encode(negotiate.getData()).decode())
    challenge = base64.b64decode(end.hear())
    answer, key = ntlm.getNTLMSSPType3(negotiate, challenge, USER, PASSWORD, DOMAIN, "", "", HOW == "v2")
    end.say(base64.b64encode(answer.getData()).decode())
    print(end.hear())
    end.say("key")
    assert end.hear() == "key " + key.hex(), "another session key"
    flags = answer["flags"]
    messages(end, Keys(flags, key, "Client"), Keys(flags, key, "Server"))
    end.end()


def target_info():
    pairs = ntlm.AV_PAIRS()
    pairs[ntlm.NTLMSSP_AV_DOMAINNAME] = DOMAIN.encode("utf-16le")
    pairs[ntlm.NTLMSSP_AV_HOSTNAME] = "WEB1".encode("utf-16le")
    return pairs.getData()


def challenge_for(negotiate, server):
    flags = ntlm.NTLMAuthNegotiate()
    flags.fromString(negotiate)
    agreed = (flags["flags"] | ntlm.NTLMSSP_NEGOTIATE_TARGET_INFO) & ~ntlm.NTLM_NEGOTIATE_OEM
    info, name = target_info(), DOMAIN.encode("utf-16le")
    head = b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(name), len(name), 56, agreed) + server + bytes(8)
    head += struct.pack("<HHI", len(info), len(info), 56 + len(name)) + bytes(8)
    return head + name + info, agreed


def our_client():
    level = int(HOW)
    end = End("client", "level=%d" % level, *ACCOUNT)
    server = os.urandom(8)
    challenge, flags = challenge_for(base64.b64decode(end.hear()), server)
    end.say(base64.b64encode(challenge).decode())
    answer = ntlm.NTLMAuthChallengeResponse()
    raw = base64.b64decode(end.hear())
    answer.fromString(raw)
    print(end.hear())
    nt, lm = answer["ntlm"], answer["lanman"]
    if level >= 3:
        key = ntlm.NTOWFv2(USER, PASSWORD, DOMAIN)
        assert nt[:16] == ntlm.hmac_md5(key, server + nt[16:]), "another NTProofStr"
        base = ntlm.hmac_md5(key, nt[:16])
        assert lm[:16] == ntlm.hmac_md5(key, server + lm[16:]), "another LMv2"
        kx = base
    else:
        want, want_lm, base = ntlm.computeResponseNTLMv1(
            flags, server, lm[:8], b"", DOMAIN, USER, PASSWORD, "", "", use_ntlmv2=False)
        assert nt == want, "another NTLM response"
        assert level == 2 or lm == want_lm, "another LM response"
        kx = ntlm.KXKEY(flags, base, lm, server, PASSWORD, "", "", False)
    n, _, at = struct.unpack_from("<HHI", raw, 52)
    sealed = raw[at:at + n]  # impacket reads another place of messages with a MIC
    session = ntlm.ARC4.new(kx).encrypt(sealed)
    end.say("key")
    assert end.hear() == "key " + session.hex(), "another session key"
    if level:  # level 0 goes without NTLM2 session, where impacket weakens sealing keys that LM_KEY does not ask for
        messages(end, Keys(answer["flags"], session, "Server"), Keys(answer["flags"], session, "Client"))
    end.end()


their_client() if ROLE == "client" else our_client()
