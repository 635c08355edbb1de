/*
 * scenario_doc.c - libyaml's events become nodes of one pool.
 *
 * The bytes are checked first, so that libyaml sees only clean UTF-8 and its lines are ours:
 * 'line separators' other than the newline would let its count of lines differ from an editor's.
 */
#include "model/scenario_doc.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/macros.h"
#include "model/utf8.h"

struct builder {
	struct doc *doc;
	struct problems *problems;
	struct node *open[DOC_DEPTH_MAX];
	struct node *keys[DOC_DEPTH_MAX]; /* of an open mapping: the key that waits for its value */
	unsigned depth;
	bool done; /* stop reading */
	int error;
};

/* Why a character may not be in a scenario, or NULL. */
static const char *character_problem(uint32_t character, char following)
{
	if (character == '\n' || character == '\t')
		return NULL;
	if (character == '\r')
		return following == '\n' ? NULL : "a carriage return without a newline";
	if (!character)
		return "a NUL byte";
	if (character < 0x20 || (character >= 0x7f && character <= 0x9f))
		return "a control character";
	if (character == 0x2028 || character == 0x2029)
		return "a line separator that is not a newline";
	if (character == 0xfeff || character == 0xfffe || character == 0xffff)
		return "a byte order mark or non-character";
	return NULL;
}

static bool text_clean(struct problems *problems)
{
	const char *text = problems->text;
	size_t size = problems->size;

	for (size_t at = 0; at < size;) {
		uint32_t character;
		unsigned length = utf8_decode(text + at, size - at, &character);
		char following = at + 1 < size ? text[at + 1] : '\0';
		const char *problem = "bytes that are not UTF-8";

		if (length)
			problem = character_problem(character, following);
		if (problem) {
			problems_add(problems, problems_span_at(problems, at),
				     "%s; a scenario is plain UTF-8 text", problem);
			return false;
		}
		at += length;
	}
	return true;
}

static struct span span_of(const yaml_event_t *event)
{
	const yaml_mark_t *start = &event->start_mark;
	const yaml_mark_t *end = &event->end_mark;
	struct span span = { .line = (uint32_t)start->line + 1,
			     .column = (uint32_t)start->column + 1 };

	if (end->line == start->line)
		span.end = (uint32_t)end->column + 1;
	return span;
}

static void stop(struct builder *builder, struct span span, const char *why)
{
	problems_add(builder->problems, span, "%s", why);
	builder->doc->cut = true;
	builder->done = true;
}

/* Hangs a node into the innermost open one. */
static void attach(struct builder *builder, struct node *node)
{
	struct node *parent, **key;

	if (!builder->depth) {
		builder->doc->root = node;
		return;
	}
	parent = builder->open[builder->depth - 1];
	key = &builder->keys[builder->depth - 1];
	if (parent->kind == NODE_MAPPING && !*key) {
		*key = node;
		return;
	}
	node->key = *key;
	*key = NULL;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
}

static struct node *add(struct builder *builder, enum node_kind kind, struct span span)
{
	struct doc *doc = builder->doc;
	struct node *node;

	if (doc->node_count == doc->node_max) {
		stop(builder, span, "too many values; a scenario has at most 16384");
		return NULL;
	}
	node = &doc->nodes[doc->node_count++];
	node->kind = kind;
	node->span = span;
	attach(builder, node);
	return node;
}

static void refuse_extras(struct builder *builder, struct node *node, const yaml_char_t *anchor,
			  const yaml_char_t *tag)
{
	if (anchor)
		problems_add(builder->problems, node->span,
			     "anchors are not allowed; write the value out where it is needed");
	if (tag)
		problems_add(builder->problems, node->span,
			     "tags are not allowed; every key has its own type");
}

static void open_node(struct builder *builder, enum node_kind kind, struct span span,
		      const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct node *node;

	if (builder->depth == DOC_DEPTH_MAX) {
		stop(builder, span, "nested deeper than 8 levels");
		return;
	}
	node = add(builder, kind, span);
	if (!node)
		return;
	refuse_extras(builder, node, anchor, tag);
	builder->keys[builder->depth] = NULL;
	builder->open[builder->depth++] = node;
}

