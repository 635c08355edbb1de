/*
 * progress.h - one line on stderr that follows a campaign; only on a terminal.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "run/campaign.h"

struct progress {
	bool shown; /* a line stands on the terminal now */
	bool wanted;
};

void progress_init(struct progress *progress, bool quiet);
void progress_move(struct progress *progress, const struct campaign_place *place);
/* Takes the line away, before something else is printed. */
void progress_clear(struct progress *progress);

#endif
