/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.h - faults of kernels and drivers that hurt the machine, each seen by a run. A kernel
 * whose version lies between counts as faulty, unless it is seen to lack the code at fault.
 */
#ifndef ZCXSK_LIB_NIC_FAULTS_H
#define ZCXSK_LIB_NIC_FAULTS_H

#include "nic/nic.h"

struct nic_fault {
	const char *driver;
	unsigned since[3];  /* version of the first kernel that may have it */
	unsigned fixed[3];  /* of the first one that does not have it */
	const char *symbol; /* the kernel's function without which it cannot happen */
	const char *what;   /* happens, and when */
};

/*
 * The fault by which zero-copy with this kernel and driver can wedge the network stack of the
 * whole machine; NULL if none is known.
 */
const struct nic_fault *nic_zero_copy_fault(const struct nic *nic);

/* Reads what the answer rests on beside driver, version and features, which are known. */
void faults_read(struct nic *nic);

/* True if the file can be read, is not empty, and does not list the function. */
bool faults_symbol_is_absent(const char *path, const char *symbol);

#endif
