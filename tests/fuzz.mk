# Fuzzing: tests/fuzz/fuzz_NAME.c has LLVMFuzzerTestOneInput and nothing else of libFuzzer.
#   make fuzz                 every harness with clang's fuzzer, FUZZ_SECONDS each
#   make fuzz FUZZ=codec      one of them
#   build/tests/fuzz/NAME_replay   the same harness over the seeds and the kept corpus (make test)
# Seeds are made of the published vectors (tests/fuzz/seeds.c); what the fuzzer adds to them stays
# in build/fuzz/corpus; an input that found something is kept in tests/fuzz/corpus/NAME.
FUZZ         ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 60
FUZZ_REPLAYS := $(FUZZ:%=$(BUILD)/tests/fuzz/%_replay)
FUZZ_SEEDS   := $(BUILD)/tests/fuzz/seeds/made
FUZZ_BUILD   := build/fuzz
FUZZ_CFLAGS  := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# A harness links what it may know: FUZZ_LIBS_NAME, or everything.
FUZZ_LIBS_codec := wire base
FUZZ_LIBS_keytab := wire base
FUZZ_LIBS_pac := wire base
FUZZ_LIBS_ndr := wire base
FUZZ_LIBS_ccache := wire base
FUZZ_LIBS_gss := wire base
FUZZ_LIBS_frame := wire base
FUZZ_LIBS_http := wire base
FUZZ_LIBS_http_auth := wire base
FUZZ_LIBS_store := realm context crypto wire base
FUZZ_LIBS_dns := wire base
FUZZ_LIBS_kpasswd := wire base
FUZZ_LIBS_descriptor := wire base
FUZZ_LIBS_sddl := service context crypto wire base
FUZZ_LIBS_transited := context crypto wire base
FUZZ_LIBS_protected := context crypto wire base
FUZZ_LIBS_message := context crypto wire base
FUZZ_LIBS_spnego := wire base
FUZZ_LIBS_spnego_context := context crypto wire base
FUZZ_LIBS_ntlm := wire base
FUZZ_LIBS_rpc := wire base
FUZZ_LIBS_netlogon_stub := wire base
FUZZ_LIBS_netlogon := context crypto wire base
FUZZ_LIBS_ntlm_verifier := ntlm realm context crypto wire base
FUZZ_LIBS_ntlm_context := context crypto wire base

define fuzz_of
$(BUILD)/tests/fuzz/$(1)_replay: $(BUILD)/tests/fuzz/fuzz_$(1).o $(BUILD)/tests/fuzz/replay.o $(call lib,$(or $(FUZZ_LIBS_$(1)),$(HERE))) | $(FUZZ_SEEDS)
	$$(CC) $$(ALL_CFLAGS) -o $$@ -Wl,--start-group $$^ -Wl,--end-group $$(SYSLIBS)
$(BUILD)/tests/fuzz/fuzz_$(1): $(BUILD)/tests/fuzz/fuzz_$(1).o $(call lib,$(or $(FUZZ_LIBS_$(1)),$(HERE))) | $(FUZZ_SEEDS)
	$$(CC) $$(ALL_CFLAGS) -fsanitize=fuzzer -o $$@ -Wl,--start-group $$^ -Wl,--end-group $$(SYSLIBS)
endef
$(foreach name,$(FUZZ),$(eval $(call fuzz_of,$(name))))

$(BUILD)/tests/fuzz/seeds_make: $(BUILD)/tests/fuzz/seeds.o $(call lib,wire base)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(call lib,wire base) $(SYSLIBS)

$(FUZZ_SEEDS): $(BUILD)/tests/fuzz/seeds_make $(wildcard tests/vectors/*.txt)
	@mkdir -p $(@D)
	$< $(@D) && touch $@

fuzz: ## each harness under clang's fuzzer, FUZZ_SECONDS (60) long
	@$(MAKE) -s CC=clang BUILD=$(FUZZ_BUILD) CFLAGS="$(FUZZ_CFLAGS)" HARDEN= $(FUZZ:%=$(FUZZ_BUILD)/tests/fuzz/fuzz_%)
	@mkdir -p $(FUZZ_BUILD)/found
	@set -e; for name in $(FUZZ); do \
		echo "fuzz $$name"; \
		mkdir -p $(FUZZ_BUILD)/corpus/$$name tests/fuzz/corpus/$$name; \
		$(FUZZ_BUILD)/tests/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_BUILD)/found/$$name- $(FUZZ_BUILD)/corpus/$$name \
			$$(ls -d $(FUZZ_BUILD)/tests/fuzz/seeds/$$name 2>/dev/null) tests/fuzz/corpus/$$name; \
		rmdir tests/fuzz/corpus/$$name tests/fuzz/corpus 2>/dev/null || true; \
	done
.PHONY: fuzz
