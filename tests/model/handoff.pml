/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.pml - models how the two ends of a handoff sleep and wake each other:
 * both indices, an eventcount for each end (lib/frames/eventcount.c), and the store
 * buffers between them. prepare() stands for eventcount_prepare(), notify() for
 * eventcount_notify(), pop() for take() in lib/frames/handoff_pop.c with its
 * crosses_half(), push() for put() in lib/frames/handoff_push.c.
 * tests/model/handoff.sh checks the model.
 *
 * A store becomes visible to the other end at some later time, and in any order
 * with stores to other places, unless a fence waits for it. A resize also notifies
 * the pushing end, after it has made room.
 *
 * Each macro removes something that the proofs depend on:
 *
 *   NO_NOTIFY_FENCE   the full fence between storing an index and checking `armed`
 *   NO_PREPARE_FENCE  the one between storing `armed` and the last check of the index
 *   NO_LAST_CHECK     the last check before sleeping
 *   CLEAR_LATE        reads the eventfd only after the last check
 */

#define SIZE 4 /* entries of the ring */
#define HALF 2 /* of it */

#define MODULUS	    8 /* of the indices; more than twice the ring */
#define minus(a, b) ((a + MODULUS - b) % MODULUS)
#define plus(a, b)  ((a + b) % MODULUS)

/* Indices as their owner has them, and as the other end sees them. */
byte producer, producer_seen;
byte consumer, consumer_seen;

/* The eventcounts. A push notifies 0, on which the popping end sleeps; 1 is the reverse. */
#define PACKETS 0
#define ROOM	1
bool arming[2]; /* `armed = 1` is still in the store buffer */
bool armed[2];	/* as both see it; an exchange takes effect at once */
bool notified[2]; /* the eventfd */
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

/* ---- eventcounts ------------------------------------------------------------------ */

inline notify(ec, index_seen, index)
{
	if
	:: index_seen == index /* a full fence */
#ifdef NO_NOTIFY_FENCE
	:: true
#endif
	fi;
	if
	:: armed[ec] ->
		if
		:: d_step { armed[ec] -> armed[ec] = false }; notified[ec] = true
		:: !armed[ec] /* the exchange found that another thread has notified */
		fi
	:: !armed[ec]
	fi
}

inline prepare(ec)
{
#ifndef CLEAR_LATE
	notified[ec] = false;
#endif
	arming[ec] = true;
	if
	:: !arming[ec] /* a full fence */
#ifdef NO_PREPARE_FENCE
	:: true
#endif
	fi
}

/* Sleeps until a notification, unless the last check finds something. */
inline sleep_unless(something, ec)
{
	if
#ifdef NO_LAST_CHECK
	:: true ->
#else
	:: something
	:: !(something) ->
#endif
#ifdef CLEAR_LATE
		notified[ec] = false;
#endif
		asleep[ec] = true;
		notified[ec];
		asleep[ec] = false
	fi
}

/* ---- the two ends --------------------------------------------------------------- */

#define packets	 minus(producer_seen, consumer)
#define room	 (SIZE - minus(producer, consumer_seen))

/* Pushes a packet; there is room. */
inline push()
{
	d_step {
		producer = plus(producer, 1);
		assert(minus(producer, consumer) <= SIZE)
	}
	notify(PACKETS, producer_seen, producer)
}

/* Pops n packets. Notifies if the index crosses a multiple of half the ring. */
inline pop(n)
{
	d_step {
		crosses_half = (consumer / HALF != plus(consumer, n) / HALF);
		consumer = plus(consumer, n)
	}
	if
	:: crosses_half -> notify(ROOM, consumer_seen, consumer)
	:: else
	fi;
	crosses_half = false
}

/* Pushes at any time, or stops forever; sleeps only if the ring is full. */
active proctype pushing_end()
{
	do
	:: room > 0 -> push()
	:: room == 0 -> prepare(ROOM); sleep_unless(room > 0, ROOM)
	:: true -> break
	od
}

/* Pops packets in batches of any size; sleeps only if there are none. */
active proctype popping_end()
{
	bool crosses_half;

	do
	:: packets > 0 -> pop(1)
	:: packets > 1 -> pop(2)
	:: packets == SIZE -> pop(SIZE)
	:: packets == 0 -> prepare(PACKETS); sleep_unless(packets > 0, PACKETS)
	od
}

/* ---- properties ------------------------------------------------------------------- */

/* No packet stays in the ring while the popping end sleeps. */
ltl popped { [] (asleep[PACKETS] && producer != consumer -> <> !asleep[PACKETS]) }

/* A pushing end that waits for room gets it. */
ltl pushed { [] (asleep[ROOM] -> <> !asleep[ROOM]) }
