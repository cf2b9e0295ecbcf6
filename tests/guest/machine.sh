# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# machine.sh - the emulated machine: its network cards, the emulator and its accelerator, and the arguments for them.
# Sourced by run, whose options it reads; never run.

# MiB: where the kernel expects its modules' data, see place_memory, and how much memory is placed there.
readonly modules_at=1024 modules_size=256

# ---- network cards --------------------------------------------------------------------------------------------

# Prints QEMU's name of the device of card SPEC.
device_of() { if [[ $1 =~ ,dev=([^,]*) ]]; then printf '%s\n' "${BASH_REMATCH[1]}"; else printf 'virtio-net-pci\n'; fi; }

# An igb needs its own slot, for its virtual functions.
has_slot() { [[ $1, == *,hotplug=on,* || $1, == *,dev=igb,* ]]; }

# Prints the MAC address of card $1: the one in its properties, or the default.
mac_of_nic() {
	local properties=,${nics[$1]#*,}
	if [[ $properties =~ .*,mac=([0-9a-fA-F:]+) ]]; then
		printf '%s\n' "${BASH_REMATCH[1],,}"
	else
		printf '52:54:00:78:73:%02x\n' $((0x10 + $1))
	fi
}

# Appends to the array `machine` the back end and the device of card $1, in a fixed place.
add_nic() {
	local index=$1 kind=${nics[$1]%%,*} properties='' place queues device
	[[ ${nics[$1]} != *,* ]] || properties=,${nics[$1]#*,}
	place=$(printf 'bus=pcie.0,addr=0x%x' $((index + 2)))
	if has_slot "${nics[$1]}"; then
		machine+=(-device "pcie-root-port,id=port$index,chassis=$index,slot=$index,$place")
		place=bus=port$index
	fi
	device=$(device_of "${nics[$1]}")
	properties=${properties/,hotplug=on/} properties=${properties/,dev=$device/}
	[[ $device != virtio-net-pci ]] || device+=,disable-legacy=on,iommu_platform=on
	device+=,id=nic$index,netdev=net$index,romfile=,$place
	case $kind in
		hub=*) machine+=(-netdev "hubport,id=net$index,hubid=${kind#hub=}") ;;
		sink)
			# A port of the hub without a card discards packets. It costs
			# the emulator less than a filter, so that measurements are
			# of the guest.
			machine+=(-netdev "hubport,id=net$index,hubid=$((1000 + index))"
				-netdev "hubport,id=sink$index,hubid=$((1000 + index))") ;;
		tap=*)
			queues=${kind#tap=} queues=${queues%%:*}
			machine+=(-netdev
				"tap,id=net$index,ifname=${kind#*:},queues=$queues,script=no,downscript=no,vhost=off")
			if ((queues > 1)); then device+=,mq=on,vectors=$((2 * queues + 2)); fi ;;
	esac
	machine+=(-device "$device,mac=$(mac_of_nic "$index")$properties")
}

# Sets `emulator` to the words that start one with all cards, and `flavour` if their drivers are not in the cloud's.
choose_emulator() {
	local nic wanted=virtio-net-pci words
	for nic in "${nics[@]}"; do
		[[ $(device_of "$nic") != virtio-net-pci ]] || continue
		flavour=generic
		# Newer emulators have all that older ones have.
		[[ $wanted == igb ]] || wanted=$(device_of "$nic")
	done
	words=$("$guest_dir/emulator" with "$wanted" --arch "$arch" "${fetch_options[@]}") || exit
	mapfile -t emulator <<<"$words"
}

# ---- accelerator ----------------------------------------------------------------------------------------------

boot_under_kvm() {
	ulimit -c 0 # an emulator that aborts is a valid answer
	timeout -s KILL 4 qemu-system-x86_64 -machine q35 -cpu host -accel kvm -m 256 -display none -no-reboot -net none \
		-monitor none -serial stdio -kernel "$1/vmlinuz" -append 'console=ttyS0 panic=-1' </dev/null 2>/dev/null || true
}

# A machine can have a /dev/kvm that opens and never gets a kernel started, so only a boot that has printed the
# kernel's banner counts. One probe for each boot of the host.
probe_kvm() {
	local answer
	answer=$(cache_folder guest)/kvm-$(</proc/sys/kernel/random/boot_id)
	if [[ ! -r $answer ]]; then
		rm -f "${answer%/*}"/kvm-*
		printf 'no\n' >"$tmp/kvm"
		if boot_under_kvm "$1" 2>/dev/null | grep -q 'Linux version'; then printf 'yes\n' >"$tmp/kvm"; fi
		mv "$tmp/kvm" "$answer"
	fi
	[[ $(<"$answer") == yes ]]
}

