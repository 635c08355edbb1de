/*
 * results_log.c - appends records to log.jsonl, one write(2) a line, and keeps rows.bin beside it.
 *
 * A line that could not be written whole (no space) is cut off again, so that the next one never
 * joins a torn one. On resume the torn last line of a killed campaign is cut off likewise, and a
 * "resume" record tells readers to forget failures of cases that were not complete.
 */
#include "run/results_log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/results_json.h"

static const size_t dump_flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9);

struct results_log {
	int directory, fd;
	off_t size; /* of whole lines */
	struct rows *rows;  /* NULL: none */
	json_t *done;	    /* ids of cases that were complete when the log was opened */
	json_t *kept;	    /* id -> failures kept */
	uint64_t failures, failures_dropped;
	uint64_t noted; /* failures in the parts of the case that runs */
};

static int refuse(int error, char *message, size_t max, const char *what)
{
	snprintf(message, max, "%s: %s", what, strerror(-error));
	return error;
}

/* In one write, unless there is no room for all of it: then a second one learns why. */
static int write_once(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Takes the record. */
static int append(struct results_log *log, json_t *record)
{
	char *text = record ? json_dumps(record, dump_flags) : NULL;
	size_t size = text ? strlen(text) : 0;
	int r;

	json_decref(record);
	if (!text)
		return -ENOMEM;
	text[size++] = '\n'; /* in place of the NUL */
	r = write_once(log->fd, text, size);
	free(text);
	if (!r)
		log->size += (off_t)size;
	else if (ftruncate(log->fd, log->size))
		return r; /* a torn line stays; what comes next fails as well */
	return r;
}

static json_t *completed_run(const json_t *run, uint64_t seed)
{
	json_t *object = json_deep_copy(run);
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, seed);
	if (object && (json_object_set_new(object, "version", json_integer(RESULTS_VERSION)) ||
		       json_object_set_new(object, "seed", json_string(text)))) {
		json_decref(object);
		object = NULL;
	}
	return object;
}

/* run.json appears whole or not at all. */
static int write_run(int directory, const json_t *run)
{
	size_t flags = JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9);
	char *text = json_dumps(run, flags);
	size_t size = text ? strlen(text) : 0;
	int r, fd;

	if (!text)
		return -ENOMEM;
	text[size++] = '\n'; /* in place of the NUL */
	fd = openat(directory, "run.json.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	r = fd < 0 ? -errno : write_once(fd, text, size);
	if (!r && fsync(fd))
		r = -errno;
	if (!r && renameat(directory, "run.json.new", directory, "run.json"))
		r = -errno;
	if (!r && fsync(directory))
		r = -errno;
	if (fd >= 0)
		close(fd);
	free(text);
	return r;
}

/* Is run.json there that of the same campaign? */
static int same_run(int directory, const json_t *run, char *message, size_t max)
{
	static const char *const keys[] = { "version", "seed", "plan_hash" };
	int fd = openat(directory, "run.json", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	json_t *before;

	if (fd < 0)
		return refuse(-errno, message, max, "cannot resume, no run.json");
	before = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	close(fd);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const json_t *now = json_object_get(run, keys[i]);

		if (before && json_equal(json_object_get(before, keys[i]), now))
			continue;
		if (before && !now && !json_object_get(before, keys[i]))
			continue;
		snprintf(message, max, "cannot resume: '%s' in run.json is not that of this run",
			 keys[i]);
		json_decref(before);
		return -EINVAL;
	}
	json_decref(before);
	return 0;
}

/* Cuts a torn last line off. */
static int cut_torn(struct results_log *log)
{
	char chunk[4096];
	off_t end = lseek(log->fd, 0, SEEK_END);

	if (end < 0)
		return -errno;
	while (end > 0) {
		size_t want = end < (off_t)sizeof(chunk) ? (size_t)end : sizeof(chunk);
		ssize_t n = pread(log->fd, chunk, want, end - (off_t)want);
		char *newline;

		if (n != (ssize_t)want)
			return n < 0 ? -errno : -EIO;
		newline = memrchr(chunk, '\n', want);
		end -= (off_t)want;
		if (newline) {
			end += newline - chunk + 1;
			break;
		}
	}
	if (ftruncate(log->fd, end))
		return -errno;
	log->size = end;
	return 0;
}

/* Learns from the log what is complete, and which rows are kept: sorted, as cases are. */
static int learn(struct results_log *log, const char *directory, struct rows_kept **ret_kept,
		 size_t *ret_count, char *message, size_t max)
{
	struct results before;
	struct rows_kept *kept;
	size_t count = 0;
	int r = results_reopen(directory, &before, message, max);

	if (r)
		return r;
	kept = calloc(before.case_count + 1, sizeof(*kept));
	for (unsigned i = 0; kept && i < before.case_count; i++) {
		const struct case_result *test = &before.cases[i];

		if (test->complete && json_object_set_new(log->done, test->id, json_true()))
			r = -ENOMEM;
		if (test->complete)
			kept[count++] = (struct rows_kept){ test->index, ROWS_ALL };
		else if (test->part)
			kept[count++] = (struct rows_kept){ test->index, test->part->trials };
		log->failures += test->failure_count;
		log->noted += test->part ? test->part->failure_count : 0;
	}
	log->failures_dropped = before.failures_dropped;
	results_finish(&before);
	if (!kept || r) {
		free(kept);
		return refuse(-ENOMEM, message, max, "cannot resume");
	}
	*ret_kept = kept;
	*ret_count = count;
	return 0;
}

