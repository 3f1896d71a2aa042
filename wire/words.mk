# The words of fields: wire/words.en becomes a table by wire/generate/words.c, which holds it
# against the schema and stops at a gap.
GEN_wire += $(BUILD)/wire/words_table.o

$(BUILD)/gen/wire/words: wire/generate/words.c $(BUILD)/wire/opens.o $(ASN_MODULES:%=$(BUILD)/wire/%_rows.o) $(BUILD)/wire/builtin.o
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $(filter %.c %.o,$^)

$(BUILD)/gen/wire/words_table.c: $(BUILD)/gen/wire/words wire/words.en
	$< wire/words.en $@
