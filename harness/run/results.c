/*
 * results.c - reads a results folder that may have been cut off anywhere, or made up.
 *
 * Sizes are limited before anything is read, every record is decoded by results_decode.c, and
 * what does not fit together is refused with the line it stands on. Only a torn last line is
 * forgiven: that is what a killed campaign leaves.
 */
#include "run/results.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/results_fields.h"
#include "run/results_json.h"

static const size_t run_size_max = 16UL << 20, log_size_max = 256UL << 20;

struct reading {
	struct results *results;
	json_t *places; /* id -> index in cases */
	uint64_t failures;
	unsigned capacity;
	bool ended;
	enum verdict end_verdict;
	char *message;
	size_t message_max;
};

static int refuse(char *message, size_t max, int error, const char *path, const char *why)
{
	snprintf(message, max, "'%s': %s", path, why);
	return error;
}

/* Reads a whole regular file of at most `limit` bytes into *ret_text, NUL-terminated. */
static int load(const char *path, size_t limit, char **ret_text, size_t *ret_size, char *message,
		size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t size = 0;
	char *text;

	if (fd < 0)
		return refuse(message, max, -errno, path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (size_t)st.st_size > limit) {
		close(fd);
		return refuse(message, max, -EFBIG, path, "not a regular file, or too large");
	}
	text = malloc((size_t)st.st_size + 1);
	while (text && size < (size_t)st.st_size) {
		ssize_t n = read(fd, text + size, (size_t)st.st_size - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	close(fd);
	if (!text)
		return refuse(message, max, -ENOMEM, path, "no memory");
	text[size] = '\0';
	*ret_text = text;
	*ret_size = size;
	return 0;
}

static int read_run(const char *directory, struct results *results, char *message, size_t max)
{
	char path[4096], *text;
	const json_t *version;
	json_error_t error;
	size_t size;
	int r;

	if (snprintf(path, sizeof(path), "%s/run.json", directory) >= (int)sizeof(path))
		return refuse(message, max, -ENAMETOOLONG, directory, "the name is too long");
	r = load(path, run_size_max, &text, &size, message, max);
	if (r)
		return r;
	results->run = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	free(text);
	version = json_object_get(results->run, "version");
	if (!json_is_object(results->run))
		return refuse(message, max, -EBADMSG, path, "not a JSON object");
	if (!json_is_integer(version))
		return refuse(message, max, -EBADMSG, path, "says no version");
	if (json_integer_value(version) != RESULTS_VERSION)
		return refuse(message, max, -EBADMSG, path,
			      "made by another version of droptest; this one reads version 1");
	return 0;
}

/* Room for one more case; NULL without memory. */
static struct case_result *push_case(struct reading *in, const char *id)
{
	struct results *results = in->results;

	if (results->case_count == in->capacity) {
		unsigned capacity = in->capacity ? in->capacity * 2 : 4;
		struct case_result *cases = reallocarray(results->cases, capacity, sizeof(*cases));

		if (!cases)
			return NULL;
		results->cases = cases;
		in->capacity = capacity;
	}
	if (json_object_set_new(in->places, id, json_integer(results->case_count)))
		return NULL;
	return &results->cases[results->case_count++];
}

static struct case_result *find_case(struct reading *in, const json_t *record)
{
	const char *id = json_string_value(json_object_get(record, "id"));
	const json_t *place = id ? json_object_get(in->places, id) : NULL;

	return place ? &in->results->cases[json_integer_value(place)] : NULL;
}

/* What was kept for going on is no longer needed. */
static void drop_part(struct reading *in, struct case_result *test)
{
	if (test->part)
		in->failures -= test->part->failure_count;
	part_destroy(test->part);
	test->part = NULL;
}

/* Takes `test` into the results, in place of what failures and parts said of it before. */
static int keep_case(struct reading *in, struct case_result *before, struct case_result *test)
{
	if (!before) {
		if (in->results->case_count < RESULTS_CASES_MAX)
			before = push_case(in, test->id);
		if (!before) {
			case_finish(test);
			return -ENOMEM;
		}
	} else {
		test->failures = before->failures;
		test->failure_count = before->failure_count;
		before->failures = NULL;
		before->failure_count = 0;
		if (test->complete)
			drop_part(in, before);
		test->part = before->part;
		before->part = NULL;
		case_finish(before);
	}
	*before = *test;
	return 0;
}

static int read_case(struct reading *in, const json_t *record)
{
	struct case_result *before = find_case(in, record), test;
	int r;

	if (before && (before->complete || before->cut)) {
		snprintf(in->message, in->message_max, "the case was there already");
		return -EBADMSG;
	}
	r = case_decode(record, &test, in->message, in->message_max);
	return r ? r : keep_case(in, before, &test);
}

/* A failure or a part of a case that is not complete yet makes it known. */
static int case_of_record(struct reading *in, const json_t *record, struct case_result **ret_case)
{
	struct case_result test;
	int r;

	*ret_case = find_case(in, record);
	if (*ret_case)
		return 0;
	r = identity_decode(record, &test, in->message, in->message_max);
	if (r)
		return r;
	test.verdict = VERDICT_INCONCLUSIVE;
	test.reason = strdup("the run ended before this case was complete");
	r = keep_case(in, NULL, &test);
	*ret_case = find_case(in, record);
	if (!r && !(*ret_case)->reason)
		r = -ENOMEM;
	return r;
}

static int read_failure(struct reading *in, const json_t *record)
{
	struct case_result *test;
	struct failure *failures;
	int r = case_of_record(in, record, &test);

	if (r)
		return r;
	if (test->failure_count == RESULTS_CASE_FAILURES_MAX ||
	    in->failures == RESULTS_FAILURES_MAX) {
		snprintf(in->message, in->message_max, "more failures than a run keeps");
		return -EBADMSG;
	}
	failures = reallocarray(test->failures, test->failure_count + 1, sizeof(*failures));
	if (!failures)
		return -ENOMEM;
	test->failures = failures;
	r = failure_decode(record, &failures[test->failure_count], in->message, in->message_max);
	if (!r) {
		test->failure_count++;
		in->failures++;
	}
	return r;
}

static int read_part(struct reading *in, const json_t *record)
{
	struct case_result *test;
	unsigned before;
	int r = case_of_record(in, record, &test);

	if (r)
		return r;
	if (test->complete || test->cut) {
		snprintf(in->message, in->message_max, "a part of a case that was over");
		return -EBADMSG;
	}
	if (!test->part)
		test->part = calloc(1, sizeof(*test->part));
	if (!test->part)
		return -ENOMEM;
	before = test->part->failure_count;
	r = part_decode(record, test->part, in->message, in->message_max);
	in->failures += test->part->failure_count - before;
	if (!r && in->failures > RESULTS_FAILURES_MAX) {
		snprintf(in->message, in->message_max, "more failures than a run keeps");
		r = -EBADMSG;
	}
	return r;
}

/* What was known of incomplete cases will come again, from their last part on. */
static int read_resume(struct reading *in)
{
	for (unsigned i = 0; i < in->results->case_count; i++) {
		struct case_result *test = &in->results->cases[i];

		if (test->complete)
			continue;
		for (unsigned j = 0; j < test->failure_count; j++) {
			failure_finish(&test->failures[j]);
			in->failures--;
		}
		test->failure_count = 0;
		test->cut = false;
	}
	in->ended = false;
	return 0;
}

static int read_end(struct reading *in, const json_t *record)
{
	struct fields fields = { .message = in->message, .message_max = in->message_max };
	struct results *results = in->results;

	in->end_verdict = (enum verdict)fields_word(&fields, record, "verdict", WORDS_VERDICT);
	results->interrupted = fields_bool(&fields, record, "interrupted");
	results->seconds = fields_seconds(&fields, record, "seconds");
	results->failures_dropped =
		fields_number(&fields, record, "failures_dropped", INT64_MAX, true);
	in->ended = true;
	return fields.result;
}

static int read_record(struct reading *in, const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "t"));

	if (!type) {
		snprintf(in->message, in->message_max, "not a record: 't' is missing");
		return -EBADMSG;
	}
	if (!strcmp(type, "resume"))
		return read_resume(in);
	if (in->ended) {
		snprintf(in->message, in->message_max, "a record after the end");
		return -EBADMSG;
	}
	if (!strcmp(type, "case"))
		return read_case(in, record);
	if (!strcmp(type, "failure"))
		return read_failure(in, record);
	if (!strcmp(type, "part"))
		return read_part(in, record);
	if (!strcmp(type, "end"))
		return read_end(in, record);
	return 0; /* of a later droptest with the same version of the schema */
}

