/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_sessions.h - SSH connections and servers, and whether a card carries them. */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_SESSIONS_H
#define ZCXSK_LIB_REDIRECT_GUARD_SESSIONS_H

#include "redirect/guard_share.h"

/*
 * Whether a TCP socket is that of an SSH server or of one of its connections, or the
 * connection by which an ancestor of this process came in.
 */
enum guard_ssh guard_is_ssh(struct guard_facts *facts, struct guard_socket *s);

/*
 * Whether packets of a connection may arrive by the card of `share`. Then *tags is what
 * surrounds them; *ret is 0, or why it is not known for sure, and *what could not be read.
 */
bool guard_carries(struct guard_facts *facts, const struct guard_share *share,
		   struct guard_socket *s, struct guard_tags *tags, int *ret, const char **what);

/* Whether a listening socket may be reached by the device of `way` with this family. */
bool guard_is_reached(const struct guard_facts *facts, const struct guard_way *way,
		      const struct guard_socket *s, int family);

/* "the SSH connection from 192.0.2.7 port 50122". */
void guard_session_text(const struct guard_facts *facts, const struct guard_socket *s, char *text,
			size_t size);

#endif
