"""impacket's netlogon client at our controller:
netlogon_impacket.py PORT COMPUTER MACHINE-PASSWORD USER PASSWORD [what]

Sets the secure channel up (NetrServerReqChallenge, NetrServerAuthenticate3, alter_context with the
netlogon provider) and asks about the user with an NTLMv2 response that impacket makes. Prints what
the answer says, as impacket decodes it. impacket 0.10.0 has AES for the provider, but its transport
asks for RC4, and one of its functions joins octets and text: both are set right here. `what`: level1
(an NTLM response), replay (the sealed question sent twice), plain (the question unsealed)."""
import hashlib
import hmac
import os
import sys

from impacket import ntlm
from impacket.dcerpc.v5 import nrpc, transport
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_AUTHN_NETLOGON, DCERPCException

class Kept:
    """impacket's connection, with every PDU written down as text2pcap reads it."""

    def __init__(self, inner, path):
        self.inner, self.out, self.rest = inner, open(path, 'w'), b''

    def note(self, mark, data):
        print(mark + '\n000000 ' + data.hex(' ') + '\n', file=self.out, flush=True)

    def send(self, data, *more):
        self.note('O', bytes(data))
        return self.inner.send(data, *more)

    def recv(self, *more):
        data = self.inner.recv(*more)
        self.rest += data
        while len(self.rest) >= 16 and len(self.rest) >= int.from_bytes(self.rest[8:10], 'little'):
            n = int.from_bytes(self.rest[8:10], 'little')
            self.note('I', self.rest[:n])
            self.rest = self.rest[n:]
        return data

    def __getattr__(self, name):
        return getattr(self.inner, name)


port, computer, secret, user, password = sys.argv[1:6]
what = sys.argv[6] if len(sys.argv) > 6 else ''

nrpc.ComputeNetlogonSignatureAES = lambda header, message, confounder, key: hmac.new(
    key, header.getData()[:8] + confounder + bytes(message), hashlib.sha256).digest()[:8]
seal, unseal = nrpc.SEAL, nrpc.UNSEAL
nrpc.SEAL = lambda data, confounder, sequence, key, aes: seal(data, confounder, sequence, key, True)
nrpc.UNSEAL = lambda data, auth, key, aes: unseal(data, auth, key, True)


def ask(dce):
    challenge, target = os.urandom(8), ntlm.AV_PAIRS()
    target[ntlm.NTLMSSP_AV_DOMAINNAME] = 'EXAMPLE'.encode('utf-16le')
    target[ntlm.NTLMSSP_AV_HOSTNAME] = computer.encode('utf-16le')
    nt, lm, key = ntlm.computeResponseNTLMv2(0, challenge, os.urandom(8), target.getData(), 'EXAMPLE', user, password) \
        if what != 'level1' else (ntlm.get_ntlmv1_response(ntlm.compute_nthash(password), challenge), b'', None)
    r = nrpc.NetrLogonSamLogonEx()
    r['LogonServer'], r['ComputerName'] = '\\\\DC1\x00', computer + '\x00'
    kind = nrpc.NETLOGON_LOGON_INFO_CLASS.NetlogonNetworkInformation
    r['LogonLevel'] = r['LogonInformation']['tag'] = kind
    n = r['LogonInformation']['LogonNetwork']
    n['Identity']['LogonDomainName'], n['Identity']['UserName'], n['Identity']['Workstation'] = 'EXAMPLE', user, 'PC1'
    n['Identity']['ParameterControl'] = 0
    n['LmChallenge'], n['NtChallengeResponse'], n['LmChallengeResponse'] = challenge, nt, lm
    r['ValidationLevel'] = nrpc.NETLOGON_VALIDATION_INFO_CLASS.NetlogonValidationSamInfo4
    r['ExtraFlags'] = 0
    answer = dce.request(r)
    i = answer['ValidationInformation']['ValidationSam4']
    print('user', i['EffectiveName'], 'full name', i['FullName'], 'rid', i['UserId'], 'domain', i['LogonDomainName'],
          i['LogonDomainId'].formatCanonical())
    print('groups', ' '.join(str(g['RelativeId']) for g in i['GroupIds']), 'primary', i['PrimaryGroupId'])
    print('extra SIDs', ' '.join(s['Sid'].formatCanonical() for s in i['ExtraSids']))
    print('DNS domain', i['DnsLogonDomainName'], 'server', i['LogonServer'], 'UAC %#x' % i['UserAccountControl'])
    if key is not None:
        print('session key is', 'ours' if bytes(i['UserSessionKey']) == key else 'ANOTHER')


try:
    trans = transport.DCERPCTransportFactory('ncacn_ip_tcp:127.0.0.1[%s]' % port)
    trans.set_credentials(computer + '$', secret, 'EXAMPLE', '', '')
    dce = trans.get_dce_rpc()
    dce.connect()
    if 'PDUS' in os.environ:
        trans._TCPTransport__socket = Kept(trans.get_socket(), os.environ['PDUS'])
    dce.bind(nrpc.MSRPC_UUID_NRPC)
    client = os.urandom(8) if what != 'zeros' else bytes(8)
    server = nrpc.hNetrServerReqChallenge(dce, '\\\\DC1\x00', computer + '\x00', client)['ServerChallenge']
    key = nrpc.ComputeSessionKeyAES(secret, client, server)
    credential = nrpc.ComputeNetlogonCredentialAES(client, key)
    flags = 0x612fffff if what != 'rc4' else 0x602fffff
    answer = nrpc.hNetrServerAuthenticate3(dce, '\\\\DC1\x00', computer + '$\x00',
                                           nrpc.NETLOGON_SECURE_CHANNEL_TYPE.WorkstationSecureChannel,
                                           computer + '\x00', credential, flags)
    if answer['ServerCredential'] != nrpc.ComputeNetlogonCredentialAES(server, key):
        print('the controller does not prove itself')
        sys.exit(1)
    print('channel of', computer, 'flags %#x' % answer['NegotiateFlags'], 'rid', answer['AccountRid'])
    if what == 'plain':
        ask(dce)
        sys.exit(0)
    dce.set_auth_type(RPC_C_AUTHN_NETLOGON)
    dce.set_auth_level(RPC_C_AUTHN_LEVEL_PKT_PRIVACY)
    sealed = dce.alter_ctx(nrpc.MSRPC_UUID_NRPC)
    sealed.set_session_key(key)
    if what == 'replay':
        send = trans.send
        trans.send = lambda data, *a, **k: (send(data, *a, **k), send(data, *a, **k))
        try:
            ask(sealed)
        finally:
            trans.send = send
        sealed.recv()  # what the controller says to the second
    else:
        ask(sealed)
        ask(sealed)  # the sequence numbers go on
except (DCERPCException, nrpc.DCERPCSessionError) as e:
    print('refused:', e)
    sys.exit(1)
