/* SPDX-License-Identifier: BSD-2-Clause */
/* forecast.c - the mode that a socket would get, as the library foresees it. */
#include <string.h>

#include "card.h"
#include "json_text.h"

static json_t *json_forecast(const struct zcxsk_forecast *mode)
{
	bool refused = mode->error.cause[0];

	return json_pack("{s:s, s:o, s:o, s:o}", "verdict",
			 zcxsk_verdict_name((enum zcxsk_verdict)mode->verdict), "mtu_max",
			 mode->mtu_max ? json_integer(mode->mtu_max) : json_null(), "cause",
			 refused ? json_text(mode->error.cause) : json_null(), "errno",
			 mode->error.code ? json_string(zcxsk_errno_name(mode->error.code))
					  : json_null());
}

/* Whether the next slower mode is refused for the same cause. */
static bool is_repeated(const struct zcxsk_probe_result *result, size_t i)
{
	const struct zcxsk_forecast *mode = &result->modes[i], *next = &result->modes[i + 1];

	return i + 1 < ZCXSK_FORECASTS && next->verdict == mode->verdict &&
	       next->mode != result->mode && !strcmp(next->error.cause, mode->error.cause);
}

/* A mode that is faster than the one that the socket would get. */
static void find_slower(struct card *card, const struct zcxsk_probe_result *result, size_t i)
{
	const struct zcxsk_forecast *mode = &result->modes[i];
	const char *name = zcxsk_mode_name((enum zcxsk_mode)mode->mode);
	bool repeats = i && is_repeated(result, i - 1);

	/* Said once, for the slower of the two. */
	if (is_repeated(result, i))
		return;
	if (mode->verdict == ZCXSK_VERDICT_NO)
		facts_find(&card->facts, SEVERITY_SLOWER, mode->error.remedy, "no %s%s: %s (%s)",
			   name, repeats ? ", and no faster mode" : "", mode->error.cause,
			   zcxsk_errno_name(mode->error.code));
	else if (mode->verdict == ZCXSK_VERDICT_UNKNOWN)
		facts_find(&card->facts, SEVERITY_UNKNOWN, mode->error.remedy,
			   "%s may work or not: %s", name, mode->error.cause);
}

static void find_yes(struct card *card, const struct zcxsk_probe_result *result, uint32_t queue)
{
	uint32_t mtu_max = 0;

	for (size_t i = 0; i < ZCXSK_FORECASTS; i++) {
		if (result->modes[i].mode == result->mode) {
			mtu_max = result->modes[i].mtu_max;
			break;
		}
		find_slower(card, result, i);
	}
	if (mtu_max)
		facts_find(&card->facts, SEVERITY_NOTE, "",
			   "a socket on queue %u gets %s, with an MTU of at most %u", queue,
			   card->outlook, mtu_max);
	else
		facts_find(&card->facts, SEVERITY_NOTE, "", "a socket on queue %u gets %s", queue,
			   card->outlook);
}

static void find(struct card *card, const struct zcxsk_probe_result *result, uint32_t queue)
{
	const struct zcxsk_error *error = &result->error;

	if (result->verdict == ZCXSK_VERDICT_YES)
		find_yes(card, result, queue);
	else if (result->verdict == ZCXSK_VERDICT_NO)
		facts_find(&card->facts, SEVERITY_FAILS, error->remedy,
			   "a socket on queue %u is refused: %s: %s (%s)", queue, error->step,
			   error->cause, zcxsk_errno_name(error->code));
	else
		facts_find(&card->facts, SEVERITY_UNKNOWN, error->remedy,
			   "it is unknown what a socket on queue %u would get: %s", queue,
			   error->cause);
}

static void set_facts(struct card *card, const struct zcxsk_probe_result *result, uint32_t queue)
{
	facts_set_number(&card->facts, "forecast", "queue", queue);
	facts_set_text(&card->facts, "forecast", "verdict",
		       zcxsk_verdict_name((enum zcxsk_verdict)result->verdict));
	facts_set_text(&card->facts, "forecast", "outlook", card->outlook);
	for (size_t i = 0; i < ZCXSK_FORECASTS; i++)
		facts_set(&card->facts, "forecast",
			  zcxsk_mode_name((enum zcxsk_mode)result->modes[i].mode),
			  json_forecast(&result->modes[i]));
}

int card_foresee(const struct card *card, uint32_t queue, struct zcxsk_probe_result *result,
		 struct zcxsk_error *error)
{
	struct zcxsk_socket_opts opts;

	zcxsk_socket_opts_init(&opts);
	zcxsk_probe_result_init(result);
	return zcxsk_probe(result, card->nic.ifname, queue, &opts, error);
}

void card_read_forecast(struct card *card, uint32_t queue)
{
	struct zcxsk_probe_result result;
	struct zcxsk_error error;
	int ret = card_foresee(card, queue, &result, &error);

	if (ret) {
		facts_unknown(&card->facts, "forecast", "verdict", ret);
		facts_find(&card->facts, SEVERITY_UNKNOWN, error.remedy, "no forecast: %s: %s",
			   error.step, error.cause);
		return;
	}
	if (result.verdict == ZCXSK_VERDICT_YES)
		card->outlook = zcxsk_mode_name((enum zcxsk_mode)result.mode);
	else if (result.verdict == ZCXSK_VERDICT_NO)
		card->outlook = zcxsk_errno_name(result.error.code);
	set_facts(card, &result, queue);
	find(card, &result, queue);
}
