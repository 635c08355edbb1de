/*
 * case_list.c - the product of a scenario's lists, without what cannot be.
 */
#include "run/case_list.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/macros.h"
#include "io/ring.h"
#include "model/nearest.h"

enum { MESSAGE_MAX = 512, CASES_MAX = 1 << 20 };

/* A target whose whole plug-in is not here: kept so that a skipped case has something to name. */
struct absent {
	struct absent *next;
	struct entry entry;
	char name[];
};

void case_list_init(struct case_list *list)
{
	static const char *const missing[RING_COUNT] = {
		[RING_PLAIN] = "io_uring cannot be set up here; see `droptest doctor`",
		[RING_COOP] = "this kernel has no IORING_SETUP_COOP_TASKRUN (Linux 5.19)",
		[RING_DEFER] = "this kernel has no IORING_SETUP_DEFER_TASKRUN (Linux 6.1)",
		[RING_SQPOLL] = "IORING_SETUP_SQPOLL is refused here (Linux 5.11, or a privilege)",
	};

	*list = (struct case_list){ 0 };
	for (unsigned mode = 0; mode < RING_COUNT; mode++) {
		struct ring ring;

		if (ring_init(&ring, mode))
			list->rings[mode] = missing[mode];
		else
			ring_finish(&ring);
	}
}

void case_list_finish(struct case_list *list)
{
	while (list->absent) {
		struct absent *absent = list->absent;

		list->absent = absent->next;
		free(absent);
	}
	free(list->cases);
	*list = (struct case_list){ 0 };
}

static bool moves_whole_units(const struct dt_operation *operation)
{
	return operation->unit != DT_BYTES || operation->flags & DT_EXACT;
}

static const char *condition_obstacle(const struct dt_operation *operation, enum wire_kind wire,
				      enum condition condition)
{
	bool reads = operation->direction != DT_WRITER, writes = operation->direction != DT_READER;

	switch (condition) {
	case CONDITION_EOF_MID_UNIT:
		if (!reads || !moves_whole_units(operation))
			return "eof-mid-unit needs an operation that reads whole units";
		break;
	case CONDITION_MALFORMED:
		if (!reads || operation->unit != DT_FRAMES)
			return "malformed needs an operation that reads frames";
		break;
	case CONDITION_EPIPE:
		if (!writes)
			return "epipe needs an operation that writes";
		break;
	case CONDITION_WRITE_ZERO:
		if (!writes || operation->flags & DT_RAW)
			return "write-zero needs an operation that writes by dt_write";
		break;
	case CONDITION_RESET:
		if (wire == WIRE_PIPE)
			return "a pipe cannot be reset";
		break;
	default:
		break;
	}
	return NULL;
}

const char *case_obstacle(const struct dt_operation *operation, enum dt_unit unit,
			  enum wire_kind wire, enum condition condition)
{
	if (operation->flags & DT_UNSTARTED)
		return "the operation is only called as another operation first";
	if (operation->unit != unit)
		return "the operation works in another unit than the scenario";
	if (wire == WIRE_PIPE && operation->flags & DT_SOCKET)
		return "the operation needs a socket";
	if (wire == WIRE_PIPE && operation->direction == DT_DUPLEX)
		return "a duplex operation needs a socket";
	return condition_obstacle(operation, wire, condition);
}

bool case_id_matches(const char *id, const char *pattern)
{
	char *parts, *rest, *part;
	bool wanted = false, positive = false, refused = false;

	if (!pattern || !*pattern)
		return true;
	parts = strdup(pattern);
	for (rest = parts; (part = strsep(&rest, ",")) && parts;) {
		bool negative = *part == '!', match;

		part += negative;
		if (!*part)
			continue;
		match = strpbrk(part, "*?[") ? !fnmatch(part, id, 0) : !!strstr(id, part);
		positive |= !negative;
		if (negative)
			refused |= match;
		else
			wanted |= match;
	}
	free(parts);
	return !refused && (wanted || !positive);
}

static bool part_matches(const char *name, const char *part)
{
	const char *slash = strrchr(name, '/');

	if (strpbrk(part, "*?["))
		return !fnmatch(part, name, 0);
	if (!strcmp(part, name))
		return true;
	return slash && !strchr(part, '/') && !strcmp(part, slash + 1);
}

bool target_matches(const char *name, const char *pattern)
{
	char *parts = pattern ? strdup(pattern) : NULL, *rest = parts, *part;
	bool match = !pattern;

	while ((part = strsep(&rest, ",")) && !match)
		match = part_matches(name, part);
	free(parts);
	return match;
}

/* "a/b/tokio-contracts/read.yaml" -> "tokio-contracts/"; "" without a folder. */
static void suite_prefix(const char *path, char *prefix, size_t prefix_max)
{
	const char *end = strrchr(path, '/'), *begin;

	prefix[0] = '\0';
	if (!end || end == path)
		return;
	for (begin = end; begin > path && begin[-1] != '/';)
		begin--;
	if (end - begin == 1 && *begin == '.')
		return;
	snprintf(prefix, prefix_max, "%.*s/", (int)(end - begin), begin);
}

