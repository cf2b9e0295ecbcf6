/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wakeup.pml - a model of the wake-up protocol: a sender that publishes descriptors and
  * decides whether to kick, a kernel that takes them and reports in need_wakeup whether it
  * needs a kick, a device that completes them and whose interrupt may be lost, and the store
  * buffers in between. States are named as in docs/wakeup.md, which explains the results,
  * and in zcxsk_wakeup(7) and zcxsk_watchdog(7). kick_if_needed() and kick() model
  * lib/datapath/kick.c, run_watchdog() models lib/datapath/watchdog.c, and sleep_until()
  * models lib/datapath/wait.c, or an application's event loop with
  * lib/datapath/timer.c. tests/model/wakeup.sh checks it.
 *
 * Macros choose what may happen. Each adds behaviour, except the last two, which select
  * other kinds of driver:
 *
 *   WATCHDOG          the watchdog is on
 *   LOSE_INTERRUPTS   any TX interrupt may be lost
 *   DEVICE_DIES       the device may stop completing for good
 *   NO_FENCE          no full fence between the producer index and need_wakeup
 *   NO_RECHECK        the kernel does not check the ring after setting need_wakeup
 *   NO_KERNEL_FENCE   it checks, but without a full fence in between
 *   FLAG_STAYS_SET    need_wakeup is never cleared (virtio-net)
 *   FLAG_STAYS_CLEAR  it is set only if the device has no frame, because otherwise
  *                     an interrupt will follow
 *
 * Time is not modelled: a timer may expire at any moment after it was set. Neither are the
  * contents of the rings: frames keep their order, so each place is a count.
 */

#define FRAMES	  3 /* all frames; more than PART, WATERMARK or ROOM */
#define WATERMARK 2 /* unkicked descriptors at which a kick is due (128) */
#define PART	  2 /* descriptors that the kernel takes in one pass (64) */
#define ROOM	  2 /* the device's own ring */
#define STALL	  2 /* watchdog runs without progress that make a stall (stall_ns) */

/* The places of frames. All frames that are not free are in flight. */
byte free = FRAMES; /* in the pool or the application */
byte unseen;	    /* in the TX ring, but the index is still in the store buffer */
byte ring;	    /* in the TX ring */
byte device;	    /* with the device */
byte used;	    /* finished by the device, not yet reaped by the driver */
byte completed;	    /* in the completion ring */

#define in_flight (FRAMES - free)

/* State of the socket. */
byte unkicked; /* published since the last kick, made or saved */
byte silence;  /* watchdog runs since the last progress, at most STALL */
bool stalled;  /* a stall is reported */
bool asleep;   /* the owner waits, in the library or in its own event loop */

/* Shared by sender and kernel. */
bool need_wakeup = true;		/* as visible to the sender */
chan kernel_buffer = [2] of { bool };	/* pending stores of need_wakeup */
bool kicked;				/* a pass of the driver was requested */
bool interrupt;				/* the device requested one */

/* ---- store buffers: each store becomes visible at some later moment --------- */

active proctype sender_stores()
{
	do
	:: d_step { unseen > 0 -> unseen--; ring++ }
	od
}

active proctype kernel_stores()
{
	do
	:: kernel_buffer ? need_wakeup
	od
}

/* ---- the sender ------------------------------------------------------------- */

inline full_fence()
{
	unseen == 0
}

/*
 * The system call. It drains the store buffer and has no effect if need_wakeup is clear. It
  * is repeated while the driver takes whole parts.
 */
inline kick()
{
	full_fence();
	unkicked = 0;
	do
	:: d_step { before = ring; kicked = kicked || need_wakeup }
	   if
	   :: ring > 0 && before - ring >= PART
	   :: else -> break
	   fi
	od;
	before = 0
}

inline fence_before_check()
{
	if
	:: full_fence()
#ifdef NO_FENCE
	:: true
#endif
	fi
}

/*
 * A kick that is due by the policy. It is saved, without a system call, if need_wakeup is
  * clear or the driver has already taken all descriptors.
 */
inline kick_if_needed()
{
	fence_before_check();
	if
	:: d_step { ring + unseen == 0 -> unkicked = 0 }
	:: else ->
		if
		:: need_wakeup -> kick()
		:: else -> unkicked = 0
		fi
	fi
}

