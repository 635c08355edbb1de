/*
 * raw_hits.c - which of a raw target's operations can a cancel of the harness have hit?
 *
 * A target that is told of such a one may say that it was cancelled; one that has cancelled its own
 * operation, and was not asked to, may not.
 *
 *	in flight: read on 5, poll on 5, linked behind the poll a read on 5, a timeout
 *	async_cancel/op aimed at the first read: it, or the other read
 *	async_cancel/fd: any of them but the timeout
 */
#include "io/raw.h"

static bool can_hit(enum mechanism mechanism, const struct raw_op *aimed, const struct raw_op *op)
{
	switch (mechanism) {
	case MECH_FD:
	case MECH_FD_ALL:
		return op->fd == aimed->fd;
	case MECH_OP:
	case MECH_OP_ALL:
		return op->opcode == aimed->opcode;
	case MECH_ANY:
		return true;
	case MECH_LINK_TIMEOUT:
		return op == aimed;
	default:
		return op->user_data == aimed->user_data;
	}
}

void raw_mark_hits(struct raw *raw, enum mechanism mechanism, const struct raw_op *aimed)
{
	unsigned number = ++raw->hits;
	bool more = true;

	for (unsigned i = 0; i < raw->op_count; i++)
		if (raw->ops[i].in_flight && !raw->ops[i].hit &&
		    can_hit(mechanism, aimed, &raw->ops[i]))
			raw->ops[i].hit = number;
	while (more) {
		more = false;
		for (unsigned i = 0; i < raw->op_count; i++) {
			struct raw_op *op = &raw->ops[i];
			const struct raw_op *ahead = raw_ahead(raw, op);

			if (!op->in_flight || op->hit || !ahead || !ahead->hit)
				continue;
			op->hit = number;
			more = true;
		}
	}
}

void raw_unmark_hits(struct raw *raw)
{
	for (unsigned i = 0; i < raw->op_count; i++)
		if (raw->ops[i].hit == raw->hits)
			raw->ops[i].hit = 0;
}
