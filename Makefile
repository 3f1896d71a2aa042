# The whole build. `make help` lists what there is to ask for.

CC      ?= cc
BUILD   ?= build
CFLAGS  ?= -O2 -g
WARN    := -std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wno-missing-field-initializers
HARDEN  ?= -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS = $(WARN) $(HARDEN) $(CFLAGS) -D_GNU_SOURCE -I. -I$(BUILD)/gen -MMD -MP
SYSLIBS := -lcrypto -ltasn1 -lncursesw -ltinfo -levent_core -lyaml -ljansson -lunistring -lm

# Who may include whom is who may link whom: each folder is a library, each test links only what
# its folder may know (docs/architecture.md). Order is link order.
FOLDERS      := base crypto wire context realm kdc ntlm client service trace sim tui
LIBS_base    := base
LIBS_crypto  := crypto base
LIBS_wire    := wire base
LIBS_context := context crypto wire base
LIBS_realm   := realm $(LIBS_context)
LIBS_kdc     := kdc $(LIBS_realm)
LIBS_ntlm    := ntlm $(LIBS_realm)
LIBS_client  := client $(LIBS_context)
LIBS_service := service $(LIBS_context)
LIBS_trace   := trace $(LIBS_context)
LIBS_sim     := sim trace kdc ntlm client service $(LIBS_realm)
LIBS_tui     := tui $(LIBS_sim)

# A folder that is still empty has no library yet.
HERE         := $(foreach f,$(FOLDERS),$(if $(wildcard $(f)/*.c),$(f)))
lib           = $(foreach f,$(filter $(HERE),$(1)),$(BUILD)/lib$(f).a)
objects       = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c)) $(GEN_$(1))

.DEFAULT_GOAL := tessera
.SECONDARY:
.DELETE_ON_ERROR:

include $(sort $(wildcard tests/*.mk wire/*.mk scenarios/*.mk))

tessera: $(BUILD)/main.o $(call lib,$(LIBS_tui))
	$(CC) $(ALL_CFLAGS) -o $@ $(BUILD)/main.o -Wl,--start-group $(call lib,$(LIBS_tui)) -Wl,--end-group $(SYSLIBS)

$(BUILD)/%.o: %.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

define library
$(BUILD)/lib$(1).a: $(call objects,$(1))
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call library,$(f))))

# ---- tests: tests/FOLDER/test_*.c, a cmocka program each ------------------------------------
SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
define test_of
$(BUILD)/tests/$(1)/%: $(BUILD)/tests/$(1)/%.o $(SUPPORT) $(call lib,$(LIBS_$(1)))
	$$(CC) $$(ALL_CFLAGS) -o $$@ $$< $(SUPPORT) -Wl,--start-group $(call lib,$(LIBS_$(1))) -Wl,--end-group -lcmocka $$(SYSLIBS)
endef
$(foreach f,$(FOLDERS),$(eval $(call test_of,$(f))))
TEST_SOURCES  := $(wildcard $(foreach f,$(FOLDERS),tests/$(f)/test_*.c))
TEST_PROGRAMS := $(TEST_SOURCES:%.c=$(BUILD)/%)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build tessera
.PHONY: clean
