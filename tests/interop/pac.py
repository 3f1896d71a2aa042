"""impacket's reader on the PAC in a ticket of ours: pac.py CCACHE KEYTAB SPN
Opens the ticket for SPN with the keytab's key and prints what LOGON_INFO says."""
import sys

from impacket.dcerpc.v5.rpcrt import TypeSerialization1
from impacket.krb5 import pac
from impacket.krb5.asn1 import AD_IF_RELEVANT, EncTicketPart, TGS_REP
from impacket.krb5.ccache import CCache
from impacket.krb5.crypto import InvalidChecksum, Key, _enctype_table
from impacket.krb5.keytab import Keytab
from pyasn1.codec.der import decoder

ccache, keytab, spn = sys.argv[1:4]
reply = CCache.loadFile(ccache).getCredential(spn).toTGS(spn)['KDC_REP']
sealed = decoder.decode(reply, asn1Spec=TGS_REP())[0]['ticket']['enc-part']
etype = int(sealed['etype'])
for entry in Keytab.loadFile(keytab).entries:
    block = entry.main_part['keyblock']
    if block['keytype'] != etype:
        continue
    try:
        key = Key(etype, bytes.fromhex(block.hexlifiedValue().decode()))
        plain = _enctype_table[etype].decrypt(key, 2, sealed['cipher'].asOctets())
        break
    except InvalidChecksum:
        continue
else:
    sys.exit('no key of the keytab opens the ticket')
part = decoder.decode(plain, asn1Spec=EncTicketPart())[0]
if not part['authorization-data'].hasValue():
    sys.exit('the ticket has no authorization data')
data = decoder.decode(part['authorization-data'][0]['ad-data'], asn1Spec=AD_IF_RELEVANT())[0]
octets = data[0]['ad-data'].asOctets()
directory = pac.PACTYPE(octets)
rest = directory['Buffers']
for _ in range(directory['cBuffers']):
    entry = pac.PAC_INFO_BUFFER(rest)
    rest = rest[len(entry):]
    body = octets[entry['Offset']:entry['Offset'] + entry['cbBufferSize']]
    if entry['ulType'] == pac.PAC_CLIENT_INFO_TYPE:
        info = pac.PAC_CLIENT_INFO(body)
        print('client', info['Name'].decode('utf-16le'))
    if entry['ulType'] in (pac.PAC_SERVER_CHECKSUM, pac.PAC_PRIVSVR_CHECKSUM):
        print('signature', entry['ulType'], pac.PAC_SIGNATURE_DATA(body)['SignatureType'])
    if entry['ulType'] == pac.PAC_LOGON_INFO:
        body = body[len(TypeSerialization1(body)) + 4:]  # and the pointer to the structure
        data = pac.KERB_VALIDATION_INFO()
        data.fromString(body)
        data.fromStringReferents(body[len(data.getData()):])
        print('user', data['EffectiveName'], 'of', data['LogonDomainName'], data['LogonDomainId'].formatCanonical(), data['UserId'])
        print('groups', ' '.join(str(g['RelativeId']) for g in data['GroupIds']))
        print('extra', ' '.join(s['Sid'].formatCanonical() for s in data['ExtraSids']))
