/* Every way in which an element can be refused. */
#include "wire/codec_inside.h"

#include <stdio.h>
#include <string.h>

static const struct fault_row rows[CODEC_FAULTS] = {
    [DER_TRUNCATED] = {"der.truncated", "the element ends after the octets it is to lie in",
                       "X.690 8.1.3.3"},
    [DER_TAG_LONG] = {"der.tag-long", "a tag number above 30, which no message here has",
                      "X.690 8.1.2.4", "a tag number up to 30"},
    [DER_LENGTH_INDEFINITE] = {"der.length-indefinite",
                               "the length is left open, which DER does not allow", "X.690 10.1",
                               "a definite length"},
    [DER_LENGTH_RESERVED] = {"der.length-reserved", "0xff is reserved as first octet of a length",
                             "X.690 8.1.3.5", "80 to fe"},
    [DER_LENGTH_NOT_MINIMAL] = {"der.length-not-minimal",
                                "the length is written in more octets than it needs", "X.690 10.1",
                                "the fewest octets"},
    [DER_LENGTH_TOO_LARGE] = {"der.length-too-large", "a length beyond what any message can have",
                              "X.690 8.1.3.5", "less than 2147483647"},
    [DER_FORM] = {"der.form", "primitive stands where constructed belongs, or the reverse",
                  "X.690 8.1.2.5"},
    [TAG_WRONG] = {"asn.tag", "another element stands here than the one that belongs here",
                   "X.690 8.1.2.2"},
    [CHOICE_NONE] = {"asn.choice", "none of the alternatives has this tag", "X.690 8.13"},
    [WRAPPER_LONG] = {"asn.wrapper", "an explicit tag holds one element, and nothing after it",
                      "X.690 8.14", "the end"},
    [MESSAGE_TRAILING] = {"asn.trailing", "octets follow the message", "RFC 4120 5", "the end"},
    [FIELD_MISSING] = {"asn.field-missing", "a field that is not optional is missing",
                       "X.690 8.9.2"},
    [FIELD_ORDER] = {"asn.field-order", "a field stands twice or out of its order", "X.690 8.9.2"},
    [FIELD_UNKNOWN] = {"asn.field-unknown", "a field the schema does not have", "X.690 8.9.2",
                       "the end"},
    [LIST_SHORT] = {"asn.list-short", "the list has fewer elements than it must have",
                    "RFC 4120 5.2.7.5"},
    [TOO_DEEP] = {"asn.depth", "elements lie in one another deeper than any message has them",
                  "RFC 4120 5", "32 levels at most"},
    [INTEGER_EMPTY] = {"asn.integer-empty", "an INTEGER has at least one octet", "X.690 8.3.1",
                       "1 octet or more"},
    [INTEGER_PADDED] = {"asn.integer-padded", "the INTEGER is written in more octets than it needs",
                        "X.690 8.3.2", "the fewest octets"},
    [INTEGER_TOO_LARGE] = {"asn.integer-too-large", "the INTEGER has more than 64 bits",
                           "RFC 4120 5.2.4", "8 octets or fewer"},
    [INTEGER_RANGE] = {"asn.integer-range", "the INTEGER is outside of its range",
                       "RFC 4120 5.2.4"},
    [BOOLEAN_SIZE] = {"asn.boolean-size", "a BOOLEAN is one octet", "X.690 8.2.1", "1 octet"},
    [BOOLEAN_VALUE] = {"asn.boolean-value", "a BOOLEAN is either all zeros or all ones",
                       "X.690 11.1", "00 or ff"},
    [TIME_FORM] = {"asn.time-form", "the time is not in the one form that is allowed",
                   "RFC 4120 5.2.3", "YYYYMMDDHHMMSSZ"},
    [TIME_FRACTION] = {"asn.time-fraction", "a KerberosTime has no fractions of seconds",
                       "RFC 4120 5.2.3", "YYYYMMDDHHMMSSZ"},
    [TIME_ZONE] = {"asn.time-zone", "the time is not in UTC, marked by a final Z", "X.690 11.7.1",
                   "YYYYMMDDHHMMSSZ"},
    [TIME_DATE] = {"asn.time-date", "no calendar has this date, or no day this hour",
                   "RFC 4120 5.2.3", "a date and a time that exist"},
    [BITS_EMPTY] = {"asn.bits-empty", "the octet that counts the unused bits is missing",
                    "X.690 8.6.2.2", "1 octet or more"},
    [BITS_UNUSED] = {"asn.bits-unused", "so many unused bits cannot be in the last octet",
                     "X.690 8.6.2.2"},
    [BITS_PADDING] = {"asn.bits-padding", "an unused bit of the last octet is set", "X.690 11.2.1",
                      "zeros"},
    [FLAGS_SHORT] = {"asn.flags-short", "flags are sent as 32 bits at least", "RFC 4120 5.2.8",
                     "32 bits"},
    [FLAGS_LONG] = {"asn.flags-long", "no flag beyond bit 31 has been given a meaning",
                    "RFC 4120 5.2.8", "32 bits"},
    [STRING_NOT_IA5] = {"asn.string-not-ia5", "a KerberosString is sent in IA5 characters only",
                        "RFC 4120 5.2.1", "an octet below 80"},
    [OID_EMPTY] = {"asn.oid-empty", "an OBJECT IDENTIFIER has at least one octet", "X.690 8.19.2",
                   "1 octet or more"},
    [OID_CUT] = {"asn.oid-cut", "the last number of the OBJECT IDENTIFIER has no last octet",
                 "X.690 8.19.2", "an octet below 80"},
    [OID_PADDED] = {"asn.oid-padded",
                    "a number of the OBJECT IDENTIFIER begins with a padding octet", "X.690 8.19.2",
                    "the fewest octets"},
    [KRB_PVNO] = {"krb.pvno", "another version of the protocol", "RFC 4120 7.5.6", "5"},
    [KRB_MSG_TYPE] = {"krb.msg-type", "the message type contradicts the message's tag",
                      "RFC 4120 7.5.7"},
};

