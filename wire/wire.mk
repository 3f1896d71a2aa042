# The schema: each .asn module is compiled by asn1Parser (libtasn1) and turned into structs and
# rows by wire/generate. The first-hand table also serves the second reader.
ASN_MODULES := kerberos spnego
ASN_SPEC_kerberos := RFC 4120
ASN_SPEC_spnego   := RFC 4178
ASN_SPEC_flags    := TEST
GENERATED   := $(ASN_MODULES:%=$(BUILD)/gen/wire/%.h)
GEN_wire    := $(ASN_MODULES:%=$(BUILD)/wire/%_rows.o) $(ASN_MODULES:%=$(BUILD)/wire/%_table.o)

GENERATOR := wire/generate/rows.c wire/generate/schema.c wire/generate/structs.c
vpath %.asn wire tests/wire

$(BUILD)/gen/wire/%_table.c: %.asn
	@mkdir -p $(@D)
	asn1Parser -o $@.tmp -n asn_table_$* $< && mv $@.tmp $@

$(BUILD)/gen/wire/%_generate: $(GENERATOR) wire/generate/schema.h wire/generate/structs.h $(BUILD)/gen/wire/%_table.c
	$(CC) -std=gnu11 -O1 -Wall -Wextra -D_GNU_SOURCE -DASN_TABLE=asn_table_$* -o $@ $(filter %.c,$^) -ltasn1

$(BUILD)/gen/wire/%.h $(BUILD)/gen/wire/%_rows.c &: $(BUILD)/gen/wire/%_generate %.asn
	$< $* "$(ASN_SPEC_$*)" $(BUILD)/gen/wire/$*.h $(BUILD)/gen/wire/$*_rows.c < $(filter %.asn,$^)

# The generator's own test has a schema of its own.
$(BUILD)/tests/wire/test_generate.o: $(BUILD)/gen/wire/flags.h $(BUILD)/gen/wire/refused_table.c
