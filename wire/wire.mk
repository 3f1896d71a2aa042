# The schema: each .asn module is compiled by asn1Parser (libtasn1) and turned into structs and
# rows by wire/generate/rows.c. The first-hand table also serves the second reader.
ASN_MODULES := kerberos
ASN_SPEC_kerberos := RFC 4120
GENERATED   := $(ASN_MODULES:%=$(BUILD)/gen/wire/%.h)
GEN_wire    := $(ASN_MODULES:%=$(BUILD)/wire/%_rows.o) $(ASN_MODULES:%=$(BUILD)/wire/%_table.o)

$(BUILD)/gen/wire/%_table.c: wire/%.asn
	@mkdir -p $(@D)
	asn1Parser -o $@.tmp -n asn_table_$* $< && mv $@.tmp $@

$(BUILD)/gen/wire/%_generate: wire/generate/rows.c $(BUILD)/gen/wire/%_table.c
	$(CC) -std=gnu11 -O1 -Wall -Wextra -DASN_TABLE=asn_table_$* -o $@ $^ -ltasn1

$(BUILD)/gen/wire/%.h $(BUILD)/gen/wire/%_rows.c &: $(BUILD)/gen/wire/%_generate wire/%.asn
	$(BUILD)/gen/wire/$*_generate $* "$(ASN_SPEC_$*)" $(BUILD)/gen/wire/$*.h $(BUILD)/gen/wire/$*_rows.c < wire/$*.asn
