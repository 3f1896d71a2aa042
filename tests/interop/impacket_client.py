"""impacket's Kerberos client at our KDC: impacket_client.py PORT USER PASSWORD REALM SPN ETYPE
It knows no port but 88: the address it asks for gets ours. Prints what it got."""
import socket
import sys

port, user, password, realm, spn, etype = sys.argv[1:7]
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, at, *rest: real(host, int(port) if at == 88 else at, *rest)

from impacket.krb5 import constants
from impacket.krb5.asn1 import TGS_REP, EncTicketPart
from impacket.krb5.crypto import _enctype_table, string_to_key
from impacket.krb5.kerberosv5 import KerberosError, getKerberosTGS, getKerberosTGT
from impacket.krb5.types import Principal
from pyasn1.codec.der import decoder

client = Principal(user, type=constants.PrincipalNameType.NT_PRINCIPAL.value)
key = string_to_key(int(etype), password.encode(), (realm + user).encode())
try:
    aes = key.contents.hex() if int(etype) in (17, 18) else ''
    nt = key.contents.hex() if int(etype) == 23 else ''
    tgt, cipher, old, session = getKerberosTGT(client, '' if aes or nt else password, realm, '', nt, aes, '127.0.0.1')
    print('TGT, session key of etype', session.enctype)
    service = Principal(spn, type=constants.PrincipalNameType.NT_SRV_INST.value)
    tgs, cipher, old, session = getKerberosTGS(service, realm, '127.0.0.1', tgt, cipher, session)
    ticket = decoder.decode(tgs, asn1Spec=TGS_REP())[0]['ticket']
    print('ticket for', '/'.join(str(s) for s in ticket['sname']['name-string']), 'etype', int(ticket['enc-part']['etype']), 'session', session.enctype)
except KerberosError as e:
    print('refused:', e)
    sys.exit(1)