static void write_id(struct test_case *test)
{
	const struct target_choice *choice = test->choice;
	char suite[80], options[72] = "", condition[32] = "";

	suite_prefix(test->scenario->path ? test->scenario->path : "", suite, sizeof(suite));
	if (choice->options && *choice->options)
		snprintf(options, sizeof(options), "[%.69s]", choice->options);
	if (test->condition != CONDITION_NONE)
		snprintf(condition, sizeof(condition), ":%s",
			 word_name(WORDS_CONDITION, test->condition));
	snprintf(test->id, sizeof(test->id), "%s%.60s:%s%s.%s:%s:%s%s", suite,
		 test->scenario->name, test->entry->name, options, test->operation->name,
		 word_name(WORDS_WIRE, test->wire), word_name(WORDS_RING, test->ring), condition);
}

static const struct dt_operation absent_operation = {
	.size = sizeof(struct dt_operation),
	.name = "any",
	.summary = "",
	.direction = DT_READER,
	.unit = DT_BYTES,
	.contract = DT_TERMINAL,
	.progress = DT_BY_RESULT,
};

static const struct dt_target absent_target = {
	.size = sizeof(struct dt_target),
	.name = "any",
	.summary = "",
	.operations = &absent_operation,
};

static const struct entry *absent_entry(struct case_list *list, const char *name)
{
	struct absent *absent = calloc(1, sizeof(*absent) + strlen(name) + 1);

	if (!absent)
		return NULL;
	strcpy(absent->name, name);
	absent->entry = (struct entry){ .name = absent->name, .target = &absent_target,
					.plugin_path = "" };
	absent->next = list->absent;
	list->absent = absent;
	return &absent->entry;
}

static struct test_case *append(struct case_list *list)
{
	if (list->count == list->capacity) {
		unsigned capacity = MAX(list->capacity * 2, 64U);
		struct test_case *cases = NULL;

		if (capacity <= CASES_MAX)
			cases = realloc(list->cases, capacity * sizeof(*cases));
		if (!cases)
			return NULL;
		list->cases = cases;
		list->capacity = capacity;
	}
	return memset(&list->cases[list->count], 0, sizeof(*list->cases));
}

/* What one call adds; the lists were named when they are not everything. */
struct product {
	struct case_list *list;
	const struct scenario *scenario;
	const struct case_filter *filter;
	unsigned wires, rings;
	bool named; /* wires or conditions were named: what does not fit is a skip */
};

static bool named_set(unsigned bits, unsigned filter_bits, unsigned count)
{
	return filter_bits || bits != BIT(count) - 1;
}

static int add_case(struct product *product, const struct test_case *model, const char *obstacle)
{
	struct test_case *test = append(product->list);
	const char *ring = product->list->rings[model->ring];

	if (!test)
		return -ENOMEM;
	*test = *model;
	write_id(test);
	if (!case_id_matches(test->id, product->filter->pattern))
		return 0;
	if (obstacle || ring)
		snprintf(test->skip, sizeof(test->skip), "%s", obstacle ? obstacle : ring);
	product->list->count++;
	return 0;
}

static int add_rings(struct product *product, struct test_case *model, const char *obstacle)
{
	for (unsigned ring = 0; ring < RING_COUNT; ring++) {
		int error;

		if (!(product->rings & BIT(ring)))
			continue;
		model->ring = ring;
		error = add_case(product, model, obstacle);
		if (error)
			return error;
	}
	return 0;
}

static int add_operation(struct product *product, struct test_case *model)
{
	const struct scenario *scenario = product->scenario;

	for (unsigned wire = 0; wire < WIRE_COUNT; wire++) {
		if (!(product->wires & BIT(wire)))
			continue;
		for (unsigned condition = 0; condition < CONDITION_COUNT; condition++) {
			const char *obstacle;
			int error;

			if (!(scenario->conditions & BIT(condition)))
				continue;
			obstacle = case_obstacle(model->operation, scenario->unit, wire,
						 condition);
			if (obstacle && !product->named)
				continue;
			model->wire = wire;
			model->condition = condition;
			error = add_rings(product, model, obstacle);
			if (error)
				return error;
		}
	}
	return 0;
}

static int complain(const struct scenario *scenario, const struct target_choice *choice,
		    const char *message, FILE *errors)
{
	fprintf(errors, "%s:%u:%u: error: %s\n", scenario->path ? scenario->path : "scenario",
		choice->line, choice->column, message);
	return -EINVAL;
}

