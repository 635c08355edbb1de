/*
 * progress.c - [#####.....] 120/300 cases, 1 failed, the case that runs.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "cli/terminal.h"

enum { BAR_SIZE = 20, LINE_MAX_BYTES = 512 };

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){ .wanted = !quiet && terminal_moves(stderr) };
}

void progress_move(struct progress *progress, const struct campaign_place *place)
{
	char bar[BAR_SIZE + 1], line[LINE_MAX_BYTES];
	unsigned done = place->cases_total ? place->cases_done * BAR_SIZE / place->cases_total : 0;

	if (!progress->wanted)
		return;
	memset(bar, '.', BAR_SIZE);
	memset(bar, '#', MIN(done, (unsigned)BAR_SIZE));
	bar[BAR_SIZE] = '\0';
	snprintf(line, sizeof(line), "[%s] %u/%u cases, %u failed  %s %" PRIu64 "/%" PRIu64, bar,
		 place->cases_done, place->cases_total, place->failed,
		 place->test ? place->test->id : "", place->trials_done, place->trials_total);
	fputs("\r\033[K", stderr);
	put_cut(stderr, terminal_columns(stderr) - 1, line);
	progress->shown = true;
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
