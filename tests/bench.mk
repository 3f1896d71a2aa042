# Speed, side by side with the peer in one run. Nothing of this is part of `make test`.
BENCH_PROGRAMS := $(BUILD)/tests/bench/load $(BUILD)/tests/bench/echo $(BUILD)/tests/bench/floor \
                  $(BUILD)/tests/bench/gss $(BUILD)/tests/bench/ntlm \
                  $(BUILD)/tests/bench/httpload

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(call lib,context crypto wire base)
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,context crypto wire base) -Wl,--end-group $(SYSLIBS)

$(BUILD)/tests/bench/gss: $(BUILD)/tests/bench/gss.o $(call lib,client service $(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,client service $(LIBS_context)) -Wl,--end-group $(SYSLIBS) -lgssapi_krb5 -lkrb5

$(BUILD)/tests/bench/ntlm: $(BUILD)/tests/bench/ntlm.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group $(SYSLIBS) -lgssapi_krb5

$(BUILD)/tests/bench/httpload: $(BUILD)/tests/bench/httpload.o $(call lib,$(LIBS_context))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_context)) -Wl,--end-group $(SYSLIBS) -lgssapi_krb5

bench: ## our KDC beside MIT's, our web server beside Apache, NTLM beside gss-ntlmssp: CPU time, rate, latency
	@tests/tools/install.sh $(TEST_PACKAGES)
	@$(MAKE) -s -j2 tessera $(BENCH_PROGRAMS)
	@tests/bench/kdc.sh $(BUILD) $(ROUNDS) $(REQUESTS)
	@tests/bench/workers.sh $(BUILD) $(ROUNDS) $(REQUESTS)
	@tests/bench/gss.sh $(BUILD) $(ROUNDS)
	@tests/bench/ntlm.sh $(BUILD) $(ROUNDS)
	@tests/bench/http.sh $(BUILD) $(ROUNDS) $(REQUESTS)
bench-store: ## a request to a store of 1000 and of 1000000
	@$(MAKE) -s -j2 tessera $(BUILD)/tests/bench/load
	@tests/bench/store.sh $(BUILD)
.PHONY: bench-store
ROUNDS   := 5
REQUESTS := 8000
.PHONY: bench
