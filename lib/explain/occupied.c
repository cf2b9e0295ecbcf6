/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * occupied.c - says who keeps a foreign XDP program attached, and which command detaches it:
 * what a bpf_link holds, the kernel does not detach by the interface.
 */
#include <inttypes.h>

#include "explain/holder.h"
#include "explain/words.h"

static void say_holder(struct zcxsk_error *error, const struct holder *holder)
{
	switch (holder->holding) {
	case HOLDING_SELF:
		say_cause(error, "; this process holds it");
		break;
	case HOLDING_OTHER:
		say_cause(error, "; process %d (%s) holds it", (int)holder->pid, holder->name);
		break;
	case HOLDING_NO_LINK:
		say_cause(error, "; no process holds it");
		break;
	case HOLDING_NOT_FOUND:
	case HOLDING_UNKNOWN:
		say_cause(error, "; it is unknown here which process holds it");
		break;
	}
}

static void say_stop(struct zcxsk_error *error, const struct holder *holder)
{
	if (holder->holding == HOLDING_OTHER)
		say_remedy(error, "Stop process %d (%s)", (int)holder->pid, holder->name);
	else
		say_remedy(error, "Stop the process that attached it");
}

void say_detach(struct zcxsk_error *error, const struct nic *nic)
{
	const char *how = nic->native_prog_id ? "xdp" : "xdpgeneric";
	uint32_t id = nic->native_prog_id ? nic->native_prog_id : nic->generic_prog_id;
	struct holder holder;

	holder_find(&holder, id, nic->ifindex);
	say_holder(error, &holder);
	if (holder.holding == HOLDING_SELF) {
		say_remedy(error, "This process attached it: pass zcxsk_socket_redirect() of its "
				  "socket as `redirect`, or open the queues as a port.");
	} else if (holder.holding == HOLDING_NO_LINK) {
		say_remedy(error, "Detach it: `ip link set dev %s %s off`.", nic->ifname, how);
	} else if (holder.link_id) {
		say_stop(error, &holder);
		say_remedy(error, ", or detach it: `bpftool link detach id %" PRIu32 "`.",
			   holder.link_id);
	} else {
		say_stop(error, &holder);
		say_remedy(error,
			   ", or detach it: `ip link set dev %s %s off`, or `bpftool link detach "
			   "id N` with the id that `bpftool link` shows for prog %" PRIu32 ".",
			   nic->ifname, how, id);
	}
}