static int open_folder(struct results_log *log, const struct results_log_options *options,
		       char *message, size_t max)
{
	int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (options->resume ? 0 : O_EXCL);
	char what[512];

	snprintf(what, sizeof(what), "cannot write results in '%s'", options->directory);
	if (mkdir(options->directory, 0777) && errno != EEXIST)
		return refuse(-errno, message, max, what);
	log->directory = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log->directory < 0)
		return refuse(-errno, message, max, what);
	log->fd = openat(log->directory, "log.jsonl", flags, 0666);
	if (log->fd < 0 && errno == EEXIST) {
		snprintf(message, max, "'%s' holds the results of another run already",
			 options->directory);
		return -EEXIST;
	}
	if (log->fd < 0)
		return refuse(-errno, message, max, what);
	if (flock(log->fd, LOCK_EX | LOCK_NB)) {
		snprintf(message, max, "another campaign is writing in '%s'", options->directory);
		return -EBUSY;
	}
	return 0;
}

static int resume(struct results_log *log, const struct results_log_options *options,
		  const json_t *run, struct rows_kept **ret_kept, size_t *ret_count,
		  char *message, size_t max)
{
	json_t *record;
	int r = same_run(log->directory, run, message, max);

	if (!r)
		r = learn(log, options->directory, ret_kept, ret_count, message, max);
	if (r)
		return r;
	r = cut_torn(log);
	record = json_pack("{s:s}", "t", "resume");
	if (!r)
		return append(log, record);
	json_decref(record);
	return refuse(r, message, max, "cannot resume");
}

static int start(struct results_log *log, const struct results_log_options *options, json_t *run,
		 char *message, size_t max)
{
	struct rows_kept *kept = NULL;
	size_t count = 0;
	int r = open_folder(log, options, message, max);

	if (r)
		return r;
	if (options->resume && faccessat(log->directory, "run.json", F_OK, 0) == 0)
		r = resume(log, options, run, &kept, &count, message, max);
	else if ((r = write_run(log->directory, run)))
		refuse(r, message, max, "cannot write run.json");
	if (!r && options->rows_max) {
		r = rows_open(&log->rows, log->directory, options->seed, options->rows_max,
			      options->resume, kept, count);
		if (r)
			refuse(r, message, max, "cannot write rows.bin");
	}
	free(kept);
	return r;
}

int results_log_open(const struct results_log_options *options, const json_t *run,
		     struct results_log **ret_log, char *reterr_message, size_t message_max)
{
	struct results_log *log = calloc(1, sizeof(*log));
	json_t *whole;
	int r;

	assert(options->directory && json_is_object(run));
	if (!log)
		return refuse(-ENOMEM, reterr_message, message_max, "cannot write results");
	log->directory = -1;
	log->fd = -1;
	log->done = json_object();
	log->kept = json_object();
	whole = completed_run(run, options->seed);
	if (log->done && log->kept && whole)
		r = start(log, options, whole, reterr_message, message_max);
	else
		r = refuse(-ENOMEM, reterr_message, message_max, "cannot write results");
	json_decref(whole);
	if (r) {
		results_log_close(log);
		return r;
	}
	*ret_log = log;
	return 0;
}

bool results_log_has(const struct results_log *log, const char *case_id)
{
	return json_object_get(log->done, case_id) != NULL;
}

int results_log_row(struct results_log *log, const struct row *row)
{
	return log->rows ? rows_add(log->rows, row) : 0;
}

int results_log_failure(struct results_log *log, const struct case_result *test,
			const struct failure *failure)
{
	json_int_t kept = json_integer_value(json_object_get(log->kept, test->id));
	int r;

	if (kept >= RESULTS_CASE_FAILURES_MAX ||
	    log->failures + log->noted >= RESULTS_FAILURES_MAX) {
		log->failures_dropped++;
		return 0;
	}
	r = append(log, failure_encode(test, failure));
	if (!r && json_object_set_new_nocheck(log->kept, test->id, json_integer(kept + 1)))
		r = -ENOMEM;
	if (!r)
		log->failures++;
	return r;
}

int results_log_part(struct results_log *log, const struct case_result *test,
		     const struct case_part *part)
{
	struct case_part without = *part;
	int r = log->rows ? rows_flush(log->rows) : 0;

	if (log->failures + log->noted + part->failure_count > RESULTS_FAILURES_MAX)
		without.failure_count = 0; /* they are counted in any case */
	if (!r)
		r = append(log, part_encode(test, &without));
	if (!r)
		log->noted += without.failure_count;
	return r;
}

int results_log_case(struct results_log *log, const struct case_result *test)
{
	int r = log->rows ? rows_flush(log->rows) : 0;

	if (test->complete)
		log->noted = 0;
	return r ? r : append(log, case_encode(test));
}

int results_log_end(struct results_log *log, enum verdict verdict, bool interrupted,
		    double seconds)
{
	json_t *record = json_pack("{s:s, s:s, s:b, s:f, s:I}", "t", "end", "verdict",
				   word_name(WORDS_VERDICT, verdict), "interrupted", interrupted,
				   "seconds", seconds, "failures_dropped",
				   (json_int_t)log->failures_dropped);
	int r = log->rows ? rows_flush(log->rows) : 0;

	if (!r)
		r = append(log, record);
	else
		json_decref(record);
	if (!r && fsync(log->fd))
		r = -errno;
	return r;
}

void results_log_close(struct results_log *log)
{
	if (!log)
		return;
	rows_close(log->rows);
	if (log->fd >= 0)
		close(log->fd);
	if (log->directory >= 0)
		close(log->directory);
	json_decref(log->done);
	json_decref(log->kept);
	free(log);
}
