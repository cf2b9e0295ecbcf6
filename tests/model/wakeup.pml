/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wakeup.pml - the wake-up protocol as a model: a sender that publishes
 * descriptors and decides whether to kick, a kernel that takes them and says
 * with need_wakeup whether it wants to be kicked, a device that completes them
 * and whose interrupt may be lost, and the store buffers in between. The states
 * have the names of docs/wakeup.md, which explains the results, and of
 * zcxsk_wakeup(7) and zcxsk_watchdog(7); kick_if_needed() and kick() stand for
 * lib/datapath/kick.c, look() for lib/datapath/watchdog.c, sleep_until() for lib/datapath/wait.c and for a
 * loop of others with lib/datapath/watchdog_fd.c. tests/model/wakeup.sh checks it.
 *
 * Macros choose what may happen; each adds to what happens anyway, but for the
 * last two, which are drivers of another kind:
 *
 *   WATCHDOG          the watchdog is on
 *   LOSE_INTERRUPTS   any TX interrupt may be lost
 *   DEVICE_DIES       the device may stop completing, for ever
 *   NO_FENCE          no full fence between the producer index and need_wakeup
 *   NO_RECHECK        the kernel does not look at the ring after need_wakeup
 *   NO_KERNEL_FENCE   it looks, but with no full fence in between
 *   FLAG_STAYS_SET    need_wakeup is never cleared (virtio-net)
 *   FLAG_STAYS_CLEAR  it is set only where no frame is with the device, since an
 *                     interrupt will come otherwise
 *
 * Time is left out: a timer may run out at any moment after it was set. So is
 * the content of the rings: frames keep their order, so each place is a number.
 */

#define FRAMES	  3 /* all of the sender's; more than a part, a batch or the room */
#define WATERMARK 2 /* unkicked descriptors that make a kick due (128) */
#define PART	  2 /* descriptors that the kernel takes in one pass (64) */
#define ROOM	  2 /* the device's own ring */
#define STALL	  2 /* looks in silence that make a stall (stall_ns) */

/* Where a frame can be. Those that are not free are out. */
byte free = FRAMES; /* pool and application */
byte unseen;	    /* in the TX ring, but the index is still in the store buffer */
byte ring;	    /* in the TX ring */
byte device;	    /* with the device */
byte used;	    /* the device is done, the driver has not looked */
byte completed;	    /* in the completion ring */

#define out (FRAMES - free)

/* Of the socket. */
byte unkicked; /* published since the last kick, made or saved */
byte silence;  /* looks since the last progress, at most STALL */
bool stalled;  /* the stall event is on */
bool asleep;   /* the owner waits, in the library or in a loop of its own */

/* Between sender and kernel. */
bool need_wakeup = true;		/* as the sender sees it */
chan kernel_buffer = [2] of { bool };	/* stores of need_wakeup on their way */
bool kicked;				/* a pass of the driver was asked for */
bool interrupt;				/* the device asks for one */

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
 * The system call. It empties the store buffer on its way, and comes to nothing
 * where the kernel did not ask. It is repeated while whole parts are taken.
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

inline fence_before_look()
{
	if
	:: full_fence()
#ifdef NO_FENCE
	:: true
#endif
	fi
}

/*
 * A kick that is due by the policy. Not asked for, or for nothing that the driver
 * has not taken by itself, it is saved: no call.
 */
inline kick_if_needed()
{
	fence_before_look();
	if
	:: d_step { ring + unseen == 0 -> unkicked = 0 }
	:: else ->
		if
		:: need_wakeup -> kick()
		:: else -> unkicked = 0
		fi
	fi
}

/* Progress is completions seen. */
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

/* The watchdog looks: reaps, and forces a kick only when nothing came. */
inline look()
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
 * Waits until enough is true. The library's waits kick first; an owner with a
 * loop of its own may not, and has the timer descriptor for it.
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
	:: !(enough) -> look()
#endif
	od;
	asleep = false
}

/*
 * Any policy: what the kernel asks for and is not yet a watermark may be kicked at
 * once, or gather. The
 * sender sends when it likes, and sleeps when it has no frame, or has sent all.
 */
active proctype owner()
{
	byte before;

	do
	:: free > 0 ->
		d_step { free--; unseen++; unkicked++ }
		fence_before_look();
		if
		:: !need_wakeup -> unkicked = 0
		:: need_wakeup && unkicked < WATERMARK
		:: need_wakeup -> kick_if_needed()
		fi
	:: completed > 0 -> reap()
	:: free == 0 -> sleep_until(free > 0)
	:: out > 0 -> sleep_until(out == 0)
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

/* Takes some of what is there, up to a part and the device's room. */
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

/* The driver's pass, by a kick or an interrupt. */
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

/* ---- what is proved --------------------------------------------------------- */

/*
 * Whoever waits for frames gets them. Frames keep their order, so that none
 * stays out for ever, and no descriptor waits for ever.
 */
ltl home { [] (asleep -> <> !asleep) }

/* What gathers is kicked, or the kick is saved. */
ltl kicked_in_time { [] (unkicked > 0 -> <> (unkicked == 0)) }

/* Where frames may not come home, the owner is told. */
ltl told { [] (asleep -> <> (!asleep || stalled)) }
