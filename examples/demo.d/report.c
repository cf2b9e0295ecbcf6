/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - prints the tables and checks the promises. */
#include "report.h"

#include <inttypes.h>
#include <sys/utsname.h>

#include "udp.h"

#define NUMBER_MAX 32 /* characters of a 64-bit number with its commas and the end */
/* A sender that lives on the interrupt keeps far less, and a busy machine spoils far less. */
#define LOST_RATIO_MIN 0.5
#define FCS_BYTES 4u /* the checksum of the wire, which the card adds */

/* ---- words ----------------------------------------------------------------- */

struct number {
	char text[NUMBER_MAX];
};

/* 1234567 becomes 1,234,567. */
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
	fprintf(out, "  lost: %s, of which counters explain %s\n", number(v->lost).text,
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
	print_count(out, v->duplicate, "twice");
	print_count(out, v->reordered, "out of order");
	print_count(out, v->lost, "lost");
	fputc('\n', out);
	print_losses(out, v);
	fprintf(out, "  mode sending    %s\n", zcxsk_mode_name(v->tx_mode));
	fprintf(out, "  mode receiving  %s    (both as the kernel reports them)\n",
		zcxsk_mode_name(v->rx_mode));
	fprintf(out,
		"  rate            %s packets/s, with one thread for both ends and "
		"all the checking\n\n",
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
	print_rate(out, "kernel UDP, a send() each", &r->udp, r->udp.median);
	for (uint32_t i = 0; i < RATE_BATCHES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "libzcxsk, batches of %u", r->batches[i].batch);
		print_rate(out, name, &r->batches[i].rate, r->udp.median);
	}
	fprintf(out,
		"  Best: batches of %u, %.1f times kernel UDP, with %.4f system calls a packet",
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
		fprintf(out, ", of which %s brought frames home", number(turns->recovered).text);
	fputs(".\n", out);
}

static void print_lost(FILE *out, const struct lost_result *r)
{
	fprintf(out,
		"The same card with its TX interrupt lost (masked in the card), for two senders "
		"that\n"
		"sleep when they have no room, in batches of %u. Packets a second, means of %u and "
		"%u\n"
		"turns; what is kept, the median of the turns; the longest time without a "
		"completion:\n",
		LOST_BATCH, r->peer.turns, r->ours.turns);
	fprintf(out, "  %-20s %15s %17s %12s %17s %17s\n", "interrupt:", "there", "lost", "kept",
		"silent, there", "silent, lost");
	print_sender(out, "plain loop on libxdp", &r->peer);
	print_sender(out, "libzcxsk", &r->ours);
	fprintf(out,
		"  The plain loop is correct and runs well while the interrupt is there. Once it "
		"is\n"
		"  lost, nothing ends its sleep but the limit of its poll(), here %u ms.\n"
		"  libzcxsk looks after frames that stay out, and kicks when none comes home.\n",
		LOST_PEER_SLEEP_MS);
	print_watchdog(out, "With the interrupt there", &r->ours.with);
	print_watchdog(out, "With the interrupt lost", &r->ours.without);
	fputc('\n', out);
}

/* ---- the promises ---------------------------------------------------------- */

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
	fprintf(out, "FAILED: promised was %s; sending got %s, receiving got %s.\n",
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
			"packets were lost and no counter tells where");
	if (r->lost)
		kept &= promise(out, r->lost->ours.ratio >= LOST_RATIO_MIN,
				"without its interrupt our sender lost more than half of its rate");
	if (kept)
		fprintf(out, "As promised: %s both ways, and every packet accounted for.\n",
			zcxsk_mode_name(r->promised));
	return kept;
}
