/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_clock.c - sums the time from each entry into the idle state to the interrupt
 * that ends it, by programs on trace points. The idle loop reports its end only after
 * the handler of that interrupt, so the handlers' trace points are needed, too.
 */
#include "idle_clock.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* The state of the programs; there is one processor. */
struct idle_time {
	uint64_t since_ns; /* 0 = not idle */
	uint64_t total_ns;
};

enum {
	SINCE = offsetof(struct idle_time, since_ns),
	TOTAL = offsetof(struct idle_time, total_ns),
	STATE_END = -1, /* as a state of cpu_idle: PWR_EVENT_EXIT of the kernel's power.h */
};

/*
 * Code, destination, source, offset, value; r6 = the idle_time. The first part is
 * for cpu_idle only, and starts the clock for any state except STATE_END.
 */
#define LOAD (BPF_LDX | BPF_MEM | BPF_DW)
#define STORE (BPF_STX | BPF_MEM | BPF_DW)
#define CALL (BPF_JMP | BPF_CALL)

static int load_program(int map, bool starts)
{
	const struct bpf_insn code[] = {
		{LOAD, BPF_REG_7, BPF_REG_1, 0, 0}, /* the state */
		{BPF_LD | BPF_IMM | BPF_DW, BPF_REG_6, BPF_PSEUDO_MAP_VALUE, 0, map},
		{0},
		{BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_7, 0, 3, STATE_END},
		{CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns},
		{STORE, BPF_REG_6, BPF_REG_0, SINCE, 0},
		{BPF_JMP | BPF_JA, 0, 0, 11, 0},
		/* The clock stops, if it is running. */
		{BPF_LD | BPF_IMM | BPF_DW, BPF_REG_6, BPF_PSEUDO_MAP_VALUE, 0, map},
		{0},
		{LOAD, BPF_REG_7, BPF_REG_6, SINCE, 0},
		{BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_7, 0, 7, 0},
		{CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns},
		{BPF_ALU64 | BPF_SUB | BPF_X, BPF_REG_0, BPF_REG_7, 0, 0},
		{LOAD, BPF_REG_1, BPF_REG_6, TOTAL, 0},
		{BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_1, BPF_REG_0, 0, 0},
		{STORE, BPF_REG_6, BPF_REG_1, TOTAL, 0},
		{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, 0},
		{STORE, BPF_REG_6, BPF_REG_1, SINCE, 0},
		{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
		{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
	};
	const size_t all = sizeof(code) / sizeof(code[0]), skipped = starts ? 0 : 7;

	return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "idle_clock", "Dual BSD/GPL",
			     code + skipped, all - skipped, NULL);
}

/* Attaches the program to a trace point; closing the descriptor removes both. */
static int watch(int map, const char *point, bool starts)
{
	int program = load_program(map, starts), watcher;

	if (program < 0)
		return program;
	watcher = bpf_raw_tracepoint_open(point, program);
	close(program);
	return watcher;
}

int idle_clock_open(struct idle_clock *clock)
{
	static const char *const interrupts[] = {"local_timer_entry", "irq_handler_entry"};
	int ret;

	if (sysconf(_SC_NPROCESSORS_ONLN) != 1)
		return -EOPNOTSUPP;
	clock->map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "idle_time", 4, sizeof(struct idle_time), 1,
				    NULL);
	ret = clock->map;
	for (size_t i = 0; i < IDLE_CLOCK_POINTS; i++)
		clock->points[i] = -1;
	for (size_t i = 0; i < IDLE_CLOCK_POINTS && ret >= 0; i++)
		ret = clock->points[i] =
			watch(clock->map, i ? interrupts[i - 1] : "cpu_idle", i == 0);
	if (ret < 0)
		idle_clock_close(clock);
	return ret < 0 ? ret : 0;
}

uint64_t idle_clock_read_ns(const struct idle_clock *clock)
{
	struct idle_time time = {0, 0};
	uint32_t first = 0;

	bpf_map_lookup_elem(clock->map, &first, &time);
	return time.total_ns;
}

void idle_clock_close(struct idle_clock *clock)
{
	for (size_t i = 0; i < IDLE_CLOCK_POINTS; i++)
		if (clock->points[i] >= 0)
			close(clock->points[i]);
	if (clock->map >= 0)
		close(clock->map);
}
