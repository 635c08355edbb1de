/*
 * channel.h - the BIO under the tested endpoint: a network whose far end speaks TLS.
 *
 * The wire carries the harness's plain bytes, so that every byte can be told; the BIO must carry
 * TLS records. The remote endpoint, in memory, stands between them, and the BIO behaves as a socket
 * whose far end is that remote:
 *
 *	reading  dt_read gives plain bytes -> a record is gathered -> the remote seals it -> its
 *	         bytes become readable in step with the plain bytes of the NEXT record, so that the
 *	         library meets "would block" at every place of a record, its header included
 *	writing  the library writes a record -> the remote opens it -> its plain bytes go out by
 *	         dt_write -> the BIO accepts record bytes in proportion, the last one only when all
 *	         plain bytes have moved
 *
 * A cancelled dt_read or dt_write is "would block" (a retry flag) to the library.
 */
#ifndef OPENSSL_CHANNEL_H
#define OPENSSL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <droptest/target.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

enum { RECORD_MAX = SSL3_RT_HEADER_LENGTH + SSL3_RT_MAX_ENCRYPTED_LENGTH };
enum { PLAIN_MAX = SSL3_RT_MAX_PLAIN_LENGTH };

/* A record on its way out of the library. */
struct outgoing {
	unsigned char sealed[RECORD_MAX];
	unsigned char plain[PLAIN_MAX];
	size_t sealed_size; /* 0: none under way */
	size_t plain_size;
	size_t accepted; /* record bytes that the BIO took from the library */
	size_t moved;	 /* plain bytes that dt_write moved */
};

/* Plain bytes on their way in. */
struct incoming {
	unsigned char plain[PLAIN_MAX];
	size_t record_size; /* plain bytes of the record that is gathered now */
	size_t gathered;
	size_t last_sealed; /* size of the newest sealed record */
	bool ended;	    /* end of stream: close_notify is sealed too */
};

struct channel {
	struct dt_io *io; /* of the attempt under way; NULL while shaking hands */
	SSL *remote;
	BIO *to_remote, *from_remote; /* the remote's */
	size_t record_max;	      /* largest plain size of a record of the remote */
	uint64_t state;		      /* draws record sizes; the same in every session */
	int error;		      /* why the BIO last refused: -ECANCELED, -EPIPE ... */
	struct outgoing out;
	struct incoming in;
};

/* A BIO over the channel, which the caller owns and keeps as long as the BIO; NULL: no memory. */
BIO *channel_bio(struct channel *channel);

#endif
