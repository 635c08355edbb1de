/*
 * inject.h - a cancellation at its point, by its mechanism, on a cooked primitive.
 */
#ifndef IO_INJECT_H
#define IO_INJECT_H

#include "io/port.h"

/* What inject_cooked did. */
enum injected {
	INJECTED_NOT,	  /* the point does not fit this primitive; nothing was submitted */
	INJECTED_CUT,	  /* partial: the primitive was shortened; run it, the rest comes later */
	INJECTED_DONE,	  /* submitted and over: port->target has T, the landing is recorded */
	INJECTED_RUNS,	  /* submitted, but not in the point's state: it runs on, uncancelled */
	INJECTED_DROPPED, /* dropped before submission: the attempt is over */
};

/* Applies cancellation `index` to port->now. */
enum injected inject_cooked(struct port *port, int index);

/* Queues the operation of port->now with that user_data. */
struct io_uring_sqe *primitive_prepare(struct port *port);

/* Runs port->now, which was submitted, to its completion: the peer acts as long as it waits. */
void primitive_finish(struct port *port);

/* Queues a cancel by that mechanism of an operation (async_cancel forms only). */
void mechanism_prepare(struct port *port, enum mechanism mechanism, uint64_t user_data, int fd,
		       unsigned opcode);

/* Cancels by that mechanism, an operation that was submitted before, and waits for C. For
 * link_timeout `user_data` is the timeout's. port->cancel has C; for link_timeout the timeout's. */
void mechanism_act(struct port *port, enum mechanism mechanism, uint64_t user_data, int fd,
		   unsigned opcode);

/* Does C say that the cancel found the operation waiting? Counts: 0 is none. */
bool mechanism_found(enum mechanism mechanism, int32_t c);

/* Makes a linked timeout (of one hour) fire now, and waits for the update's completion. */
void mechanism_fire(struct port *port, uint64_t user_data);

#endif
