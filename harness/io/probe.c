/*
 * probe.c - see probe.h. Each try has its own ring and its own socketpair, and ends in a second.
 */
#include "io/probe.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "io/ring.h"
#include "io/wire.h"

enum { WAIT_NS = 1000000000, UD_READ = 1, UD_CANCEL = 2, UD_TIMEOUT = 3, UD_UPDATE = 4 };
enum { ASKED = 100, FED = 40 };

const struct probe_opcode probe_opcodes[PROBE_OPCODES] = {
	{ "NOP", IORING_OP_NOP, true },
	{ "READ", IORING_OP_READ, true },
	{ "WRITE", IORING_OP_WRITE, true },
	{ "READV", IORING_OP_READV, true },
	{ "WRITEV", IORING_OP_WRITEV, true },
	{ "RECV", IORING_OP_RECV, true },
	{ "SEND", IORING_OP_SEND, true },
	{ "POLL_ADD", IORING_OP_POLL_ADD, true },
	{ "ASYNC_CANCEL", IORING_OP_ASYNC_CANCEL, true },
	{ "LINK_TIMEOUT", IORING_OP_LINK_TIMEOUT, true },
	{ "TIMEOUT_REMOVE", IORING_OP_TIMEOUT_REMOVE, true },
	{ "RECVMSG", IORING_OP_RECVMSG, false },
	{ "SENDMSG", IORING_OP_SENDMSG, false },
	{ "PROVIDE_BUFFERS", IORING_OP_PROVIDE_BUFFERS, false },
	{ "SEND_ZC", IORING_OP_SEND_ZC, false },
	{ "SENDMSG_ZC", IORING_OP_SENDMSG_ZC, false },
};

/* One try: a ring, a pair of sockets, the buffer and the results by user_data. */
struct bench {
	struct ring ring;
	int fds[2];
	unsigned char buffer[ASKED];
	struct __kernel_timespec far, past;
	bool seen[UD_UPDATE + 1];
	int32_t results[UD_UPDATE + 1];
};

static int bench_open(struct bench *bench)
{
	int r;

	memset(bench, 0, sizeof(*bench));
	bench->far.tv_sec = 3600;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bench->fds) < 0)
		return -errno;
	r = ring_init(&bench->ring, RING_PLAIN);
	if (r < 0) {
		close(bench->fds[0]);
		close(bench->fds[1]);
	}
	return r;
}

static void bench_close(struct bench *bench)
{
	ring_finish(&bench->ring);
	close(bench->fds[0]);
	close(bench->fds[1]);
}

static struct io_uring_sqe *queue(struct bench *bench, unsigned user_data)
{
	struct io_uring_sqe *sqe = ring_sqe(&bench->ring);

	memset(sqe, 0, sizeof(*sqe));
	sqe->user_data = user_data;
	return sqe;
}

/* Submits, and waits until the completion with that user_data is there. */
static int await(struct bench *bench, unsigned user_data)
{
	struct io_uring_cqe *cqe;
	int r = ring_submit(&bench->ring);

	while (r >= 0 && !bench->seen[user_data]) {
		r = ring_wait(&bench->ring, WAIT_NS);
		while (r >= 0 && (cqe = ring_peek(&bench->ring))) {
			if (cqe->user_data < ARRAY_SIZE(bench->seen)) {
				bench->seen[cqe->user_data] = true;
				bench->results[cqe->user_data] = cqe->res;
			}
			ring_seen(&bench->ring);
		}
	}
	return r;
}

static void queue_recv(struct bench *bench, unsigned sqe_flags)
{
	struct io_uring_sqe *sqe = queue(bench, UD_READ);

	io_uring_prep_recv(sqe, bench->fds[0], bench->buffer, ASKED, MSG_WAITALL);
	sqe->user_data = UD_READ;
	sqe->flags = (uint8_t)sqe_flags;
}

static void queue_cancel(struct bench *bench, enum mechanism mechanism)
{
	struct io_uring_sqe *sqe = queue(bench, UD_CANCEL);

	io_uring_prep_cancel64(sqe, UD_READ, 0);
	sqe->user_data = UD_CANCEL;
	if (mechanism == MECH_UD)
		return;
	sqe->addr = 0;
	if (mechanism == MECH_FD || mechanism == MECH_FD_ALL) {
		sqe->fd = bench->fds[0];
		sqe->cancel_flags = IORING_ASYNC_CANCEL_FD;
	} else if (mechanism == MECH_OP || mechanism == MECH_OP_ALL) {
		sqe->len = IORING_OP_RECV;
		sqe->cancel_flags = IORING_ASYNC_CANCEL_OP;
	} else {
		sqe->cancel_flags = IORING_ASYNC_CANCEL_ANY;
	}
	if (mechanism == MECH_FD_ALL || mechanism == MECH_OP_ALL)
		sqe->cancel_flags |= IORING_ASYNC_CANCEL_ALL;
}

static int sync_cancel(struct bench *bench)
{
	struct io_uring_sync_cancel_reg reg = { .addr = UD_READ,
						.fd = -1,
						.timeout = { .tv_sec = 1, .tv_nsec = 0 } };

	return io_uring_register_sync_cancel(&bench->ring.uring, &reg);
}