static int read_line(struct reading *in, const char *line, size_t size)
{
	json_t *record = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	int r = -EBADMSG;

	if (json_is_object(record))
		r = read_record(in, record);
	else
		snprintf(in->message, in->message_max, "not a JSON object");
	if (r == -ENOMEM)
		snprintf(in->message, in->message_max, "too much of it for the memory there is");
	json_decref(record);
	return r;
}

static int read_log(struct reading *in, const char *directory)
{
	char path[4096], *text, *line, *newline, why[256];
	unsigned long number = 1;
	size_t size;
	int r;

	snprintf(path, sizeof(path), "%s/log.jsonl", directory);
	r = load(path, log_size_max, &text, &size, in->message, in->message_max);
	if (r)
		return r;
	for (line = text; !r && (newline = memchr(line, '\n', size - (size_t)(line - text)));
	     line = newline + 1) {
		r = read_line(in, line, (size_t)(newline - line));
		if (!r) {
			number++;
			continue;
		}
		snprintf(why, sizeof(why), "%s", in->message);
		snprintf(in->message, in->message_max, "'%s', line %lu: %s", path, number, why);
	}
	free(text);
	return r;
}

static int order(const void *a, const void *b)
{
	const struct case_result *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* The worst of all, skips apart; never better than what the end record says. */
static void sum_up(struct reading *in)
{
	struct results *results = in->results;
	bool any = false;

	results->complete = in->ended;
	results->verdict = VERDICT_PASS;
	for (unsigned i = 0; i < results->case_count; i++) {
		if (results->cases[i].verdict == VERDICT_SKIP)
			continue;
		any = true;
		results->verdict = MAX(results->verdict, results->cases[i].verdict);
	}
	if (!in->ended || results->interrupted)
		results->verdict = MAX(results->verdict, VERDICT_INCONCLUSIVE);
	else if (in->end_verdict != VERDICT_SKIP)
		results->verdict = MAX(results->verdict, in->end_verdict);
	if (in->ended && !any && in->end_verdict == VERDICT_SKIP)
		results->verdict = VERDICT_SKIP;
	if (results->case_count)
		qsort(results->cases, results->case_count, sizeof(*results->cases), order);
}

/* Reports see the part of a case as far as it came, and need not know what a part is. */
static void present(struct reading *in)
{
	for (unsigned i = 0; i < in->results->case_count; i++) {
		struct case_result *test = &in->results->cases[i];
		struct case_part *part = test->part;

		if (part && !test->complete && !test->cut) {
			test->tally = part->tally;
			if (!test->failure_count) {
				free(test->failures);
				test->failures = part->failures;
				test->failure_count = part->failure_count;
				part->failures = NULL;
				part->failure_count = 0;
			}
		}
		drop_part(in, test);
	}
}

static int read_folder(const char *directory, bool reopen, struct results *ret_results,
		       char *reterr_message, size_t message_max)
{
	struct results results = { .run = NULL };
	struct reading in = {
		.results = &results,
		.places = json_object(),
		.message = reterr_message,
		.message_max = message_max,
	};
	int r = in.places ? 0 : -ENOMEM;

	assert(message_max);
	if (!r)
		r = read_run(directory, &results, reterr_message, message_max);
	if (!r)
		r = read_log(&in, directory);
	json_decref(in.places);
	if (r) {
		results_finish(&results);
		return r;
	}
	if (reopen)
		read_resume(&in);
	else
		present(&in);
	sum_up(&in);
	*ret_results = results;
	return 0;
}

int results_read(const char *directory, struct results *ret_results, char *reterr_message,
		 size_t message_max)
{
	return read_folder(directory, false, ret_results, reterr_message, message_max);
}

int results_reopen(const char *directory, struct results *ret_results, char *reterr_message,
		   size_t message_max)
{
	return read_folder(directory, true, ret_results, reterr_message, message_max);
}

void results_finish(struct results *results)
{
	for (unsigned i = 0; i < results->case_count; i++)
		case_finish(&results->cases[i]);
	free(results->cases);
	json_decref(results->run);
	*results = (struct results){ .run = NULL };
}
