# The built-in scenarios: the files that scenarios/ORDER names, in its order, become octets of the
# program.
SCENARIOS := $(shell cat scenarios/ORDER 2>/dev/null)
GEN_sim   := $(BUILD)/sim/scenarios_table.o

$(BUILD)/gen/sim/scenarios_table.c: scenarios/ORDER scenarios/scenarios.mk $(SCENARIOS:%=scenarios/%.yaml)
	@mkdir -p $(@D)
	@{ echo '#include "sim/scenario.h"'; \
	  for s in $(SCENARIOS); do \
	    echo "static const uint8_t text_$$(echo $$s | tr - _)[] = {"; \
	    od -An -v -tu1 scenarios/$$s.yaml | sed 's/  */,/g; s/^,//; s/$$/,/'; echo '};'; \
	  done; \
	  echo 'static const struct scenario_builtin table[] = {'; \
	  for s in $(SCENARIOS); do u=$$(echo $$s | tr - _); \
	    echo "    {\"$$s\", {text_$$u, sizeof text_$$u}},"; \
	  done; \
	  echo '};'; \
	  echo 'const struct scenario_builtin *scenario_builtins(size_t *n)'; \
	  echo '{ *n = sizeof table / sizeof *table; return table; }'; } > $@.tmp && mv $@.tmp $@
