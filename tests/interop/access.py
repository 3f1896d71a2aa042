# For test_access.sh: our security descriptors and access checks beside Samba's and impacket's.
#
# usage: access.py PEER HOW-MANY     (PEER: build/tests/interop/access)
# Descriptors and tokens are drawn with a fixed seed. Octets are read by both others, Samba's octets
# of the same text are ours but for the list's revision, and every access check comes out as Samba's.
import random
import subprocess
import sys

from impacket.ldap import ldaptypes
from samba import security as access
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack

DOMAIN = "S-1-5-21-1-2-3"
WHO = ["WD", "AU", "BA", "BU", "SY", "AN", "NU", "DU", "DA", "OW", DOMAIN + "-1104", DOMAIN + "-1105", DOMAIN + "-1106"]
TOKENS = [[DOMAIN + "-1104", DOMAIN + "-513", DOMAIN + "-1105", "S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-32-545"],
          [DOMAIN + "-1106", DOMAIN + "-512", "S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-32-544"],
          ["S-1-5-7", "S-1-5-2"], ["S-1-5-18", "S-1-5-32-544", "S-1-1-0", "S-1-5-11"]]
# Samba's access check wants generic rights mapped before (its callers map them): none in this table.
# Samba 4.17 takes FA for the file's own nine rights; MS-DTYP 2.5.1.1 has 0x1f01ff, so the number stands.
RIGHTS = ["0x1f01ff", "FR", "FW", "FX", "RC", "WD", "WO", "SD", "CC", "0x1", "0x20089", "0x100000", "0x1301bf"]
ASKED = [0x120089, 0x1, 0x120116, 0x1200A0, 0x1F01FF, 0x20000, 0x40000, 0x60000, 0x10000, 0x2]


def ace(r):
    flags = r.choice(["", "", "", "", "IO", "ID", "OICI", "OICIIO"])
    return "(%s;%s;%s;;;%s)" % (r.choice("AAD"), flags, r.choice(RIGHTS), r.choice(WHO))


def descriptor(r):
    dacl = r.choice(["D:", "D:", "D:P", "D:AI", "D:PAI"]) + "".join(ace(r) for _ in range(r.randrange(6)))
    return "O:%sG:%s%s" % (r.choice(WHO[2:5] + WHO[10:]), r.choice(WHO[2:5]), dacl)


def token(sids):
    t = security.token()
    t.sids = [security.dom_sid(s) for s in sids]
    t.num_sids = len(sids)
    return t


def samba_grants(sd, sids, asked):
    try:
        access.access_check(sd, token(sids), asked)
        return "granted"
    except Exception:
        return "denied"


def sids_of(sd):
    return [str(a.trustee) for a in sd.dacl.aces] if sd.dacl else []


def impacket_reads(octets, sd):
    them = ldaptypes.SR_SECURITY_DESCRIPTOR(data=octets)
    aces = them["Dacl"].aces if them["OffsetDacl"] else []
    return (them["OwnerSid"].formatCanonical() == str(sd.owner_sid)
            and [a["Ace"]["Sid"].formatCanonical() for a in aces] == sids_of(sd)
            and [a["Ace"]["Mask"]["Mask"] for a in aces] == [a.access_mask for a in (sd.dacl.aces if sd.dacl else [])]
            and [a["AceType"] for a in aces] == [a.type for a in (sd.dacl.aces if sd.dacl else [])]
            and [a["AceFlags"] for a in aces] == [a.flags for a in (sd.dacl.aces if sd.dacl else [])])


def main():
    peer, n = sys.argv[1], int(sys.argv[2])
    r = random.Random(4178)
    rows = [(descriptor(r), r.choice(TOKENS), r.choice(ASKED)) for _ in range(n)]
    lines = "".join("%s\t%s\t%x\n" % (t, ",".join(s), a) for t, s, a in rows)
    out = subprocess.run([peer], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    bad, granted = 0, 0
    for (text, sids, asked), line in zip(rows, out):
        says = line.split("\t")
        sd = security.descriptor.from_sddl(text, security.dom_sid(DOMAIN))
        if says[0] == "error":
            print("refused:", text, says[1])
            bad += 1
            continue
        octets = bytes.fromhex(says[1])
        theirs = bytearray(ndr_pack(sd))
        at = int.from_bytes(theirs[16:20], "little")
        if at:
            theirs[at] = 2
        ours = ndr_unpack(security.descriptor, octets)
        if octets != bytes(theirs) or ours.as_sddl() != sd.as_sddl() or not impacket_reads(octets, sd):
            print("octets differ:", text, says[1], bytes(theirs).hex())
            bad += 1
        again = security.descriptor.from_sddl(says[2].replace(";FA;", ";0x1f01ff;"), security.dom_sid(DOMAIN))
        if again.as_sddl() != sd.as_sddl():
            print("text differs:", text, says[2])
            bad += 1
        them = samba_grants(sd, sids, asked)
        granted += says[0] == "granted"
        if them != says[0]:
            print("checks differ:", text, ",".join(sids), hex(asked), "ours", says[0], "samba", them)
            bad += 1
    print("%d descriptors, %d granted, %d wrong" % (len(out), granted, bad))
    return bad != 0 or len(out) != n


sys.exit(main())