choose_accelerator() {
	case ${ZCXSK_ACCEL:-} in
		tcg | icount | kvm) accelerator=$ZCXSK_ACCEL ;;
		'')
			accelerator=tcg
			if [[ $arch == amd64 && -r /dev/kvm && -w /dev/kvm ]] && probe_kvm "$1"; then accelerator=kvm; fi ;;
		*) usage_error "'$ZCXSK_ACCEL' of ZCXSK_ACCEL is not one of tcg, icount and kvm" ;;
	esac
}

# ---- the machine ----------------------------------------------------------------------------------------------

# Sets `memory_size` to the memory of the emulator, and reserves a part of it through `append`; for amd64.
#
# For zero-copy TX, virtio_net has one all-zero header for all packets. It is in the module's data, and the driver
# computes its DMA address as if modules were in the kernel's own mapping: without KASLR that is above 1 GiB. Without
# memory there, QEMU has a single bounce buffer for such reads; a second card that sends at the same time gets none,
# reports a bogus descriptor, and stops for good. If the guest has data there, these are used as the header. So there
# is reserved, all-zero memory at this address.
place_memory() {
	local at=$modules_at size=$modules_size
	memory_size=$((memory + modules_size))
	if ((memory < modules_at)); then
		memory_size=$((modules_at + modules_size))
		at=$memory size=$((memory_size - memory))
	fi
	append+=" nokaslr memmap=${size}M\$${at}M"
}

# Sets `board` and, for the accelerator tcg, `processor`, with the console in `append`.
#
# cx16=off: TCG of QEMU 7.2 sometimes corrupts EFLAGS after the cmpxchg16b of the kernel's allocator, and the next
# interrupt is a double fault or never returns (3 of 8 boots with 6.12). Without cx16 the kernel does not use it.
# thread=single: the kernel patches its own code while it boots, and with a thread per processor another one may
# execute half-patched code (an unexpected int3).
# cortex-a72 is a processor without the newer atomic instructions, and without pages of 16 KiB. pauth-impdef=on: the
# architecture's own authentication of pointers is slow to emulate. nokaslr: otherwise modules of arm64 are in memory that
# the kernel refuses to map for a device, and virtio_net, which has its header there, refuses zero-copy with ENOMEM. So
# the header's address has no memory; the emulator reads zeros. --append kaslr leaves it out, to see that.
choose_board() {
	case $arch/$flavour in
		amd64/*) place_memory
			board=(-machine q35) processor=max,cx16=off append+=' console=ttyS0' ;;
		arm64/16k) board=(-machine virt) processor=max,pauth-impdef=on append+=' nokaslr console=ttyAMA0' ;;
		arm64/*) board=(-machine virt) processor=cortex-a72 append+=' nokaslr console=ttyAMA0' ;;
	esac
	if [[ " ${appends[*]} " == *' kaslr '* ]]; then append=${append/ nokaslr/}; fi
}

compose_machine() {
	local kernel_folder=$1 threads=single index memory_size=$memory board=() processor
	local append='panic=-1 iomem=relaxed mitigations=off'
	choose_board
	[[ $verbose == yes ]] || append+=' quiet'
	# shellcheck disable=SC2054 # the commas belong to QEMU's syntax
	machine=(-nodefaults "${board[@]}" -smp "$smp" -m "$memory_size" -display none -no-reboot -net none
		-kernel "$kernel_folder/vmlinuz" -initrd "$tmp/initramfs" -append "$append ${appends[*]}"
		-chardev "file,id=console,path=$tmp/console" -serial chardev:console
		-device virtio-serial-pci,bus=pcie.0,addr=0x1c
		-chardev "file,id=output,path=$tmp/output" -device virtserialport,chardev=output,name=output
		-chardev "file,id=result,path=$tmp/result.tar" -device virtserialport,chardev=result,name=result)
	((smp > 1)) || threads=multi # the emulator's devices then run in parallel to the processor
	if [[ $accelerator == icount ]]; then
		threads=single # icount has a single clock
		machine+=(-icount shift=0)
	fi
	if [[ $accelerator == kvm ]]; then
		machine+=(-accel kvm -cpu host)
	else
		# shellcheck disable=SC2054
		machine+=(-accel "tcg,thread=$threads" -cpu "$processor")
	fi
	# shellcheck disable=SC2054
	[[ -z $input ]] || machine+=(-chardev "pipe,id=input,path=$input" -device virtserialport,chardev=input,name=input)
	[[ -z $qmp ]] || machine+=(-qmp "unix:$qmp,server=on,wait=off")
	for index in "${!nics[@]}"; do add_nic "$index"; done
}
