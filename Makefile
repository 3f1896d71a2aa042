# The whole build. `make help` lists what there is to ask for.

CC      ?= cc
BUILD   ?= build
CFLAGS  ?= -O2 -g
WARN    := -std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wno-missing-field-initializers
HARDEN  ?= -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS = $(WARN) $(HARDEN) $(CFLAGS) -D_GNU_SOURCE -I. -I$(BUILD)/gen -MMD -MP
SYSLIBS := -lcrypto -ltasn1 -lncursesw -ltinfo -levent_core -levent_openssl -lssl -lyaml -ljansson -lunistring -lpcap -llmdb -lm -lpthread

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

include $(sort $(wildcard tests/*.mk wire/*.mk trace/*.mk scenarios/*.mk))

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

INTEROP_QUICK := $(sort $(wildcard tests/interop/test_*.sh))
INTEROP_SLOW  := $(sort $(wildcard tests/interop/slow_*.sh))

PACKAGES      := gcc libc6-dev binutils libssl-dev libtasn1-6-dev libtasn1-bin libncurses-dev \
                 libevent-dev libyaml-dev libjansson-dev libunistring-dev libpcap-dev liblmdb-dev
TEST_PACKAGES := $(PACKAGES) gss-ntlmssp-dev winbind libcmocka-dev krb5-user krb5-kdc krb5-admin-server libkrb5-dev curl \
                 tshark tmux iproute2 python3-impacket gss-ntlmssp samba-testsuite python3-samba \
                 golang-go golang-github-jcmturner-gokrb5.v8-dev libedit2 \
                 apache2 apache2-utils libapache2-mod-auth-gssapi
LINT_PACKAGES := $(PACKAGES) clang-format cppcheck
FUZZ_PACKAGES := $(PACKAGES) clang libclang-rt-14-dev

run: ## install what is missing, build, and open the Kerberos lesson
	@tests/tools/install.sh $(PACKAGES)
	@$(MAKE) -s -j2 tessera
	@./tessera lesson kerberos-logon

test: ## install what is missing, build, run all tests, real peers too
	@tests/tools/install.sh $(TEST_PACKAGES)
	@$(MAKE) -s -j2 tessera test-programs interop-peers
	@rm -f $(BUILD)/faults.seen
	@TESSERA_FAULTS=$(BUILD)/faults.seen tests/tools/run.sh $(BUILD)/test.log $(TEST_PROGRAMS) $(FUZZ_REPLAYS) \
	    "tests/faults/every_row.sh $(BUILD)/tests/faults/all $(BUILD)/faults.seen" $(INTEROP_QUICK)

test-programs: $(TEST_PROGRAMS) $(FUZZ_REPLAYS) $(BUILD)/tests/faults/all

$(BUILD)/tests/faults/all: $(BUILD)/tests/faults/all.o $(call lib,$(LIBS_sim))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(call lib,$(LIBS_sim)) -Wl,--end-group $(SYSLIBS)

interop: ## the slower interoperability tests with real peers
	@tests/tools/install.sh $(TEST_PACKAGES)
	@$(MAKE) -s -j2 tessera interop-peers $(BUILD)/tests/bench/load
	@tests/tools/run.sh $(BUILD)/interop.log $(INTEROP_QUICK) $(INTEROP_SLOW)

asan: ## every unit test under the address and undefined sanitizers
	@$(MAKE) -s -j2 BUILD=build/asan HARDEN= CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" asan-run
asan-run: test-programs
	@tests/tools/run.sh $(BUILD)/test.log $(TEST_PROGRAMS) $(FUZZ_REPLAYS)

mutate: ## every scenario, every packet truncated and flipped everywhere
	@$(MAKE) -s -j2 $(BUILD)/tests/sim/test_mutate
	@MUTATE=all $(BUILD)/tests/sim/test_mutate

layers: $(call lib,$(FOLDERS)) ## who includes and links whom; README's map of the files
	@tests/tools/layers.sh $(BUILD)
	@tests/tools/map.sh

spec: ## the sections cited, and those claimed but cited nowhere
	@tests/tools/spec.sh

SOURCES = $(shell git ls-files '*.c' '*.h' 2>/dev/null || find . -name '*.[ch]' -not -path './build/*')
format: ## is every source file formatted? (make reformat does it)
	@tests/tools/install.sh $(LINT_PACKAGES)
	@clang-format --dry-run -Werror $(SOURCES) && echo "format: all files are"
reformat:
	clang-format -i $(SOURCES)

lint: $(GENERATED) ## static analysis
	@tests/tools/install.sh $(LINT_PACKAGES)
	@cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -D_GNU_SOURCE -I. -I$(BUILD)/gen $(FOLDERS) main.c && echo "lint: nothing found"

golden: $(TEST_PROGRAMS) ## rewrite golden files and screens from what is done now
	UPDATE=1 $(BUILD)/tests/sim/test_golden
	UPDATE=1 $(BUILD)/tests/tui/test_screens

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed 's/:.*## /\t/' | awk -F '\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

-include $(shell find $(BUILD) -path $(BUILD)/heimdal -prune -o -type f -name '*.d' -print 2>/dev/null)

clean: ## remove what was built
	rm -rf build tessera

.PHONY: run test test-programs interop asan asan-run mutate layers spec format reformat lint golden help clean
