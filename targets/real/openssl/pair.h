/*
 * pair.h - two TLS 1.3 endpoints in memory: the library under test and its remote.
 *
 * The key is pre-shared and no key is exchanged, so that a handshake is a few hashes and a session
 * for each trial stays cheap. The record layer, which is what a cancellation meets, is the real
 * one.
 */
#ifndef OPENSSL_PAIR_H
#define OPENSSL_PAIR_H

#include <openssl/ssl.h>

/* Makes the endpoint under test on `bio` (taken), and the remote on two memory buffers (taken).
 * 0 or -errno; what was taken is then freed. */
int pair_create(BIO *bio, BIO *to_remote, BIO *from_remote, SSL **ret_tested, SSL **ret_remote);

/* Runs the handshake of both to its end. 0 or -errno. */
int pair_shake(SSL *tested, SSL *remote);

#endif