static void add_word(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;
	struct node *node = add(builder, NODE_WORD, span_of(event));

	if (!node)
		return;
	refuse_extras(builder, node, event->data.scalar.anchor, event->data.scalar.tag);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = strndup(text, size);
	if (!node->text) {
		builder->error = -ENOMEM;
		builder->done = true;
	} else if (strlen(node->text) != size) {
		node->refused = true;
		problems_add(builder->problems, node->span,
			     "a NUL byte; a scenario is plain UTF-8 text");
	}
}

static void add_alias(struct builder *builder, const yaml_event_t *event)
{
	struct node *node = add(builder, NODE_WORD, span_of(event));

	if (!node)
		return;
	node->refused = true;
	problems_add(builder->problems, node->span,
		     "aliases are not allowed; write the value out where it is needed");
}

static void start_document(struct builder *builder, const yaml_event_t *event)
{
	struct span span = span_of(event);

	if (builder->doc->root)
		stop(builder, span, "a second document; put each scenario into a file of its own");
	else if (event->data.document_start.version_directive ||
		 event->data.document_start.tag_directives.start !=
			 event->data.document_start.tag_directives.end)
		problems_add(builder->problems, span, "directives are not allowed; remove them");
}

static void handle(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		start_document(builder, event);
		break;
	case YAML_ALIAS_EVENT:
		add_alias(builder, event);
		break;
	case YAML_SCALAR_EVENT:
		add_word(builder, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_node(builder, NODE_LIST, span_of(event), event->data.sequence_start.anchor,
			  event->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		open_node(builder, NODE_MAPPING, span_of(event), event->data.mapping_start.anchor,
			  event->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		assert(builder->depth);
		builder->depth--;
		break;
	case YAML_STREAM_END_EVENT:
		builder->done = true;
		break;
	default:
		break;
	}
}

/* libyaml gave up: it says where and, in its own words, why. */
static void syntax_error(struct builder *builder, const yaml_parser_t *parser)
{
	struct problems *problems = builder->problems;
	size_t last = problems->size ? problems->size - 1 : 0;
	struct span end = problems_span_at(problems, last);
	struct span span = { .line = (uint32_t)parser->problem_mark.line + 1,
			     .column = (uint32_t)parser->problem_mark.column + 1 };

	builder->doc->cut = true;
	builder->done = true;
	if (parser->error == YAML_MEMORY_ERROR) {
		builder->error = -ENOMEM;
		return;
	}
	if (parser->error == YAML_READER_ERROR)
		span = problems_span_at(problems, parser->problem_offset);
	if (span.line > end.line)
		span = end;
	problems_add(problems, span, "not valid YAML: %s%s%s",
		     parser->context ? parser->context : "", parser->context ? ", " : "",
		     parser->problem ? parser->problem : "cannot be read");
}

static int build(struct builder *builder)
{
	struct problems *problems = builder->problems;
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)problems->text,
				     problems->size);
	while (!builder->done) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			syntax_error(builder, &parser);
			break;
		}
		handle(builder, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	for (unsigned i = 0; builder->doc->cut && i < builder->depth; i++)
		builder->open[i]->cut = true;
	return builder->error;
}

int doc_read(struct doc *doc, struct problems *problems)
{
	struct builder builder = { .doc = doc, .problems = problems };
	int error;

	*doc = (struct doc){ 0 };
	if (!text_clean(problems)) {
		doc->cut = true;
		return 0;
	}
	/* A byte makes at most two nodes: `a:` is a mapping, a key and an empty value. */
	doc->node_max = (unsigned)MIN(2 * problems->size + 2, (size_t)DOC_NODES_MAX);
	doc->nodes = calloc(doc->node_max, sizeof(*doc->nodes));
	if (!doc->nodes)
		return -ENOMEM;
	error = build(&builder);
	if (!error && !doc->root && !doc->cut)
		problems_add(problems, (struct span){ 1, 1, 0 },
			     "the file is empty; a scenario has at least 'scenario' and 'targets'");
	return error;
}

void doc_finish(struct doc *doc)
{
	for (unsigned i = 0; i < doc->node_count; i++)
		free(doc->nodes[i].text);
	free(doc->nodes);
	*doc = (struct doc){ 0 };
}

const struct node *node_find(const struct node *node, const char *key)
{
	if (!node || node->kind != NODE_MAPPING)
		return NULL;
	for (const struct node *value = node->first; value; value = value->next)
		if (value->key->text && !strcmp(value->key->text, key))
			return value;
	return NULL;
}

bool node_empty(const struct node *node)
{
	if (node->kind != NODE_WORD || !node->plain || !node->text)
		return false;
	return !*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null");
}
