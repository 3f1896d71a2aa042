# Speed, side by side with the peer in one run. Nothing of this is part of `make test`.
BENCH_PROGRAMS := $(BUILD)/tests/bench/load $(BUILD)/tests/bench/echo $(BUILD)/tests/bench/floor

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(call lib,context crypto wire base)
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,context crypto wire base) -Wl,--end-group $(SYSLIBS)

bench: ## our live KDC beside MIT's, and the floor: CPU time per request, rate, latency
	@tests/tools/install.sh $(TEST_PACKAGES)
	@$(MAKE) -s -j2 tessera $(BENCH_PROGRAMS)
	@tests/bench/kdc.sh $(BUILD) $(ROUNDS) $(REQUESTS)
ROUNDS   := 5
REQUESTS := 8000
.PHONY: bench
