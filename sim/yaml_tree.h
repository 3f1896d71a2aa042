/* YAML as a tree of texts, lists and mappings, each with its place. A small YAML: one document, no
 * anchors, aliases or tags; what a text means (number, time, true) is said by who asks for it, so
 * that a realm called NO stays a name. */
#ifndef SIM_YAML_TREE_H
#define SIM_YAML_TREE_H

#include "sim/problems.h"

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct place at;
    const char *text;          /* NODE_TEXT: UTF-8 without control characters but newlines */
    struct node *key;          /* of a mapping's value: a NODE_TEXT */
    struct node *first, *next; /* items; a mapping's values */
    size_t n;                  /* of items or values */
};

/* What the file holds; NULL: nothing could be made of it, and `problems` says why. In
 * problems->mem. */
struct node *yaml_tree(struct problems *, struct bytes text);
/* "a text", "a list", "a mapping". */
const char *node_kind_text(enum node_kind);

#endif
