# The sentences of steps: trace/steps.en becomes a table by trace/generate/steps.c.
ifndef GEN_trace
GEN_trace := $(BUILD)/trace/steps_table.o

$(BUILD)/gen/trace/steps: trace/generate/steps.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 -Wall -Wextra -D_GNU_SOURCE -o $@ $<

$(BUILD)/gen/trace/steps_table.c: $(BUILD)/gen/trace/steps trace/steps.en
	$< trace/steps.en $@
endif
