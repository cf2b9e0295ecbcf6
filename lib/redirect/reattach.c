/* SPDX-License-Identifier: BSD-2-Clause */
/* reattach.c - attaches a program again that its driver does not run any more. */
#include <errno.h>

#include "redirect/attach.h"

int zcxsk_redirect_reattach(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	struct nic now;
	int ret;

	if (!redirect)
		return explain_usage(error, "check options", "", "redirect is NULL");
	ret = redirect_check_owner(redirect, error);
	if (ret)
		return ret;
	if (redirect->link_fd < 0)
		return explain_text(error, "attach XDP again", -EOPNOTSUPP,
				    "Close the sockets, and open them again.",
				    "the XDP program on %s is not attached by a bpf_link of this "
				    "program",
				    redirect->nic.ifname);
	now = redirect->nic;
	ret = attach_check_here(&now, error);
	if (ret)
		return ret;
	if (atomic_load(&redirect->users) && pools_seen(&redirect->pools))
		return explain_text(error, "attach XDP again", -EBUSY,
				    "Close the sockets, and open them again.",
				    "the driver of %s uses the frames of zero-copy sockets",
				    redirect->nic.ifname);
	if (pools_await(&redirect->pools, &redirect->nic))
		return explain_text(error, "attach XDP again", -EDEADLK,
				    "Set the interface up first.",
				    "%s is down, and another process still has a zero-copy socket "
				    "on it",
				    redirect->nic.ifname);
	ret = attach_renew_link(redirect, error);
	if (!ret)
		explain_clear(error);
	return ret;
}
