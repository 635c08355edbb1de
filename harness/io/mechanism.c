/*
 * mechanism.c - the ways of cancelling: ASYNC_CANCEL by each key, sync cancel, linked timeouts.
 */
#include <errno.h>

#include "io/inject.h"

/* A sync cancel without a timeout can wait for ever (an operation that io-wq runs). */
enum { SYNC_TIMEOUT_S = 1 };

static void trim_parts(struct primitive *now)
{
	size_t left = now->size;

	for (unsigned i = 0; i < now->part_count; i++) {
		if (now->parts[i].iov_len >= left) {
			now->parts[i].iov_len = left;
			now->part_count = left ? i + 1 : i;
			return;
		}
		left -= now->parts[i].iov_len;
	}
}

struct io_uring_sqe *primitive_prepare(struct port *port)
{
	struct io_uring_sqe *sqe = ring_sqe(port->ring);
	struct primitive *now = &port->now;
	int fd = (now->side == DT_IN ? port->peer->in : port->peer->out)->target_fd;

	if (now->vectored) {
		trim_parts(now);
		if (now->opcode == DT_OP_READ)
			io_uring_prep_readv(sqe, fd, now->parts, now->part_count, 0);
		else
			io_uring_prep_writev(sqe, fd, now->parts, now->part_count, 0);
	} else if (now->opcode == DT_OP_READ) {
		io_uring_prep_read(sqe, fd, now->data, (unsigned)now->size, 0);
	} else if (now->opcode == DT_OP_WRITE) {
		io_uring_prep_write(sqe, fd, now->data, (unsigned)now->size, 0);
	} else if (now->opcode == DT_OP_RECV) {
		io_uring_prep_recv(sqe, fd, now->data, now->size, now->flags);
	} else {
		io_uring_prep_send(sqe, fd, now->data, now->size, now->flags | MSG_NOSIGNAL);
	}
	io_uring_sqe_set_data64(sqe, port_tagged(port, TAG_COOKED));
	return sqe;
}

void mechanism_prepare(struct port *port, enum mechanism mechanism, uint64_t user_data, int fd,
		       unsigned opcode)
{
	struct io_uring_sqe *sqe = ring_sqe(port->ring);

	switch (mechanism) {
	case MECH_FD:
		io_uring_prep_cancel_fd(sqe, fd, 0);
		break;
	case MECH_FD_ALL:
		io_uring_prep_cancel_fd(sqe, fd, IORING_ASYNC_CANCEL_ALL);
		break;
	case MECH_OP:
	case MECH_OP_ALL:
		io_uring_prep_cancel64(sqe, 0, 0);
		sqe->len = opcode;
		sqe->cancel_flags = IORING_ASYNC_CANCEL_OP;
		if (mechanism == MECH_OP_ALL)
			sqe->cancel_flags |= IORING_ASYNC_CANCEL_ALL;
		break;
	case MECH_ANY:
		io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY);
		break;
	default: /* a drop too: the library that is dropped cancels what it has in flight */
		io_uring_prep_cancel64(sqe, user_data, 0);
		break;
	}
	io_uring_sqe_set_data64(sqe, port_tagged(port, TAG_CANCEL));
}

bool mechanism_found(enum mechanism mechanism, int32_t c)
{
	switch (mechanism) {
	case MECH_FD_ALL:
	case MECH_OP_ALL:
	case MECH_ANY:
		return c > 0;
	case MECH_LINK_TIMEOUT:
		return c == -ETIME;
	default:
		return c == 0;
	}
}

static void act_sync(struct port *port, uint64_t user_data)
{
	struct io_uring_sync_cancel_reg reg = { .addr = user_data,
						.fd = -1,
						.timeout = { .tv_sec = SYNC_TIMEOUT_S } };
	int r = io_uring_register_sync_cancel(&port->ring->uring, &reg);

	port->cancel = (struct slot){ .done = true, .result = r };
	port_reap(port);
}

void mechanism_fire(struct port *port, uint64_t user_data)
{
	struct io_uring_sqe *sqe = ring_sqe(port->ring);

	port->timer_update = (struct __kernel_timespec){ 0 };
	io_uring_prep_timeout_update(sqe, &port->timer_update, user_data,
				     IORING_LINK_TIMEOUT_UPDATE);
	io_uring_sqe_set_data64(sqe, port_tagged(port, TAG_UPDATE));
	port->update.done = false;
	port_submit_unsettled(port);
	port_need(port, &port->update);
}

void mechanism_act(struct port *port, enum mechanism mechanism, uint64_t user_data, int fd,
		   unsigned opcode)
{
	switch (mechanism) {
	case MECH_SYNC:
		act_sync(port, user_data);
		return;
	case MECH_LINK_TIMEOUT:
		/* Found, the timeout's completion follows; otherwise the operation's own completion
		 * has taken the timeout down. */
		mechanism_fire(port, user_data);
		break;
	default:
		mechanism_prepare(port, mechanism, user_data, fd, opcode);
		/* No task work is run: what the kernel finds is what the point says. */
		port_submit_unsettled(port);
		break;
	}
	port_need(port, &port->cancel);
}
