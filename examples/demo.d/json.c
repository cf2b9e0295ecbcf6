/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - the result as one JSON object. */
#include <jansson.h>
#include <sys/utsname.h>

#include "report.h"
#include "udp.h"

#define REAL_DIGITS 9 /* significant digits of a number with a fraction */

static void put_text(json_t *to, const char *name, const char *text)
{
	json_object_set_new(to, name, json_string(text));
}

static void put_count(json_t *to, const char *name, uint64_t value)
{
	json_object_set_new(to, name, json_integer((json_int_t)value));
}

static void put_real(json_t *to, const char *name, double value)
{
	json_object_set_new(to, name, json_real(value));
}

static json_t *rounds(const struct rate *rate)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < RATE_ROUNDS; i++)
		json_array_append_new(list, json_integer((json_int_t)(rate->pps[i] + 0.5)));
	return list;
}

static json_t *drops(const struct verify_result *v)
{
	json_t *object = json_object();

	for (int i = 0; i < DROP_COUNT; i++)
		put_count(object, verify_drop_name(i), v->drops[i]);
	return object;
}

static void put_verification(json_t *to, const struct verify_result *v)
{
	put_text(to, "driver", v->driver);
	put_text(to, "tx_mode", zcxsk_mode_name(v->tx_mode));
	put_text(to, "rx_mode", zcxsk_mode_name(v->rx_mode));
	if (v->refusal.code) {
		put_text(to, "zero_copy_refused_errno", zcxsk_errno_name(v->refusal.code));
		put_text(to, "zero_copy_refused_step", v->refusal.step);
		put_text(to, "zero_copy_refused_cause", v->refusal.cause);
	}
	put_count(to, "sent", v->sent);
	put_count(to, "received", v->received);
	put_count(to, "corrupt", v->corrupt);
	put_count(to, "duplicate", v->duplicate);
	put_count(to, "reordered", v->reordered);
	put_count(to, "foreign", v->foreign);
	put_count(to, "lost", v->lost);
	put_count(to, "lost_explained", v->lost_explained);
	put_count(to, "lost_unexplained", verify_lost_unexplained(v));
	json_object_set_new(to, "drops", drops(v));
	put_real(to, "verify_seconds", v->seconds);
	put_real(to, "rx_pps", verify_rx_pps(v));
}

static json_t *batches(const struct rate_result *r)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < RATE_BATCHES; i++) {
		const struct rate_batch *b = &r->batches[i];
		json_t *object = json_object();

		put_count(object, "batch", b->batch);
		put_real(object, "kicks_per_packet", rate_kicks_per_packet(b));
		json_object_set_new(object, "rounds_pps", rounds(&b->rate));
		json_array_append_new(list, object);
	}
	return list;
}

static void put_rates(json_t *to, const struct rate_result *r)
{
	put_count(to, "frame_bytes", UDP_FRAME_BYTES);
	put_real(to, "tx_pps", r->best->rate.median);
	put_real(to, "udp_pps", r->udp.median);
	put_real(to, "ratio_udp", r->ratio);
	put_count(to, "best_batch", r->best->batch);
	put_real(to, "kicks_per_packet", rate_kicks_per_packet(r->best));
	json_object_set_new(to, "udp_rounds_pps", rounds(&r->udp));
	json_object_set_new(to, "batches", batches(r));
}

static void put_peer(json_t *to, const struct lost_sender *s)
{
	put_real(to, "lost_irq_peer_pps", s->with.mean);
	put_real(to, "lost_irq_peer_masked_pps", s->without.mean);
	put_real(to, "lost_irq_peer_ratio", s->ratio);
	put_real(to, "lost_irq_peer_unmasked_longest_gap_us", s->with.gap_us);
	put_real(to, "lost_irq_peer_longest_gap_us", s->without.gap_us);
}

static void put_ours(json_t *to, const struct lost_sender *s)
{
	put_real(to, "lost_irq_pps", s->with.mean);
	put_real(to, "lost_irq_masked_pps", s->without.mean);
	put_real(to, "lost_irq_ratio", s->ratio);
	put_real(to, "lost_irq_unmasked_longest_gap_us", s->with.gap_us);
	put_real(to, "lost_irq_longest_gap_us", s->without.gap_us);
	put_count(to, "lost_irq_unmasked_packets", s->with.packets);
	put_count(to, "lost_irq_unmasked_forced", s->with.forced);
	put_count(to, "lost_irq_packets", s->without.packets);
	put_count(to, "lost_irq_forced", s->without.forced);
	put_count(to, "lost_irq_recovered", s->without.recovered);
}

bool report_json(FILE *out, const struct report *r)
{
	json_t *object = json_object();
	struct utsname name;
	bool written;

	put_text(object, "version", zcxsk_version());
	put_text(object, "kernel", uname(&name) ? "?" : name.release);
	put_verification(object, r->verify);
	put_rates(object, r->rate);
	if (r->lost) {
		put_peer(object, &r->lost->peer);
		put_ours(object, &r->lost->ours);
	}
	written = object &&
		  !json_dumpf(object, out, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS)) &&
		  fputc('\n', out) != EOF && !fflush(out);
	json_decref(object);
	return written;
}
