# The peers of the interoperability tests. peer.c knows nothing of ours; gss.c is MIT's GSS-API on a
# socket; files.c prints what our readers read; engine.c puts our client engine on real sockets and
# beside MIT's acceptor; messages.c and protected.c have our messages beside MIT's; forward.c forwards
# a TGT as MIT does; spnego.c has our SPNEGO beside MIT's; setpw.c sets a password by MIT's library;
# access.c has our access checks beside Samba's; ntlm.c has an end of NTLM on its standard streams,
# ntlm_gss.c ours beside gss-ntlmssp's in one process.
INTEROP_PEERS := $(BUILD)/tests/interop/peer $(BUILD)/tests/interop/gss $(BUILD)/tests/interop/engine \
                 $(BUILD)/tests/interop/files $(BUILD)/tests/interop/messages \
                 $(BUILD)/tests/interop/protected $(BUILD)/tests/interop/forward \
                 $(BUILD)/tests/interop/setpw $(BUILD)/tests/interop/spnego \
                 $(BUILD)/tests/interop/access $(BUILD)/tests/interop/ntlm \
                 $(BUILD)/tests/interop/ntlm_gss $(BUILD)/tests/soak/apreqs

$(BUILD)/tests/interop/peer: $(BUILD)/tests/interop/peer.o
	$(CC) $(ALL_CFLAGS) -o $@ $<
$(BUILD)/tests/interop/gss: $(BUILD)/tests/interop/gss.o
	$(CC) $(ALL_CFLAGS) -o $@ $< -lgssapi_krb5 -lkrb5
$(BUILD)/tests/interop/engine: $(BUILD)/tests/interop/engine.o $(call lib,$(LIBS_client))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_client)) -Wl,--end-group -lgssapi_krb5 $(SYSLIBS)
$(BUILD)/tests/interop/files: $(BUILD)/tests/interop/files.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group $(SYSLIBS)

$(BUILD)/tests/interop/messages: $(BUILD)/tests/interop/messages.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group -lgssapi_krb5 $(SYSLIBS)
$(BUILD)/tests/interop/spnego: $(BUILD)/tests/interop/spnego.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group -lgssapi_krb5 $(SYSLIBS)
$(BUILD)/tests/interop/protected: $(BUILD)/tests/interop/protected.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group -lkrb5 $(SYSLIBS)

$(BUILD)/tests/interop/forward: $(BUILD)/tests/interop/forward.o
	$(CC) $(ALL_CFLAGS) -o $@ $< -lkrb5

$(BUILD)/tests/interop/setpw: $(BUILD)/tests/interop/setpw.o
	$(CC) $(ALL_CFLAGS) -o $@ $< -lkrb5

$(BUILD)/tests/interop/access: $(BUILD)/tests/interop/access.o $(call lib,$(LIBS_service))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_service)) -Wl,--end-group $(SYSLIBS)

$(BUILD)/tests/interop/ntlm: $(BUILD)/tests/interop/ntlm.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group $(SYSLIBS)

$(BUILD)/tests/interop/ntlm_gss: $(BUILD)/tests/interop/ntlm_gss.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group -lgssapi_krb5 $(SYSLIBS)

interop-peers: $(INTEROP_PEERS)
.PHONY: interop-peers