/* A reaped completion is progress. */
inline reap()
{
	d_step {
		if
		:: completed > 0 ->
			free = free + completed;
			completed = 0;
			silence = 0;
			stalled = false
		:: else
		fi;
		assert(free + unseen + ring + device + used + completed == FRAMES)
	}
}

/* The watchdog reaps, and forces a kick only if there was no completion. */
inline run_watchdog()
{
	if
	:: completed > 0 -> reap()
	:: else ->
		kick();
		d_step {
			silence = (silence < STALL -> silence + 1 : STALL);
			stalled = (silence == STALL)
		}
	fi
}

/*
 * Waits until enough is true. The library's waits kick first; an owner with its own event
  * loop may not, and relies on the timer descriptor.
 */
inline sleep_until(enough)
{
	if
	:: unkicked > 0 -> kick_if_needed()
	:: true
	fi;
	asleep = true;
	do
	:: enough -> break
	:: !(enough) && completed > 0 -> reap()
	:: !(enough) && unkicked > 0 -> kick_if_needed() /* the tail timer */
#ifdef WATCHDOG
	:: !(enough) -> run_watchdog()
#endif
	od;
	asleep = false
}

/*
 * Covers every policy: if need_wakeup is set, descriptors below the watermark may be kicked
  * at once or batched. The sender sends at any time, and sleeps if it has no free frame or
  * waits for all completions.
 */
active proctype owner()
{
	byte before;

	do
	:: free > 0 ->
		d_step { free--; unseen++; unkicked++ }
		fence_before_check();
		if
		:: !need_wakeup -> unkicked = 0
		:: need_wakeup && unkicked < WATERMARK
		:: need_wakeup -> kick_if_needed()
		fi
	:: completed > 0 -> reap()
	:: free == 0 -> sleep_until(free > 0)
	:: in_flight > 0 -> sleep_until(in_flight == 0)
	od
}

/* ---- the kernel's side ------------------------------------------------------ */

#ifdef FLAG_STAYS_SET
#define clear_need_wakeup() skip
#else
#define clear_need_wakeup() kernel_buffer ! false
#endif

inline set_need_wakeup()
{
#ifdef FLAG_STAYS_CLEAR
	if
	:: device + used == 0 -> kernel_buffer ! true
	:: else
	fi
#else
	kernel_buffer ! true
#endif
}

/* Takes descriptors, up to a part and the device's room. */
inline take()
{
	atomic {
		do
		:: taken < PART && ring > 0 && device + used < ROOM ->
			ring--;
			device++;
			taken++
		:: taken > 0 || ring == 0 || device + used >= ROOM -> break
		od;
		taken = 0
	}
}

/* The driver's pass, caused by a kick or an interrupt. */
active proctype kernel()
{
	byte taken;

	do
	:: kicked || interrupt ->
		d_step { kicked = false; interrupt = false }
pass:
		clear_need_wakeup();
		d_step { completed = completed + used; used = 0 }
		take();
		set_need_wakeup();
		if
		:: empty(kernel_buffer) /* a full fence */
#ifdef NO_KERNEL_FENCE
		:: true
#endif
		fi;
		if
		:: ring > 0 && device + used < ROOM -> goto pass
		:: !(ring > 0 && device + used < ROOM)
#ifdef NO_RECHECK
		:: true
#endif
		fi
	od
}

active proctype nic()
{
	do
	:: device > 0 ->
		d_step { device--; used++ }
		if
		:: interrupt = true
#ifdef LOSE_INTERRUPTS
		:: true
#endif
		fi
#ifdef DEVICE_DIES
	:: true -> break
#endif
	od
}

/* ---- properties ------------------------------------------------------------- */

/*
 * An owner that waits for frames gets them. Frames keep their order, so no frame stays in
  * flight and no descriptor waits forever.
 */
ltl completed_in_time { [] (asleep -> <> !asleep) }

/* Batched descriptors are kicked, or the kick is saved. */
ltl kicked_in_time { [] (unkicked > 0 -> <> (unkicked == 0)) }

/* If frames may never be completed, a stall is reported to the owner. */
ltl reported { [] (asleep -> <> (!asleep || stalled)) }