const struct fault_row *asn_fault_table(size_t *n)
{
    *n = CODEC_FAULTS - 1;
    return rows + 1; /* the first is CODEC_OK */
}

/* Deeper than ASN_DEPTH there are no places, so this buffer holds any path of sensible names. */
#define PATH_ROOM 2048

static size_t path_write(const struct place *p, char *out, size_t room)
{
    size_t n = p->up ? path_write(p->up, out, room) : 0;
    int more;
    if (!p->up)
        more = snprintf(out + n, room - n, "%s", p->type->name);
    else if (p->field)
        more = snprintf(out + n, room - n, ".%s", p->field->name);
    else
        more = snprintf(out + n, room - n, "[%zu]", p->index);
    n += more > 0 ? (size_t)more : 0;
    return n < room ? n : room - 1;
}

bool codec_refuse(const struct reader *r, const struct place *p, enum codec_fault code, size_t at,
                  const char *expected, const char *found)
{
    char path[PATH_ROOM] = "";
    if (p && (r->faults || fault_observer))
        path_write(p, path, sizeof path);
    return fault_raise(
        r->faults,
        (struct fault){
            .row = &rows[code], .path = path, .at = at, .expected = expected, .found = found});
}

bool codec_refuse_number(const struct reader *r, const struct place *p, enum codec_fault code,
                         size_t at, const char *expected, int64_t found)
{
    char words[WORDS];
    snprintf(words, sizeof words, "%lld", (long long)found);
    return codec_refuse(r, p, code, at, expected, words);
}

char *codec_tag_words(uint8_t identifier, char out[WORDS])
{
    static const char *const universal[31] = {
        [1] = "BOOLEAN",
        [2] = "INTEGER",
        [3] = "BIT STRING",
        [4] = "OCTET STRING",
        [5] = "NULL",
        [6] = "OBJECT IDENTIFIER",
        [10] = "ENUMERATED",
        [12] = "UTF8String",
        [16] = "SEQUENCE",
        [17] = "SET",
        [19] = "PrintableString",
        [22] = "IA5String",
        [23] = "UTCTime",
        [24] = "GeneralizedTime",
        [27] = "GeneralString",
    };
    static const char *const class[4] = {"UNIVERSAL ", "APPLICATION ", "", "PRIVATE "};
    unsigned number = identifier & 0x1f;
    if (identifier >> 6 == 0 && number < 31 && universal[number])
        snprintf(out, WORDS, "%s", universal[number]);
    else
        snprintf(out, WORDS, "[%s%u]", class[identifier >> 6], number);
    return out;
}
