/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.c - processor, kernel, mitigations, and the interface with its driver,
 * features and NAPI settings. A fact that cannot be read is "unknown".
 */
#include "json.h"

#include <dirent.h>
#include <linux/ethtool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

#include "link.h"

enum { LINE_BYTES = 512, PATH_BYTES = 320 };

/* The first line of a file without the newline; false if there is none. */
static bool read_line(const char *path, char line[LINE_BYTES])
{
	FILE *file = fopen(path, "re");
	bool got = file && fgets(line, LINE_BYTES, file);

	if (file)
		fclose(file);
	if (got)
		line[strcspn(line, "\n")] = '\0';
	return got;
}

static void put_file(json_t *object, const char *name, const char *path)
{
	char line[LINE_BYTES];

	json_object_set_new(object, name, json_string(read_line(path, line) ? line : "unknown"));
}

static void put_processor(json_t *machine)
{
	char line[LINE_BYTES], name[LINE_BYTES] = "unknown";
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && fgets(line, sizeof(line), file)) {
		char *colon = strchr(line, ':');

		if (!colon || (strncmp(line, "model name", 10) && strncmp(line, "CPU part", 8)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(name, sizeof(name), "%s", colon + 2);
		break;
	}
	if (file)
		fclose(file);
	json_object_set_new(machine, "cpu", json_string(name));
	json_object_set_new(machine, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	put_file(machine, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
}

static void put_kernel(json_t *machine)
{
	struct utsname name;

	if (uname(&name))
		return;
	json_object_set_new(machine, "kernel", json_string(name.release));
	json_object_set_new(machine, "architecture", json_string(name.machine));
}

/* One entry for each vulnerability that the kernel lists. */
static json_t *mitigations(void)
{
	static const char folder[] = "/sys/devices/system/cpu/vulnerabilities";
	DIR *dir = opendir(folder);
	json_t *object = json_object();
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[PATH_BYTES];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		put_file(object, entry->d_name, path);
	}
	if (dir)
		closedir(dir);
	return object;
}

static void put_features(json_t *interface, const char *ifname)
{
	static const struct {
		const char *name;
		uint32_t command;
	} features[] = {{"rx-checksum", ETHTOOL_GRXCSUM},
			{"tx-checksum", ETHTOOL_GTXCSUM},
			{"scatter-gather", ETHTOOL_GSG},
			{"tso", ETHTOOL_GTSO},
			{"gso", ETHTOOL_GGSO},
			{"gro", ETHTOOL_GGRO}};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		struct ethtool_value value = {.cmd = features[i].command};

		if (!link_ethtool(ifname, &value))
			json_object_set_new(object, features[i].name, json_boolean(value.data));
	}
	json_object_set_new(interface, "features", object);
}

static void put_napi(json_t *interface, const char *ifname)
{
	static const char *const files[] = {
		"threaded", "gro_flush_timeout", "napi_defer_hard_irqs", "mtu",
		"speed",    "tx_queue_len"};
	char path[PATH_BYTES];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/%s", ifname, files[i]);
		put_file(interface, files[i], path);
	}
}

static json_t *describe_interface(const char *ifname)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	bool known = !link_ethtool(ifname, &driver);
	json_t *interface = json_object();

	json_object_set_new(interface, "name", json_string(ifname));
	json_object_set_new(interface, "driver", json_string(known ? driver.driver : "unknown"));
	json_object_set_new(interface, "driver_version",
			    json_string(known ? driver.version : "unknown"));
	put_features(interface, ifname);
	put_napi(interface, ifname);
	return interface;
}

json_t *machine_describe(const struct place *place)
{
	static const char *const kinds[] = {"veth", "guest", "interface"};
	json_t *machine = json_object();

	if (!machine)
		return NULL;
	put_processor(machine);
	put_kernel(machine);
	json_object_set_new(machine, "mitigations", mitigations());
	json_object_set_new(machine, "library", json_string(zcxsk_version()));
	json_object_set_new(machine, "place", json_string(place ? kinds[place->kind] : "memory"));
	if (place)
		json_object_set_new(machine, "interface", describe_interface(place->near));
	return machine;
}
