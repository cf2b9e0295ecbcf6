/* SPDX-License-Identifier: BSD-2-Clause */
/* help.c - the texts of --help and --list. */
#include "help.h"

#include "case.h"

void help_print_usage(FILE *to)
{
	fputs("usage: zcxsk-bench CASE [--veth | --guest | -i IFACE [--peer IFACE]] [OPTION...]\n"
	      "       zcxsk-bench compare A.json B.json [--threshold PERCENT] [--engine LIST]\n"
	      "       zcxsk-bench --help | --list | --version\n",
	      to);
}

static const char where_text[] =
	"\n"
	"Where\n"
	"      --veth               a veth pair in network namespaces of its own\n"
	"      --guest              a throwaway virtual machine with virtio-net cards that can\n"
	"                           do zero copy; needs the source tree\n"
	"      --guest-kernel WHICH newest (the default), bookworm, bookworm-backports, or a\n"
	"                           version as 6.18\n"
	"  -i, --interface IFACE    this interface\n"
	"      --peer IFACE         and this one, which is connected to it\n"
	"      --yes-default-route  even if the default route goes over one of them\n";

static const char what_text[] =
	"\n"
	"What; LIST is words or numbers with commas between them\n"
	"      --engine LIST        only these engines (all)\n"
	"      --mode LIST          zero-copy, native-copy, generic-copy (the best that works)\n"
	"      --batch LIST         packets handled in one go, 1 to 4096; up to 7 of them\n"
	"      --packet-size LIST   bytes with the Ethernet header, 60 to 9014; up to 7 (64)\n"
	"      --rate PPS           packets a second, where the case has a rate\n"
	"      --spin               use up the processor instead of sleeping\n"
	"      --busy-poll          let the socket poll the device (SO_BUSY_POLL)\n";

static const char long_text[] =
	"\n"
	"How long\n"
	"      --rounds N           turns of each engine, 1 to 64 (5; quick 3)\n"
	"      --seconds S          length of a turn, 0.01 to 3600 (1; quick 0.2)\n"
	"      --quick              fewer and shorter turns, to see that it works\n"
	"\n"
	"Output\n"
	"      --json FILE          the result as JSON, - for standard output\n"
	"      --csv FILE           the result as CSV, - for standard output\n"
	"      --report DIR         an HTML page with plots; plots need gnuplot\n"
	"\n"
	"Compare\n"
	"      --threshold PERCENT  a median of B worse than A's by more than this fails (5)\n"
	"      --engine LIST        the engines that are looked at (zcxsk)\n"
	"\n"
	"Examples\n"
	"  zcxsk-bench ring --json -                    user-space cost, no privileges needed\n"
	"  zcxsk-bench tx --veth --batch 16,64          sending, all engines side by side\n"
	"  zcxsk-bench tx --guest --rounds 9            in zero copy, on virtio-net\n"
	"  zcxsk-bench latency -i eth1 --peer eth2 --engine zcxsk,af-packet\n"
	"  zcxsk-bench matrix --veth --quick --report out\n"
	"  zcxsk-bench compare before.json after.json --threshold 3\n"
	"\n"
	"Exit status: 0 done, 1 failed or slower than the threshold, 2 wrong usage; 130 and 143\n"
	"when SIGINT or SIGTERM ended it early, with what was measured until then.\n";

static void print_cases(FILE *to)
{
	fputs("\nCases\n", to);
	for (const struct bench_case *const *c = all_cases(); *c; c++)
		fprintf(to, "  %-9s %s\n", (*c)->name, (*c)->words);
	fprintf(to, "  %-9s %s\n", "compare", "two results of JSON, and fail when B is slower");
}

void help_print(FILE *to)
{
	help_print_usage(to);
	print_cases(to);
	fputs(where_text, to);
	fputs(what_text, to);
	fputs(long_text, to);
}

void help_print_list(FILE *to)
{
	print_cases(to);
	fputs("\nEngines\n", to);
	for (size_t i = 0; engines[i]; i++)
		fprintf(to, "  %-12s %s\n", engines[i]->name, engines[i]->words);
}
