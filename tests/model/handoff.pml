/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.pml - how the two ends of a handoff put themselves to sleep and wake
 * each other, as a model: both indices, a bell for each end (lib/frames/eventcount.c), and the
 * store buffers in between. arm() stands for eventcount_arm(), ring() for eventcount_ring(),
 * pop() for take() in lib/frames/handoff_pop.c with its over_half(), push() for put() in
 * lib/frames/handoff_push.c. tests/model/handoff.sh checks it.
 *
 * A store becomes visible to the other end at some later moment, and in any
 * order with other stores to other places, unless a fence waits for it. A resize
 * is one more that rings the bell of the pushing end, after it has made room.
 *
 * Macros take away what the proofs rest on:
 *
 *   NO_RING_FENCE  no full fence between an index and the look at `armed`
 *   NO_ARM_FENCE   none between `armed` and the last look at the index
 *   NO_LAST_LOOK   asleep without that last look
 *   CLEAR_LATE     the eventfd is read after the last look
 */

#define SIZE 4 /* entries of the ring */
#define HALF 2 /* of it */

#define MODULUS	    8 /* of the indices; more than twice the ring */
#define minus(a, b) ((a + MODULUS - b) % MODULUS)
#define plus(a, b)  ((a + b) % MODULUS)

/* Indices as their owner has them, and as the other end sees them. */
byte producer, producer_seen;
byte consumer, consumer_seen;

/* 0: rung by pushes, the popping end sleeps by it. 1: the other way round. */
#define PACKETS 0
#define ROOM	1
bool arming[2]; /* `armed = 1` is still in the store buffer */
bool armed[2];	/* as both see it; an exchange is at once */
bool rung[2];	/* the eventfd */
bool asleep[2];

/* ---- store buffers -------------------------------------------------------------- */

active proctype stores_of_producer()
{
	do
	:: producer_seen != producer -> producer_seen = plus(producer_seen, 1)
	:: d_step { arming[ROOM] -> arming[ROOM] = false; armed[ROOM] = true }
	od
}

active proctype stores_of_consumer()
{
	do
	:: consumer_seen != consumer -> consumer_seen = plus(consumer_seen, 1)
	:: d_step { arming[PACKETS] -> arming[PACKETS] = false; armed[PACKETS] = true }
	od
}

/* ---- the bell ------------------------------------------------------------------- */

inline ring(bell, index_seen, index)
{
	if
	:: index_seen == index /* a full fence */
#ifdef NO_RING_FENCE
	:: true
#endif
	fi;
	if
	:: armed[bell] ->
		if
		:: d_step { armed[bell] -> armed[bell] = false }; rung[bell] = true
		:: !armed[bell] /* the exchange found that another has rung */
		fi
	:: !armed[bell]
	fi
}

inline arm(bell)
{
#ifndef CLEAR_LATE
	rung[bell] = false;
#endif
	arming[bell] = true;
	if
	:: !arming[bell] /* a full fence */
#ifdef NO_ARM_FENCE
	:: true
#endif
	fi
}

/* Until it rings, unless the last look found something. */
inline sleep_unless(something, bell)
{
	if
#ifdef NO_LAST_LOOK
	:: true ->
#else
	:: something
	:: !(something) ->
#endif
#ifdef CLEAR_LATE
		rung[bell] = false;
#endif
		asleep[bell] = true;
		rung[bell];
		asleep[bell] = false
	fi
}

/* ---- the two ends --------------------------------------------------------------- */

#define packets	 minus(producer_seen, consumer)
#define room	 (SIZE - minus(producer, consumer_seen))

/* Some of what there is room for. */
inline push()
{
	d_step {
		producer = plus(producer, 1);
		assert(minus(producer, consumer) <= SIZE)
	}
	ring(PACKETS, producer_seen, producer)
}

/* n packets; when that gets over a multiple of half the ring, it may be waited for. */
inline pop(n)
{
	d_step {
		over_half = (consumer / HALF != plus(consumer, n) / HALF);
		consumer = plus(consumer, n)
	}
	if
	:: over_half -> ring(ROOM, consumer_seen, consumer)
	:: else
	fi;
	over_half = false
}

/* Pushes when it likes, and may stop for ever; sleeps only when the ring is full. */
active proctype pushing_end()
{
	do
	:: room > 0 -> push()
	:: room == 0 -> arm(ROOM); sleep_unless(room > 0, ROOM)
	:: true -> break
	od
}

/* Pops whatever there is, in any portions; sleeps only when there is nothing. */
active proctype popping_end()
{
	bool over_half;

	do
	:: packets > 0 -> pop(1)
	:: packets > 1 -> pop(2)
	:: packets == SIZE -> pop(SIZE)
	:: packets == 0 -> arm(PACKETS); sleep_unless(packets > 0, PACKETS)
	od
}

/* ---- what is proved --------------------------------------------------------------- */

/* No packet stays in the ring while the popping end sleeps. */
ltl popped { [] (asleep[PACKETS] && producer != consumer -> <> !asleep[PACKETS]) }

/* Whoever waits for room gets it. */
ltl pushed { [] (asleep[ROOM] -> <> !asleep[ROOM]) }
