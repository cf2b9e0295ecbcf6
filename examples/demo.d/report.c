/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - prints the tables and the verdict. */
#include "report.h"

#include <inttypes.h>
#include <sys/utsname.h>

#include "udp.h"

#define NUMBER_MAX 32 /* bytes of a 64-bit number with commas and a terminator */
/* A sender that depends on the interrupt keeps far less; a busy machine costs ours far less. */
#define LOST_RATIO_MIN 0.5
#define FCS_BYTES 4u /* added by the card */

/* ---- words ----------------------------------------------------------------- */

struct number {
	char text[NUMBER_MAX];
};

/* Formats 1234567 as 1,234,567. */
static struct number number(uint64_t value)
{
	char digits[NUMBER_MAX];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	struct number n;
	char *to = n.text;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = 0;
	return n;
}

/* "none damaged", "1,024 damaged" */
static void print_count(FILE *out, uint64_t count, const char *what)
{
	fprintf(out, ", %s %s", count ? number(count).text : "none", what);
}

/* ---- the table ------------------------------------------------------------- */

static void print_losses(FILE *out, const struct verify_result *v)
{
	if (!v->lost)
		return;
	fprintf(out, "  lost: %s, of which the counters explain %s\n", number(v->lost).text,
		number(v->lost_explained).text);
	for (int i = 0; i < DROP_COUNT; i++)
		if (v->drops[i])
			fprintf(out, "    %-24s %s\n", verify_drop_name(i),
				number(v->drops[i]).text);
}

static void print_verification(FILE *out, const struct report *r)
{
	const struct verify_result *v = r->verify;

	fprintf(out, "From %s to %s, every packet numbered and checked:\n  %s packets sent, ",
		r->sender, r->receiver, number(v->sent).text);
	fprintf(out, "%s received", number(v->received).text);
	print_count(out, v->corrupt, "damaged");
	print_count(out, v->duplicate, "duplicated");
	print_count(out, v->reordered, "out of order");
	print_count(out, v->lost, "lost");
	fputc('\n', out);
	print_losses(out, v);
	fprintf(out, "  mode sending    %s\n", zcxsk_mode_name(v->tx_mode));
	fprintf(out, "  mode receiving  %s    (both as the kernel reports them)\n",
		zcxsk_mode_name(v->rx_mode));
	fprintf(out,
		"  rate            %s packets/s, with one thread that sends, receives "
		"and checks\n\n",
		number((uint64_t)verify_rx_pps(v)).text);
}

static void print_rate(FILE *out, const char *name, const struct rate *rate, double unit)
{
	fprintf(out, "  %-28s %12s packets/s   %5.1f\n", name, number((uint64_t)rate->median).text,
		rate->median / unit);
}

static void print_rates(FILE *out, const struct rate_result *r)
{
	fprintf(out,
		"Sending packets of %u bytes (%u on the wire), one processor, medians of %u:\n",
		UDP_FRAME_BYTES, UDP_FRAME_BYTES + FCS_BYTES, RATE_ROUNDS);
	print_rate(out, "kernel UDP, one send() each", &r->udp, r->udp.median);
	for (uint32_t i = 0; i < RATE_BATCHES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "libzcxsk, batches of %u", r->batches[i].batch);
		print_rate(out, name, &r->batches[i].rate, r->udp.median);
	}
	fprintf(out,
		"  Best: batches of %u, %.1f times kernel UDP, with %.4f system calls per packet",
		r->best->batch, r->ratio, rate_kicks_per_packet(r->best));
	if (r->best->kicks)
		fprintf(out, " (one for %.0f)", 1 / rate_kicks_per_packet(r->best));
	fputs(".\n\n", out);
}

static void print_sender(FILE *out, const char *name, const struct lost_sender *s)
{
	fprintf(out, "  %-20s %12s /s %14s /s %10.1f %% %14.1f ms %14.1f ms\n", name,
		number((uint64_t)s->with.mean).text, number((uint64_t)s->without.mean).text,
		s->ratio * 100, s->with.gap_us / 1e3, s->without.gap_us / 1e3);
}

static void print_watchdog(FILE *out, const char *when, const struct lost_turns *turns)
{
	fprintf(out, "  %s: %s packets, %s forced kicks", when, number(turns->packets).text,
		turns->forced ? number(turns->forced).text : "no");
	if (turns->forced)
		fprintf(out, ", of which %s led to completions", number(turns->recovered).text);
	fputs(".\n", out);
}

static void print_lost(FILE *out, const struct lost_result *r)
{
	fprintf(out,
		"The same card with its TX interrupt lost (masked in the card), for two senders "
		"that\n"
		"sleep while the ring is full, in batches of %u. Packets per second, means of %u "
		"and %u\n"
		"turns; the share that remains, median of the turns; the longest time without a\n"
		"completion:\n",
		LOST_BATCH, r->peer.turns, r->ours.turns);
	fprintf(out, "  %-20s %15s %17s %12s %17s %17s\n", "interrupt:", "works", "lost", "remains",
		"gap, works", "gap, lost");
	print_sender(out, "plain libxdp loop", &r->peer);
	print_sender(out, "libzcxsk", &r->ours);
	fprintf(out,
		"  The plain loop is correct and runs well while the interrupt works. Once it is "
		"lost,\n"
		"  only the timeout of its poll() ends its sleep, here %u ms. libzcxsk watches "
		"the\n"
		"  frames in flight, and kicks the driver if none completes.\n",
		LOST_PEER_SLEEP_MS);
	print_watchdog(out, "With the interrupt", &r->ours.with);
	print_watchdog(out, "With the interrupt lost", &r->ours.without);
	fputc('\n', out);
}

/* ---- the verdict ----------------------------------------------------------- */

static bool promise(FILE *out, bool kept, const char *broken)
{
	if (!kept)
		fprintf(out, "FAILED: %s\n", broken);
	return kept;
}

static bool promise_modes(FILE *out, const struct report *r)
{
	const struct verify_result *v = r->verify;
	char text[sizeof(v->refusal)];

	if (v->tx_mode == r->promised && v->rx_mode == r->promised)
		return true;
	fprintf(out, "FAILED: expected %s; sending uses %s, receiving uses %s.\n",
		zcxsk_mode_name(r->promised), zcxsk_mode_name(v->tx_mode),
		zcxsk_mode_name(v->rx_mode));
	zcxsk_error_format(&v->refusal, text, sizeof(text));
	if (v->refusal.code)
		fprintf(out, "  Zero copy was refused: %s\n", text);
	return false;
}

bool report_print(FILE *out, const struct report *r)
{
	const struct verify_result *v = r->verify;
	struct utsname name;
	bool kept;

	fprintf(out, "libzcxsk %s, kernel %s, driver %s\n\n", zcxsk_version(),
		uname(&name) ? "?" : name.release, v->driver);
	print_verification(out, r);
	print_rates(out, r->rate);
	if (r->lost)
		print_lost(out, r->lost);
	kept = promise_modes(out, r);
	kept &= promise(out, !v->corrupt, "packets were damaged");
	kept &= promise(out, !v->duplicate, "packets arrived twice");
	kept &= promise(out, !verify_lost_unexplained(v),
			"packets were lost that no counter explains");
	if (r->lost)
		kept &= promise(out, r->lost->ours.ratio >= LOST_RATIO_MIN,
				"without the interrupt, libzcxsk lost more than half of its rate");
	if (kept)
		fprintf(out, "Passed: %s in both directions, and every packet accounted for.\n",
			zcxsk_mode_name(r->promised));
	return kept;
}
