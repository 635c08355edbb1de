/*
 * results_rows.c - rows.bin: kept by rank, so that a full file thins itself out evenly.
 *
 * Worked example, rows_max 4: four trials fill the file at level 0. The fifth makes it go up to
 * level 1: it is written anew with the rows whose rank has a leading 0 bit, say two of them, and
 * the fifth is added when its own rank has one too.
 */
#include "run/results_rows.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/rng.h"

enum { HEADER_SIZE = 32, BUFFER_ROWS = 2048, LEVEL_MAX = 63 };

static const char magic[8] = { 'D', 'T', 'R', 'O', 'W', 'S', '1', '\n' };
static const char file_name[] = "rows.bin", new_name[] = "rows.bin.new";

struct header {
	uint64_t seed, rows_max;
	unsigned level;
};

struct rows {
	struct header header;
	int directory; /* borrowed */
	int fd;
	uint64_t count; /* rows kept, those in the buffer included */
	uint32_t buffered;
	unsigned char buffer[BUFFER_ROWS * ROW_SIZE];
};

static void put(unsigned char *at, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const unsigned char *at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

void row_encode(const struct row *row, unsigned char bytes[ROW_SIZE])
{
	put(bytes, 8, row->trial);
	put(bytes + 8, 8, row->offset);
	put(bytes + 16, 4, row->index);
	put(bytes + 20, 4, row->damaged);
	bytes[24] = row->verdict;
	bytes[25] = row->damage;
	bytes[26] = row->caller;
	bytes[27] = row->asked;
	bytes[28] = row->landed;
	bytes[29] = row->point;
	bytes[30] = row->mechanism;
	bytes[31] = row->flags;
}

void row_decode(const unsigned char bytes[ROW_SIZE], struct row *ret_row)
{
	*ret_row = (struct row){
		.trial = get(bytes, 8),
		.offset = get(bytes + 8, 8),
		.index = (uint32_t)get(bytes + 16, 4),
		.damaged = (uint32_t)get(bytes + 20, 4),
		.verdict = bytes[24],
		.damage = bytes[25],
		.caller = bytes[26],
		.asked = bytes[27],
		.landed = bytes[28],
		.point = bytes[29],
		.mechanism = bytes[30],
		.flags = bytes[31],
	};
}

void row_fill(struct row *ret_row, uint32_t index, uint64_t trial, const struct plan *plan,
	      const struct outcome *outcome)
{
	const struct finding *finding = &outcome->finding;
	uint64_t damaged = finding->to > finding->from ? finding->to - finding->from : 0;

	*ret_row = (struct row){
		.trial = trial,
		.index = index,
		.damaged = (uint32_t)MIN(damaged, UINT32_MAX),
		.verdict = (uint8_t)outcome->verdict,
		.damage = (uint8_t)finding->damage,
		.caller = (uint8_t)plan->caller,
		.asked = (uint8_t)plan->cancellation_count,
		.point = ROW_NONE,
		.mechanism = ROW_NONE,
		.flags = (uint8_t)((trial == UINT64_MAX ? ROW_CONTROL : 0) |
				   (outcome->spent ? ROW_SPENT : 0)),
	};
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct landing_record *record = &outcome->records[i];

		if (record->landing != LANDING_LANDED)
			continue;
		if (!ret_row->landed++) {
			ret_row->point = (uint8_t)record->point;
			ret_row->mechanism = (uint8_t)record->mechanism;
			ret_row->offset = record->offset;
		}
		if (record->mid)
			ret_row->flags |= ROW_MID;
	}
}

