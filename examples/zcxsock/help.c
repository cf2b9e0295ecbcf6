/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help.c - the text of --help.
 */
#include "help.h"

void help_print_usage(FILE *to)
{
	fputs("usage: zcxsock rx|tx|fwd -i IFACE [OPTION...]\n"
	      "       zcxsock --help | --version\n",
	      to);
}

static const char options_text[] =
	"\n"
	"Commands\n"
	"  rx   receive packets and count them\n"
	"  tx   send UDP packets with a sequence number\n"
	"  fwd  send received packets back with the MAC addresses swapped, or unchanged\n"
	"       on --out\n"
	"\n"
	"Socket\n"
	"  -i, --interface IFACE    interface to work on\n"
	"  -q, --queue N            its queue (0)\n"
	"      --mode MODE          auto, zero-copy, native-copy or generic-copy (auto: the best\n"
	"                           that works; any other: that mode or an error)\n"
	"      --frame-size BYTES   2048 or 4096 (as the interface needs)\n"
	"      --ring-size N        entries of each ring, 64 to 65536 (2048, TX 1024)\n"
	"  -b, --batch N            packets handled at once, 1 to 4096 (64)\n"
	"      --wait poll|spin     sleep in the kernel or spin (poll)\n"
	"      --huge-pages         ask for packet memory in 2 MiB pages\n"
	"      --coexist            share the interface with other XDP programs\n"
	"      --no-self-test       send no test frame after a zero-copy bind\n"
	"\n"
	"Packets to take (rx, fwd); all others pass to the kernel\n"
	"      --rules TEXT         such as 'take udp dport 4789; take icmp'; the first rule\n"
	"                           that matches a packet decides, zcxsk_rules(7) (take any)\n"
	"      --rules-file FILE    the same from a file; SIGHUP reads it again\n"
	"      --promiscuous        receive frames for other MAC addresses too\n"
	"      --confirm SECONDS    remove the rules after this time unless Enter or SIGUSR1\n"
	"                           confirms them; 0.001 to 86400\n"
	"      --give-up KINDS      packets that this machine needs and the rules may take: ssh,\n"
	"                           arp, nd, dhcp, pmtu, multicast, tunnels, lacp, stp, 802.1x,\n"
	"                           machine (a known fault of the kernel), separated by commas,\n"
	"                           or all (none)\n"
	"      --out IFACE          fwd: send on this interface instead\n"
	"      --out-queue N        fwd: and on this queue of it (0)\n"
	"\n"
	"What to send (tx)\n"
	"      --packet-size BYTES  Ethernet frame without checksum, 60 to the smaller of frame\n"
	"                           size and MTU + 14 (60; 4 more with --vlan)\n"
	"      --rate PPS           packets per second (as fast as possible)\n"
	"      --dst-mac MAC        (02:00:00:00:00:02)  --src-mac MAC   (the interface's)\n"
	"      --dst-ip IP          (198.18.0.2)         --src-ip IP     (198.18.0.1)\n"
	"      --dst-port PORT      (9)                  --src-port PORT (49152)\n"
	"      --vlan ID            VLAN tag, 1 to 4094 (none)\n"
	"      --tokens ORDER       off, in-order or as-done: report the completion of each\n"
	"                           packet and check that it is reported once (off)\n"
	"      --loop library|epoll sleep in the library's waits or in an epoll loop (library)\n";

static const char kick_text[] =
	"\n"
	"When to enter the kernel (tx, fwd)\n"
	"      --kick POLICY        adaptive, burst, batch or manual (adaptive)\n"
	"      --watermark N        adaptive, batch: kick once this many packets wait, 1 to the\n"
	"                           TX ring's size (128)\n"
	"      --tail MICROSECONDS  or once the first has waited this long, 1 to 1000000 (50)\n"
	"      --watchdog WHEN      on, off, or microseconds without a completion after which\n"
	"                           a kick is forced, FIRST or FIRST:LAST (100:10000)\n"
	"      --stall MILLISECONDS time without a completion that is a stall (1000)\n"
	"      --on-stall ACTION    continue, rebuild the socket, or exit (continue)\n"
	"      --limit N            most packets in flight, 1 to the TX ring's size (80 % of\n"
	"                           it, at most 1024)\n";

static const char report_text[] =
	"\n"
	"When to stop and what to show\n"
	"      --count N            stop after N packets\n"
	"  -d, --duration SECONDS   stop after this time\n"
	"      --interval SECONDS   print a line this often (1 on a terminal, else 0: never)\n"
	"      --json FILE          write the result as JSON, - for standard output\n"
	"  -v, --verbose            show the set-up and all counters\n"
	"\n"
	"Examples\n"
	"  zcxsock rx -i eth1 --rules 'take udp dport 4789'\n"
	"  zcxsock rx -i eth0 --rules-file rules.txt --confirm 30\n"
	"  zcxsock tx -i eth1 --mode zero-copy --rate 1000000 -d 10\n"
	"  zcxsock tx -i eth1 --packet-size 1514 --count 1000 --json -\n"
	"  zcxsock tx -i eth1 --batch 1 --rate 20000 --kick batch --tail 500 -d 10\n"
	"  zcxsock fwd -i eth1 --wait spin\n"
	"  zcxsock fwd -i eth1 --out eth2 --rules 'take ip'\n"
	"\n"
	"Exit status: 0 success, 1 failure, 2 wrong usage.\n";

void help_print(FILE *to)
{
	help_print_usage(to);
	fputs(options_text, to);
	fputs(kick_text, to);
	fputs(report_text, to);
}
