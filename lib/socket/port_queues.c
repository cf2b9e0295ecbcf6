/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_queues.c - changes of the number of queues. If another program changes it, the
 * port adapts; to change it itself, the port first has to close all its queues.
 */
#include "socket/port.h"

#include <errno.h>

#include "nic/channels.h"
#include "explain/explain.h"
#include "base/minmax.h"
#include "base/opts.h"
#include "nic/driver.h"
#include "redirect/redirect.h"

/* a - b, at least 0. */
static uint32_t difference(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Reads the number of queues, without those that the driver added for XDP. Such a
 * driver refuses changes while XDP is attached, so the number of added ones is known.
 */
static int look(const struct zcxsk_port *p, struct nic *now)
{
	int ret;

	*now = p->nic;
	ret = nic_recount(now);
	if (ret)
		return ret;
	now->rx_queues = difference(now->rx_queues, p->xdp_rx);
	now->tx_queues = difference(now->tx_queues, p->xdp_tx);
	return 0;
}

/* The usable queues, limited to the entries of queue[]. */
static uint32_t wanted(const struct zcxsk_port *p, const struct nic *now)
{
	return min_u32(nic_usable_queues(now), p->most);
}

int port_count_queues(const struct zcxsk_port *p, uint32_t *queues)
{
	struct nic now;
	int ret = look(p, &now);

	if (!ret)
		*queues = wanted(p, &now);
	return ret;
}

int zcxsk_port_check(const struct zcxsk_port *p)
{
	uint32_t queues;
	int ret;

	if (!p)
		return -EINVAL;
	ret = fork_check(&p->fork);
	if (!ret)
		ret = port_count_queues(p, &queues);
	if (ret)
		return ret;
	return queues == p->queues ? 0 : -ESTALE;
}

static int explain_gone(const struct zcxsk_port *p, int code, struct zcxsk_error *error)
{
	return explain_text(error, "look up interface", code, "Close the port and open it again.",
			    "interface %s is gone from this network namespace", p->nic.ifname);
}

/* Detaches the program, unless it is in a dispatcher. */
static void detach_program(struct zcxsk_port *p)
{
	if (!p->redirect || !redirect_detach_link(p->redirect))
		return;
	p->program_detached = true;
	p->xdp_rx = p->xdp_tx = 0;
}

/* Attaches the program again if it was detached. */
static int reattach_program(struct zcxsk_port *p, struct zcxsk_error *error)
{
	int ret = p->redirect ? redirect_reattach(p->redirect, error) : 0;

	if (!ret && p->program_detached) {
		p->program_detached = false;
		port_count_xdp_queues(p);
	}
	return ret;
}

/* Adapts the program to the current number of queues. */
static int adapt_program(struct zcxsk_port *p, struct zcxsk_error *error)
{
	struct nic now;
	int ret = look(p, &now);

	if (ret)
		return explain_gone(p, ret, error);
	if (now.rx_queues > p->nic.rx_queues && driver_facts(now.driver)->new_queues_lack_program)
		detach_program(p);
	p->nic = now;
	if (p->redirect)
		redirect_recount(p->redirect, now.rx_queues, now.tx_queues);
	return reattach_program(p, error);
}

/* ---- changes by others ----------------------------------------------------- */

static int follow(struct zcxsk_port *p, struct zcxsk_port_change *change, struct zcxsk_error *error)
{
	struct nic now;
	uint32_t n, kept;
	int ret = look(p, &now);

	if (ret)
		return explain_gone(p, ret, error);
	n = wanted(p, &now);
	if (n < p->queues)
		port_close_queues(p, n, change);
	kept = p->queues;
	ret = adapt_program(p, error);
	if (!ret)
		ret = port_open_queues(p, n, p->mode, error);
	change->opened += p->queues - kept;
	return ret;
}

/* Ends a public call: reports the change, also after an error. Returns ret. */
static int finish(const struct zcxsk_port *p, struct zcxsk_port_change *theirs,
		  struct zcxsk_port_change *ours, int ret, struct zcxsk_error *error)
{
	ours->queues = p->queues;
	if (theirs)
		opts_answer(theirs, ours, sizeof(*ours));
	if (!ret)
		explain_clear(error);
	return ret;
}

static int check_call(const struct zcxsk_port *p, const struct zcxsk_port_change *change,
		      struct zcxsk_error *error)
{
	if (!p)
		return explain_usage(error, "change queues", "Pass a port.", "the port is NULL");
	if (change && change->size < sizeof(change->size))
		return explain_usage(error, "change queues", "Call zcxsk_port_change_init().",
				     "the change struct has a wrong size");
	return explain_owner(error, &p->fork, "port");
}

int zcxsk_port_refresh(struct zcxsk_port *p, struct zcxsk_port_change *change,
		       struct zcxsk_error *error)
{
	struct zcxsk_port_change ours = {0};
	int ret = check_call(p, change, error);

	if (ret)
		return ret;
	ours.before = p->queues;
	ret = follow(p, &ours, error);
	return finish(p, change, &ours, ret, error);
}

/* ---- changes by the port --------------------------------------------------- */

static int check_number(const struct zcxsk_port *p, uint32_t n, struct zcxsk_error *error)
{
	uint64_t held;

	if (!n || n > p->most)
		return explain_usage(error, "change queues", "`ethtool -l NAME` shows the limits.",
				     "%u queues are outside 1 to %u, which %s can have", n, p->most,
				     p->nic.ifname);
	held = port_owns_memory(p) ? port_frames_held(p) : 0;
	if (held)
		return explain_text(error, "change queues", -EBUSY,
				    "First release or send received and allocated frames.",
				    "the application holds %llu frames, but the change creates new "
				    "memory",
				    (unsigned long long)held);
	return 0;
}

static int explain_driver(const struct zcxsk_port *p, uint32_t n, int code,
			  struct zcxsk_error *error)
{
	const char *remedy = "Check the kernel log: `dmesg | tail`.";

	if (code == -EPERM)
		remedy = "Run it as root, or grant cap_net_admin.";
	else if (code == -EOPNOTSUPP)
		remedy = "Keep the current number of queues.";
	else if (code == -EINVAL || code == -EBUSY)
		remedy = "Close other AF_XDP sockets and detach other XDP programs.";
	return explain_text(error, "change queues", code, remedy,
			    "the driver %s of %s does not accept %u queues instead of %u",
			    p->nic.driver[0] ? p->nic.driver : "?", p->nic.ifname, n,
			    nic_usable_queues(&p->nic));
}

/* Needs an interface without sockets. Does not undo its changes after an error. */
static int set_driver_queues(struct zcxsk_port *p, const struct ethtool_channels *channels,
			     uint32_t n, struct zcxsk_error *error)
{
	int ret = channels_write(&p->nic, channels, p->busy_timeout_ns);

	return ret ? explain_driver(p, n, ret, error) : adapt_program(p, error);
}

static int change_number(struct zcxsk_port *p, uint32_t n, struct zcxsk_port_change *change,
			 struct zcxsk_error *error)
{
	struct ethtool_channels before, after;
	int ret = channels_read(&p->nic, &before), opened;

	if (ret)
		return explain_driver(p, n, ret, error);
	after = before;
	channels_make(&after, n);
	port_close_queues(p, 0, change);
	detach_program(p);
	ret = set_driver_queues(p, &after, n, error);
	if (ret && channels_write(&p->nic, &before, p->busy_timeout_ns))
		explain_more(error, "; the number before could not be restored");
	opened = follow(p, change, ret ? NULL : error);
	return ret ? ret : opened;
}

int zcxsk_port_set_queues(struct zcxsk_port *p, uint32_t queues, struct zcxsk_port_change *change,
			  struct zcxsk_error *error)
{
	struct zcxsk_port_change ours = {0};
	struct nic now;
	int ret = check_call(p, change, error);

	if (ret)
		return ret;
	ours.before = p->queues;
	ret = look(p, &now);
	if (ret)
		ret = explain_gone(p, ret, error);
	else if (nic_usable_queues(&now) == queues)
		ret = follow(p, &ours, error);
	else if (!(ret = check_number(p, queues, error)))
		ret = change_number(p, queues, &ours, error);
	return finish(p, change, &ours, ret, error);
}