/* Is every key of "key=value,key=value" one that the target declares? */
static int check_options(const struct scenario *scenario, const struct target_choice *choice,
			 const struct dt_target *target, FILE *errors)
{
	char message[MESSAGE_MAX], *parts, *rest, *part;
	int error = 0;

	if (!choice->options)
		return 0;
	if (strlen(choice->options) >= PLAN_OPTIONS_MAX)
		return complain(scenario, choice, "the options are longer than 255 bytes", errors);
	parts = rest = strdup(choice->options);
	if (!parts)
		return -ENOMEM;
	while ((part = strsep(&rest, ","))) {
		struct nearest nearest = { .word = part };
		const struct dt_option *option = target->options;
		char *equals = strchr(part, '=');

		if (equals)
			*equals = '\0';
		for (; option && option->name && strcmp(option->name, part); option++)
			nearest_offer(&nearest, option->name);
		if (option && option->name)
			continue;
		snprintf(message, sizeof(message), "target '%s' has no option '%.60s'%s%s%s",
			 choice->name, part, nearest.best ? "; did you mean '" : "",
			 nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
		error = complain(scenario, choice, message, errors);
	}
	free(parts);
	return error;
}

static int add_named_operation(struct product *product, struct test_case *model, FILE *errors)
{
	const struct dt_target *target = model->entry->target;
	const char *name = model->choice->operation;
	struct nearest nearest = { .word = name };
	char message[MESSAGE_MAX];

	model->operation = target_operation(target, name);
	if (model->operation) {
		product->named = true;
		return add_operation(product, model);
	}
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation))
		nearest_offer(&nearest, operation->name);
	snprintf(message, sizeof(message), "target '%s' has no operation '%.60s'%s%s%s",
		 model->entry->name, name, nearest.best ? "; did you mean '" : "",
		 nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
	return complain(product->scenario, model->choice, message, errors);
}

/* "real/openssl" where no plug-in "real" is loaded. */
static bool plugin_absent(const struct registry *registry, const char *name)
{
	const char *slash = strchr(name, '/');

	if (!slash)
		return false;
	for (unsigned i = 0; i < registry->count; i++)
		if (!strncmp(registry->entries[i].name, name, (size_t)(slash - name) + 1))
			return false;
	return true;
}

static bool is_wanted(const struct product *product, const struct target_choice *choice,
		      const char *name)
{
	const struct case_filter *filter = product->filter;

	return target_matches(name, filter->target) &&
	       (!filter->expects || filter->expects & BIT(choice->expect.kind));
}

static int add_absent(struct product *product, const struct target_choice *choice)
{
	struct test_case model = { .scenario = product->scenario, .choice = choice };
	char reason[REASON_MAX];

	if (!is_wanted(product, choice, choice->name))
		return 0;
	model.entry = absent_entry(product->list, choice->name);
	if (!model.entry)
		return -ENOMEM;
	model.operation = &absent_operation;
	model.wire = product->wires ? (unsigned)__builtin_ctz(product->wires) : WIRE_UNIX;
	model.ring = product->rings ? (unsigned)__builtin_ctz(product->rings) : RING_PLAIN;
	snprintf(reason, sizeof(reason),
		 "the plug-in of '%.60s' is not installed; see `droptest list targets`",
		 choice->name);
	return add_case(product, &model, reason);
}

static int add_choice(struct product *product, const struct registry *registry,
		      const struct target_choice *choice, FILE *errors)
{
	struct test_case model = { .scenario = product->scenario, .choice = choice };
	char message[MESSAGE_MAX];
	unsigned before = product->list->count;
	int error;

	if (plugin_absent(registry, choice->name))
		return add_absent(product, choice);
	model.entry = registry_find(registry, choice->name, message, sizeof(message));
	if (!model.entry)
		return complain(product->scenario, choice, message, errors);
	error = check_options(product->scenario, choice, model.entry->target, errors);
	if (error || !is_wanted(product, choice, model.entry->name))
		return error;
	if (choice->operation)
		return add_named_operation(product, &model, errors);
	for (model.operation = model.entry->target->operations; model.operation->name && !error;
	     model.operation = operation_next(model.operation))
		if (!(model.operation->flags & DT_UNSTARTED) &&
		    model.operation->unit == product->scenario->unit)
			error = add_operation(product, &model);
	if (!error && before == product->list->count && !product->filter->pattern) {
		/* A target that was named must not vanish without a word. */
		product->named = true;
		model.operation = model.entry->target->operations;
		while (model.operation->flags & DT_UNSTARTED)
			model.operation = operation_next(model.operation);
		error = add_operation(product, &model);
	}
	return error;
}

int case_list_add(struct case_list *list, const struct scenario *scenario,
		  const struct registry *registry, const struct case_filter *filter, FILE *errors)
{
	struct product product = { .list = list, .scenario = scenario, .filter = filter };
	int worst = 0;

	product.wires = scenario->wires & (filter->wires ? filter->wires : BIT(WIRE_COUNT) - 1);
	product.rings = scenario->rings & (filter->rings ? filter->rings : BIT(RING_COUNT) - 1);
	for (unsigned i = 0; i < scenario->target_count; i++) {
		int error;

		product.named = named_set(scenario->wires, filter->wires, WIRE_COUNT) ||
				(scenario->conditions != BIT(CONDITION_NONE) &&
				 scenario->conditions != BIT(CONDITION_COUNT) - 1);
		error = add_choice(&product, registry, &scenario->targets[i], errors);
		if (error == -ENOMEM)
			return error;
		worst = error ? error : worst;
	}
	return worst;
}
