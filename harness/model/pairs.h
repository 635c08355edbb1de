/*
 * pairs.h - the one table of point x mechanism: scripted, racing or impossible, and why.
 *
 * Everything asks here: drawing plans, checking them, `droptest list points`, the tests that prove
 * each scripted pair on the kernel.
 */
#ifndef MODEL_PAIRS_H
#define MODEL_PAIRS_H

#include <stdbool.h>

#include "model/words.h"

enum pair_kind { PAIR_IMPOSSIBLE, PAIR_SCRIPTED, PAIR_RACING };

/* Where a pair is asked for. */
struct pair_place {
	enum wire_kind wire;
	enum ring_mode ring;
	bool raw;     /* the operation works at the raw level */
	bool waitall; /* it uses MSG_WAITALL */
	bool several; /* its attempts have, or may have, more than one primitive */
	bool writes;  /* the primitive writes */
	bool both_ways;	  /* its attempts read and write */
	bool own_timeout; /* raw: its operations carry linked timeouts of their own */
};

/* Static text: why it is impossible or racing; "" for scripted ones. */
enum pair_kind pair_kind(enum point point, enum mechanism mechanism,
			 const struct pair_place *place, const char **ret_reason);

#endif
