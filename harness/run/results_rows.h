/*
 * results_rows.h - rows.bin: one 32-byte row a trial, bounded.
 *
 * Beyond rows_max trials the file holds a uniform sample. Each trial has a rank: a hash of seed,
 * case and trial. At level j the ranks below 2^(64-j) are kept; a file that is full goes up one
 * level, which drops about half of it. So which rows are kept depends on the set of trials only,
 * never on the order in which workers finish them.
 *
 *	32 bytes of header | row | row | ...	(little-endian; a torn last row is ignored)
 */
#ifndef RUN_RESULTS_ROWS_H
#define RUN_RESULTS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"
#include "model/plan.h"

enum { ROW_SIZE = 32, ROWS_MAX_DEFAULT = 1000000, ROWS_MAX_LIMIT = 100000000 };

/* ROW_NONE as point and mechanism: nothing landed. */
enum { ROW_NONE = 255 };

enum { ROW_CONTROL = 1 << 0, ROW_MID = 1 << 1, ROW_SPENT = 1 << 2 };

struct row {
	uint64_t trial;	 /* index within its case; UINT64_MAX: the control run */
	uint64_t offset; /* stream offset of the first landed cancellation */
	uint32_t index;	 /* of its case in the campaign */
	uint32_t damaged; /* bytes concerned by the damage; UINT32_MAX: that many or more */
	uint8_t verdict, damage, caller;
	uint8_t asked, landed;	  /* cancellations */
	uint8_t point, mechanism; /* of the first landed cancellation */
	uint8_t flags;
};

void row_fill(struct row *ret_row, uint32_t index, uint64_t trial, const struct plan *plan,
	      const struct outcome *outcome);

/* A row as it is on disk. */
void row_encode(const struct row *row, unsigned char bytes[ROW_SIZE]);
void row_decode(const unsigned char bytes[ROW_SIZE], struct row *ret_row);

/* The writer. */
struct rows;

/* What is kept of a file that is gone on with: of this case the trials below that number. */
struct rows_kept {
	uint32_t index;
	uint64_t trials; /* ROWS_ALL: every row, that of the control run too */
};

#define ROWS_ALL UINT64_MAX

/*
 * Opens `directory`/rows.bin, a descriptor of the folder. A file that is there is kept when
 * `resume`, without what is not in `keep` (sorted by index). 0 or -errno.
 */
int rows_open(struct rows **ret_rows, int directory, uint64_t seed, uint64_t rows_max, bool resume,
	      const struct rows_kept *keep, size_t keep_count);
int rows_add(struct rows *rows, const struct row *row);
int rows_flush(struct rows *rows);
void rows_close(struct rows *rows); /* does not flush; takes NULL */

/* The reader: all rows of a folder, owned by the caller (free). 0, -ENOENT, or -errno with a
 * message. ret_level: 0 when every trial has its row. */
int rows_read(const char *directory, struct row **ret_rows, uint64_t *ret_count,
	      unsigned *ret_level, char *reterr_message, size_t message_max);

#endif
