#include "sim/yaml_tree.h"

#include "base/text.h"
#include "sim/scenario.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 16 /* of lists and mappings in each other */
#define KEYS_MAX  64 /* in a mapping */

const char *node_kind_text(enum node_kind kind)
{
    static const char *const texts[] = {"a text", "a list", "a mapping"};
    return texts[kind];
}

static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

/* libyaml's own complaints about octets have no line; these have. */
static bool octets_are_text(struct problems *all, struct bytes text)
{
    struct place at = {1, 1};
    uint32_t c;
    size_t longest = all->longest ? all->longest : SCENARIO_MAX;
    if (text.n > longest)
        return problem(all, at, "the file is longer than %zu octets", longest);
    for (struct bytes rest = text; rest.n;) {
        uint8_t octet = rest.p[0];
        if (!utf8_next(&rest, &c))
            return problem(all, at, "octet 0x%02x is not UTF-8", octet);
        if (is_control(c))
            return problem(all, at, "control character 0x%02x", (unsigned)c);
        at = c == '\n' ? (struct place){at.line + 1, 1} : (struct place){at.line, at.col + 1};
    }
    return true;
}

struct builder {
    struct problems *all;
    struct bytes text;
    struct node *open[DEPTH_MAX]; /* the lists and mappings we are in */
    struct node **tail[DEPTH_MAX];
    struct node *key[DEPTH_MAX]; /* a mapping's key that waits for its value */
    size_t depth;
    struct node *root;
};

static struct place place_of(yaml_mark_t mark)
{
    return (struct place){mark.line + 1, mark.column + 1};
}

/* A tab among the spaces a line begins with: the usual reason of a scanner's complaint. */
static bool tab_leads(struct bytes text, size_t line)
{
    size_t i = 0;
    for (; line && i < text.n; i++)
        line -= text.p[i] == '\n';
    while (i < text.n && text.p[i] == ' ')
        i++;
    return i < text.n && text.p[i] == '\t';
}

static bool not_yaml(struct builder *b, const yaml_parser_t *parser)
{
    struct place at = place_of(parser->problem_mark);
    if (parser->error == YAML_MEMORY_ERROR)
        return problem(b->all, at, "no memory to read this");
    if (parser->error == YAML_SCANNER_ERROR && tab_leads(b->text, parser->problem_mark.line))
        return problem(b->all, at, "a tab where YAML wants spaces");
    return problem(b->all, at, "not YAML: %s%s%s", parser->context ? parser->context : "",
                   parser->context ? ", " : "", parser->problem ? parser->problem : "unreadable");
}

static bool same_key_before(const struct node *map, const char *key)
{
    for (const struct node *v = map->first; v; v = v->next)
        if (strcmp(v->key->text, key) == 0)
            return true;
    return false;
}

/* Puts a node where the innermost open list or mapping wants its next one. */
static bool place_node(struct builder *b, struct node *node)
{
    if (!b->depth) {
        b->root = node;
        return true;
    }
    size_t d = b->depth - 1;
    struct node *in = b->open[d];
    if (in->kind == NODE_MAP && !b->key[d]) {
        if (node->kind != NODE_TEXT)
            return problem(b->all, node->at, "%s as a key; a key is a text",
                           node_kind_text(node->kind));
        if (in->n == KEYS_MAX)
            return problem(b->all, node->at, "a mapping with more than %d keys", KEYS_MAX);
        if (same_key_before(in, node->text))
            problem(b->all, node->at, "key \"%s\" stands here a second time", node->text);
        b->key[d] = node;
        return true;
    }
    node->key = b->key[d];
    b->key[d] = NULL;
    *b->tail[d] = node;
    b->tail[d] = &node->next;
    in->n++;
    return true;
}

static bool open_node(struct builder *b, struct node *node)
{
    if (b->depth == DEPTH_MAX)
        return problem(b->all, node->at, "lists and mappings nested more than %d deep", DEPTH_MAX);
    if (!place_node(b, node))
        return false;
    b->open[b->depth] = node;
    b->tail[b->depth] = &node->first;
    b->key[b->depth++] = NULL;
    return true;
}

static bool text_node(struct builder *b, struct node *node, const uint8_t *value, size_t n)
{
    uint32_t c;
    for (struct bytes rest = bytes_of(value, n); rest.n;)
        if (!utf8_next(&rest, &c) || is_control(c) || c == '\t' || c == '\r')
            return problem(b->all, node->at, "an escape stands for a control character");
    node->text = arena_str(b->all->mem, bytes_of(value, n));
    return place_node(b, node);
}

/* One event. The place of anchors, aliases and tags is where they stand. */
static bool take_event(struct builder *b, const yaml_event_t *e)
{
    struct place at = place_of(e->start_mark);
    struct node *node = arena_new_of(b->all->mem, struct node);
    const yaml_char_t *anchor = NULL, *tag = NULL;
    node->at = at;
    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return problem(b->all, at, "aliases (*name) are not read here; write it out");
    case YAML_SCALAR_EVENT:
        anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
        node->kind = NODE_LIST;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
        node->kind = NODE_MAP;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return true;
    case YAML_DOCUMENT_START_EVENT:
        return !b->root || problem(b->all, at, "a second document; a file holds one scenario");
    default:
        return true;
    }
    if (anchor)
        return problem(b->all, at, "anchors (&name) are not read here");
    if (tag)
        return problem(b->all, at, "tags (!name) are not read here");
    if (node->kind == NODE_TEXT)
        return text_node(b, node, e->data.scalar.value, e->data.scalar.length);
    return open_node(b, node);
}

static bool take_events(struct builder *b, yaml_parser_t *parser)
{
    for (bool more = true; more;) {
        yaml_event_t e;
        if (!yaml_parser_parse(parser, &e))
            return not_yaml(b, parser);
        more = e.type != YAML_STREAM_END_EVENT;
        bool ok = take_event(b, &e);
        yaml_event_delete(&e);
        if (!ok)
            return false;
    }
    return true;
}

/* Some editors begin a file of UTF-8 with U+FEFF. It is no part of what is written (RFC 3629 6). */
static struct bytes after_mark(struct bytes text)
{
    const struct bytes mark = BYTES_LIT("\xef\xbb\xbf");
    return bytes_starts(text, mark) ? bytes_slice(text, mark.n, text.n) : text;
}

struct node *yaml_tree(struct problems *all, struct bytes text)
{
    text = after_mark(text);
    struct builder b = {.all = all, .text = text};
    yaml_parser_t parser;
    if (!octets_are_text(all, text))
        return NULL;
    if (!yaml_parser_initialize(&parser)) {
        problem(all, (struct place){1, 1}, "no memory to read this");
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text.p, text.n);
    bool ok = take_events(&b, &parser);
    yaml_parser_delete(&parser);
    if (ok && !b.root)
        problem(all, (struct place){1, 1}, "the file is empty");
    return ok ? b.root : NULL;
}