/* Does this level keep the trial? */
static bool kept(const struct header *header, const struct row *row)
{
	uint64_t rank = rng_derive(rng_derive(header->seed, row->index), row->trial);

	return !header->level || rank >> (64 - header->level) == 0;
}

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Reads up to size bytes at `offset`; how many there were, or -errno. */
static ssize_t read_up_to(int fd, unsigned char *bytes, size_t size, off_t offset)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(fd, bytes + got, size - got, offset + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static void header_encode(const struct header *header, unsigned char bytes[HEADER_SIZE])
{
	memcpy(bytes, magic, sizeof(magic));
	put(bytes + 8, 4, ROW_SIZE);
	put(bytes + 12, 4, header->level);
	put(bytes + 16, 8, header->seed);
	put(bytes + 24, 8, header->rows_max);
}

static bool header_decode(const unsigned char bytes[HEADER_SIZE], struct header *ret_header)
{
	struct header header = {
		.level = (unsigned)get(bytes + 12, 4),
		.seed = get(bytes + 16, 8),
		.rows_max = get(bytes + 24, 8),
	};

	if (memcmp(bytes, magic, sizeof(magic)) || get(bytes + 8, 4) != ROW_SIZE ||
	    header.level > LEVEL_MAX || header.rows_max > ROWS_MAX_LIMIT)
		return false;
	*ret_header = header;
	return true;
}

int rows_flush(struct rows *rows)
{
	int r = write_all(rows->fd, rows->buffer, (size_t)rows->buffered * ROW_SIZE);

	if (!r)
		rows->buffered = 0;
	return r;
}

static int order(const void *a, const void *b)
{
	uint32_t x = ((const struct rows_kept *)a)->index;
	uint32_t y = ((const struct rows_kept *)b)->index;

	return x < y ? -1 : x > y;
}

/* Which rows go over into the new file. */
struct filter {
	bool all_cases;
	const struct rows_kept *keep;
	size_t keep_count;
};

static bool wanted(const struct rows *rows, const struct filter *filter, const struct row *row)
{
	const struct rows_kept key = { .index = row->index }, *of_case;

	if (!kept(&rows->header, row))
		return false;
	if (filter->all_cases)
		return true;
	of_case = filter->keep_count ? bsearch(&key, filter->keep, filter->keep_count,
					       sizeof(*filter->keep), order)
				     : NULL;
	return of_case && (of_case->trials == ROWS_ALL || row->trial < of_case->trials);
}

/* The wanted rows of `from` (-1: none), after the header, into rows->fd. */
static int copy_rows(struct rows *rows, int from, const struct filter *filter)
{
	unsigned char chunk[64 * ROW_SIZE];
	off_t offset = HEADER_SIZE;
	ssize_t n;
	int r = 0;

	rows->count = 0;
	rows->buffered = 0;
	for (; from >= 0 && (n = read_up_to(from, chunk, sizeof(chunk), offset)) >= ROW_SIZE;
	     offset += sizeof(chunk)) {
		for (ssize_t at = 0; at + ROW_SIZE <= n && !r; at += ROW_SIZE) {
			struct row row;

			row_decode(chunk + at, &row);
			if (!wanted(rows, filter, &row))
				continue;
			memcpy(rows->buffer + (size_t)rows->buffered++ * ROW_SIZE, chunk + at,
			       ROW_SIZE);
			rows->count++;
			if (rows->buffered == BUFFER_ROWS)
				r = rows_flush(rows);
		}
		if (r)
			return r;
	}
	if (from >= 0 && n < 0)
		return (int)n;
	return rows_flush(rows);
}

/* Makes the file anew at the header's level with the wanted rows of the old one, in one rename. */
static int rebuild(struct rows *rows, int old, const struct filter *filter)
{
	unsigned char header[HEADER_SIZE];
	int r, fd = openat(rows->directory, new_name,
			   O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	rows->fd = fd;
	header_encode(&rows->header, header);
	r = write_all(fd, header, sizeof(header));
	if (!r)
		r = copy_rows(rows, old, filter);
	if (!r && renameat(rows->directory, new_name, rows->directory, file_name))
		r = -errno;
	return r;
}

static int level_up(struct rows *rows)
{
	int r, old = rows->fd;

	r = rows_flush(rows);
	if (r)
		return r;
	rows->header.level++;
	r = rebuild(rows, old, &(struct filter){ .all_cases = true });
	if (rows->fd != old)
		close(old);
	return r;
}

int rows_open(struct rows **ret_rows, int directory, uint64_t seed, uint64_t rows_max, bool resume,
	      const struct rows_kept *keep, size_t keep_count)
{
	const struct filter filter = { .keep = keep, .keep_count = keep_count };
	unsigned char bytes[HEADER_SIZE];
	struct header before;
	struct rows *rows;
	int r, old = -1;

	assert(rows_max && rows_max <= ROWS_MAX_LIMIT);
	rows = calloc(1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	rows->header = (struct header){ .seed = seed, .rows_max = rows_max };
	rows->directory = directory;
	rows->fd = -1;
	if (resume)
		old = openat(directory, file_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (old >= 0 && read_up_to(old, bytes, sizeof(bytes), 0) == HEADER_SIZE &&
	    header_decode(bytes, &before) && before.seed == seed) {
		rows->header.level = before.level;
		r = rebuild(rows, old, &filter);
	} else {
		r = rebuild(rows, -1, &filter);
	}
	if (old >= 0)
		close(old);
	while (!r && rows->count > rows_max && rows->header.level < LEVEL_MAX)
		r = level_up(rows); /* resumed with a smaller rows_max */
	if (r) {
		rows_close(rows);
		return r;
	}
	*ret_rows = rows;
	return 0;
}

int rows_add(struct rows *rows, const struct row *row)
{
	int r = 0;

	while (kept(&rows->header, row) && rows->count >= rows->header.rows_max) {
		if (rows->header.level == LEVEL_MAX)
			return 0;
		r = level_up(rows);
		if (r)
			return r;
	}
	if (!kept(&rows->header, row))
		return 0;
	row_encode(row, rows->buffer + (size_t)rows->buffered++ * ROW_SIZE);
	rows->count++;
	if (rows->buffered == BUFFER_ROWS)
		r = rows_flush(rows);
	return r;
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	if (rows->fd >= 0)
		close(rows->fd);
	free(rows);
}

/* A row whose words are none of the glossary's was not written by us. */
static bool sane(const struct row *row)
{
	return row->verdict < VERDICT_COUNT && row->damage < DAMAGE_COUNT &&
	       row->caller < CALLER_COUNT && row->landed <= row->asked &&
	       row->asked <= PLAN_CANCELLATIONS_MAX &&
	       (row->landed ? row->point < POINT_COUNT && row->mechanism < MECH_COUNT
			    : row->point == ROW_NONE && row->mechanism == ROW_NONE);
}

static int load(int fd, uint64_t size, struct row **ret_rows, uint64_t *ret_count)
{
	uint64_t count = (size - HEADER_SIZE) / ROW_SIZE;
	unsigned char bytes[64 * ROW_SIZE];
	struct row *rows = malloc(MAX(count, 1) * sizeof(*rows));
	uint64_t filled = 0;

	if (!rows)
		return -ENOMEM;
	while (filled < count) {
		size_t want = MIN(count - filled, sizeof(bytes) / ROW_SIZE);
		ssize_t n = read_up_to(fd, bytes, want * ROW_SIZE,
				       (off_t)(HEADER_SIZE + filled * ROW_SIZE));

		if (n < ROW_SIZE) {
			free(rows);
			return n < 0 ? (int)n : -EIO;
		}
		for (size_t i = 0; i < (size_t)n / ROW_SIZE; i++) {
			row_decode(bytes + i * ROW_SIZE, &rows[filled]);
			if (!sane(&rows[filled++])) {
				free(rows);
				return -EBADMSG;
			}
		}
	}
	*ret_rows = rows;
	*ret_count = count;
	return 0;
}

int rows_read(const char *directory, struct row **ret_rows, uint64_t *ret_count,
	      unsigned *ret_level, char *reterr_message, size_t message_max)
{
	unsigned char bytes[HEADER_SIZE];
	char path[4096];
	struct header header;
	struct stat st;
	int r = -EBADMSG, fd;

	if (snprintf(path, sizeof(path), "%s/%s", directory, file_name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		r = -errno;
		snprintf(reterr_message, message_max, "cannot read '%s': %s", path, strerror(-r));
		return r;
	}
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size >= HEADER_SIZE &&
	    (uint64_t)st.st_size <= HEADER_SIZE + (uint64_t)ROWS_MAX_LIMIT * ROW_SIZE &&
	    read_up_to(fd, bytes, sizeof(bytes), 0) == HEADER_SIZE &&
	    header_decode(bytes, &header))
		r = load(fd, (uint64_t)st.st_size, ret_rows, ret_count);
	close(fd);
	if (r)
		snprintf(reterr_message, message_max, "'%s' is not a file of rows: %s", path,
			 strerror(-r));
	else
		*ret_level = header.level;
	return r;
}
