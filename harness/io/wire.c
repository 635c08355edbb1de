/*
 * wire.c - see wire.h.
 */
#include "io/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Smallest that work well: a pipe of one page; the kernel doubles and clamps socket buffers. With
 * less than 16 KiB on TCP a blocked write wakes from a 20 ms timer instead of from the drain. */
enum { SMALL_PIPE = 4096, SMALL_UNIX = 1, SMALL_TCP = 16384 };

/* What takes the number of a closed end. Opened with the first wire: never during a trial, where it
 * would look like a descriptor that the target left open. */
static int nothing = -1;

static int open_pipe(struct wire *wire, enum wire_way way, bool small)
{
	int ends[2], target, peer;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	target = way == WIRE_TO_TARGET ? ends[0] : ends[1];
	peer = way == WIRE_TO_TARGET ? ends[1] : ends[0];
	if (small && fcntl(target, F_SETPIPE_SZ, SMALL_PIPE) < 0)
		goto failed;
	if (fcntl(peer, F_SETFL, O_NONBLOCK) < 0)
		goto failed;
	wire->target_fd = target;
	wire->peer_fd = peer;
	return 0;
failed:
	close(target);
	close(peer);
	return -errno;
}

static int shrink(int fd, int option, int size)
{
	return setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size)) < 0 ? -errno : 0;
}

static int open_unix(struct wire *wire, bool small)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	wire->target_fd = ends[0];
	wire->peer_fd = ends[1];
	return small ? shrink(ends[0], SO_SNDBUF, SMALL_UNIX) : 0;
}

/* No wire lives long enough for TIME_WAIT: closing resets, so ports are never used up. */
static int prepare_tcp(int fd, bool small)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0)
		return -errno;
	return small ? shrink(fd, SO_SNDBUF, SMALL_TCP) : 0;
}

/* The peer's socket is accepted from a listener that lives for this call only. */
static int open_tcp(struct wire *wire, bool small)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = -1;

	if (listener < 0)
		return -errno;
	if (small && shrink(listener, SO_RCVBUF, SMALL_TCP) < 0)
		goto out;
	wire->target_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (wire->target_fd < 0 || prepare_tcp(wire->target_fd, small) < 0)
		goto out;
	if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
	    connect(wire->target_fd, (struct sockaddr *)&address, size) < 0)
		goto out;
	wire->peer_fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (wire->peer_fd >= 0)
		r = prepare_tcp(wire->peer_fd, false);
out:
	r = r < 0 ? -errno : 0;
	close(listener);
	return r;
}

int wire_open(struct wire *wire, enum wire_kind kind, enum wire_way way, bool small)
{
	int r;

	if (nothing < 0)
		nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0)
		return -errno;
	*wire = (struct wire){ .kind = kind, .target_fd = -1, .peer_fd = -1 };
	switch (kind) {
	case WIRE_PIPE:
		r = open_pipe(wire, way, small);
		break;
	case WIRE_UNIX:
		r = open_unix(wire, small);
		break;
	default:
		r = open_tcp(wire, small);
		break;
	}
	if (r < 0)
		wire_close(wire);
	return r;
}

void wire_close(struct wire *wire)
{
	if (wire->target_fd >= 0)
		close(wire->target_fd);
	if (wire->peer_fd >= 0)
		close(wire->peer_fd);
	wire->target_fd = wire->peer_fd = -1;
}

static ssize_t moved(ssize_t n)
{
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n < 0 ? -errno : n;
}

ssize_t wire_feed(struct wire *wire, const void *data, size_t size)
{
	if (wire->kind == WIRE_PIPE)
		return moved(write(wire->peer_fd, data, size));
	return moved(send(wire->peer_fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

ssize_t wire_drain(struct wire *wire, void *data, size_t size)
{
	if (wire->kind == WIRE_PIPE)
		return moved(read(wire->peer_fd, data, size));
	return moved(recv(wire->peer_fd, data, size, MSG_DONTWAIT));
}

ssize_t wire_fill(struct wire *wire, const void *data, size_t size)
{
	ssize_t n;

	if (wire->kind != WIRE_PIPE)
		return moved(send(wire->target_fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
	if (fcntl(wire->target_fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	n = moved(write(wire->target_fd, data, size));
	if (fcntl(wire->target_fd, F_SETFL, 0) < 0)
		return -errno;
	return n;
}

/* Closes the peer's end but keeps its number taken, so that a target that leaks a descriptor is
 * seen by the lowest free number. */
static int retire(struct wire *wire)
{
	return dup3(nothing, wire->peer_fd, O_CLOEXEC) < 0 ? -errno : 0;
}

int wire_shutdown(struct wire *wire)
{
	if (wire->kind != WIRE_PIPE)
		return shutdown(wire->peer_fd, SHUT_WR) < 0 ? -errno : 0;
	return retire(wire);
}

void wire_hang_up(struct wire *wire)
{
	retire(wire);
}

int wire_reset(struct wire *wire)
{
	/* AF_UNIX resets when the closing side has unread bytes; TCP resets by SO_LINGER. */
	if (wire->kind == WIRE_UNIX && wire_fill(wire, "x", 1) != 1)
		return -EIO;
	wire_hang_up(wire);
	return 0;
}

ssize_t wire_unread(const struct wire *wire)
{
	int n;

	return ioctl(wire->target_fd, FIONREAD, &n) < 0 ? -errno : n;
}

static size_t ask(const struct wire *wire, unsigned long request)
{
	int n = 0;

	return wire->kind == WIRE_TCP && ioctl(wire->target_fd, request, &n) == 0 ? (size_t)n : 0;
}

size_t wire_unsent(const struct wire *wire)
{
	return ask(wire, SIOCOUTQ);
}

size_t wire_under_way(const struct wire *wire)
{
	int now = 1;

	if (wire->kind != WIRE_TCP)
		return 0;
	setsockopt(wire->peer_fd, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof(now));
	return wire_unsent(wire) - ask(wire, SIOCOUTQNSD);
}

static uint32_t sender_window(const struct wire *wire)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	return getsockopt(wire->target_fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
		       ? info.tcpi_snd_wnd
		       : 0;
}

static bool receiver_full(const struct wire *wire)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 };
	socklen_t size = sizeof(memory);

	return getsockopt(wire->peer_fd, SOL_SOCKET, SO_MEMINFO, memory, &size) < 0 ||
	       memory[SK_MEMINFO_RMEM_ALLOC] > memory[SK_MEMINFO_RCVBUF] / 2;
}

bool wire_closed(const struct wire *wire)
{
	return wire->kind != WIRE_TCP || (!sender_window(wire) && receiver_full(wire));
}

bool wire_acts(const struct wire *wire, enum dt_side side)
{
	struct pollfd ask_now = { .fd = wire->target_fd,
				  .events = side == DT_IN ? POLLIN : POLLOUT };

	return poll(&ask_now, 1, 0) > 0;
}