/* A timeout of one hour is linked to the read, then updated to zero: it fires on command. */
static int fire_link_timeout(struct bench *bench)
{
	struct io_uring_sqe *sqe = queue(bench, UD_UPDATE);
	int r;

	io_uring_prep_timeout_update(sqe, &bench->past, UD_TIMEOUT, 0);
	sqe->timeout_flags |= IORING_LINK_TIMEOUT_UPDATE;
	sqe->user_data = UD_UPDATE;
	r = await(bench, UD_UPDATE);
	return r < 0 ? r : bench->results[UD_UPDATE];
}

static int cancel_by(struct bench *bench, enum mechanism mechanism)
{
	struct io_uring_sqe *sqe;
	int r;

	queue_recv(bench, mechanism == MECH_LINK_TIMEOUT ? IOSQE_IO_LINK : 0);
	if (mechanism == MECH_LINK_TIMEOUT) {
		sqe = queue(bench, UD_TIMEOUT);
		io_uring_prep_link_timeout(sqe, &bench->far, 0);
		sqe->user_data = UD_TIMEOUT;
	}
	r = ring_submit(&bench->ring);
	if (r < 0)
		return r;
	if (mechanism == MECH_SYNC)
		return sync_cancel(bench);
	if (mechanism == MECH_LINK_TIMEOUT)
		return fire_link_timeout(bench);
	queue_cancel(bench, mechanism);
	r = await(bench, UD_CANCEL);
	return r < 0 ? r : bench->results[UD_CANCEL];
}

/* A mechanism is there when a parked read ends with -ECANCELED. */
static int try_mechanism(enum mechanism mechanism)
{
	struct bench bench;
	int r = bench_open(&bench);

	if (r < 0)
		return r;
	r = cancel_by(&bench, mechanism);
	if (r >= 0)
		r = await(&bench, UD_READ);
	if (r >= 0 && bench.results[UD_READ] != -ECANCELED)
		r = -EPROTO;
	bench_close(&bench);
	return r < 0 ? r : 0;
}

/* recv MSG_WAITALL of 100 bytes, 40 arrive, cancelled by user_data: kernel fact K6. */
static void try_waitall(struct probe *probe)
{
	unsigned char bytes[FED] = { 0 };
	struct bench bench;
	int r;

	probe->waitall = WAITALL_UNKNOWN;
	if (bench_open(&bench) < 0)
		return;
	queue_recv(&bench, 0);
	r = ring_submit(&bench.ring);
	if (r >= 0 && send(bench.fds[1], bytes, FED, MSG_NOSIGNAL) != FED)
		r = -EIO;
	if (r >= 0)
		r = ring_settle(&bench.ring);
	if (r >= 0) {
		queue_cancel(&bench, MECH_UD);
		r = await(&bench, UD_CANCEL);
	}
	if (r >= 0 && await(&bench, UD_READ) >= 0) {
		probe->waitall_t = bench.results[UD_READ];
		probe->waitall_c = bench.results[UD_CANCEL];
		if (probe->waitall_t == FED)
			probe->waitall = WAITALL_KEPT;
		else if (recv(bench.fds[0], bytes, FED, MSG_DONTWAIT) == FED)
			probe->waitall = WAITALL_LEFT;
		else
			probe->waitall = WAITALL_LOST;
	}
	bench_close(&bench);
}

/* A byte each way it can go. */
static int try_wire(enum wire_kind kind)
{
	struct wire wire;
	char byte = 'd';
	int r = wire_open(&wire, kind, WIRE_TO_TARGET, false);

	if (r < 0)
		return r;
	if (wire_feed(&wire, &byte, 1) != 1 || read(wire.target_fd, &byte, 1) != 1)
		r = -EIO;
	wire_close(&wire);
	return r;
}

static int try_ring(enum ring_mode mode)
{
	struct ring ring;
	int r = ring_init(&ring, mode);

	if (r < 0)
		return r;
	io_uring_prep_nop(ring_sqe(&ring));
	r = ring_submit(&ring);
	if (r >= 0)
		r = ring_wait(&ring, WAIT_NS);
	ring_finish(&ring);
	return r;
}

int probe_ring(void)
{
	struct ring ring;
	int r = ring_init(&ring, RING_PLAIN);

	if (r >= 0)
		ring_finish(&ring);
	return r < 0 ? r : 0;
}

static void try_opcodes(struct probe *probe)
{
	struct io_uring_probe *known;
	struct ring ring;

	probe->opcodes_known = ring_init(&ring, RING_PLAIN);
	if (probe->opcodes_known < 0)
		return;
	probe->features = ring.uring.features;
	known = io_uring_get_probe_ring(&ring.uring);
	for (unsigned i = 0; known && i < PROBE_OPCODES; i++)
		probe->opcodes[i] =
			io_uring_opcode_supported(known, (int)probe_opcodes[i].code) != 0;
	if (!known)
		probe->opcodes_known = -EOPNOTSUPP;
	io_uring_free_probe(known);
	ring_finish(&ring);
}

void probe_run(struct probe *ret_probe)
{
	memset(ret_probe, 0, sizeof(*ret_probe));
	for (unsigned i = 0; i < RING_COUNT; i++)
		ret_probe->rings[i] = try_ring((enum ring_mode)i);
	for (unsigned i = 0; i < WIRE_COUNT; i++)
		ret_probe->wires[i] = try_wire((enum wire_kind)i);
	for (unsigned i = MECH_UD; i <= MECH_LINK_TIMEOUT; i++)
		ret_probe->mechanisms[i] = try_mechanism((enum mechanism)i);
	try_opcodes(ret_probe);
	try_waitall(ret_probe);
}
