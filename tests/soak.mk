# What takes minutes: numbers of a live realm under load, noise and attack. Nothing of it is part of
# `make test`.
SOAK_PROGRAMS := $(BUILD)/tests/soak/apreqs $(BUILD)/tests/bench/load

$(BUILD)/tests/soak/%: $(BUILD)/tests/soak/%.o $(call lib,$(LIBS_client))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_client)) -Wl,--end-group $(SYSLIBS)

SOAK_SECONDS := 60
soak: ## a live realm under load, noise and attack, for minutes
	@tests/tools/install.sh $(TEST_PACKAGES) gdb
	@$(MAKE) -s -j2 tessera interop-peers $(SOAK_PROGRAMS)
	@$(MAKE) -s -j2 BUILD=build/asan HARDEN= CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" TESSERA=build/asan/tessera soak-asan
	@BUILD=$(BUILD) tests/soak/soak.sh $(SOAK_SECONDS)
soak-asan: $(BUILD)/main.o $(call lib,$(LIBS_tui))
	$(CC) $(ALL_CFLAGS) -o $(TESSERA) $(BUILD)/main.o -Wl,--start-group $(call lib,$(LIBS_tui)) -Wl,--end-group $(SYSLIBS)
.PHONY: soak soak-asan
