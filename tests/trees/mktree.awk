# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads a manifest (see mktree.sh) and prints the shell script that makes its tree in the current folder.

function fail(text) {
	printf "mktree: %s\n    %s\n", text, $0 > "/dev/stderr"
	failed = 1
	exit 1
}

# --- reading ------------------------------------------------------------------------------------------------------

function set_value(address, word,    at) {
	at = index(word, "=")
	if (!at) fail("expected KEY=VALUE instead of " word)
	value[address, substr(word, 1, at - 1)] = substr(word, at + 1)
}

function is_address(word) {
	return word ~ /^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]+:[0-9a-f][0-9a-f]:[01][0-9a-f]\.[0-7]$/
}

function known(address,    i) {
	for (i = 1; i <= n; i++) if (list[i] == address) return i
	return 0
}

function add_function(    i) {
	if (NF < 6) fail("a function has six fields")
	if ($2 != "-" && !is_address($2)) fail("expected the address of a bridge")
	if (!known($1)) list[++n] = $1
	for (i in keys) delete value[$1, keys[i]]
	value[$1, "behind"] = $2
	value[$1, "id"] = $3
	value[$1, "class"] = $4
	value[$1, "group"] = $5
	value[$1, "driver"] = $6
	for (i = 7; i <= NF; i++) set_value($1, $i)
}

function add_block(    i) {
	if (NF < 4) fail("a block device has three fields")
	blocks[++n_blocks] = $2
	value[$2, "in"] = $3
	value[$2, "number"] = $4
	for (i = 5; i <= NF; i++) set_value($2, $i)
}

function add_net(    i) {
	nets[++n_nets] = $2
	value[$2, "on"] = $3
	for (i = 4; i <= NF; i++) set_value($2, $i)
}

function drop(address,    i) {
	i = known(address)
	if (!i) fail("there is no " address)
	for (; i < n; i++) list[i] = list[i + 1]
	n--
}

function renumbered(address,    bus) {
	if (address !~ /^0000:/) return address
	bus = substr(address, 6, 2)
	return bus in to ? "0000:" to[bus] substr(address, 8) : address
}

# ADDRESS[/FOLDER]
function moved(where,    address) {
	address = where
	sub(/\/.*/, "", address)
	return is_address(address) ? renumbered(address) substr(where, length(address) + 1) : where
}

# All at once: 06=07 07=06 exchanges two.
function renumber(    i, k, old, new, was) {
	for (i in to) delete to[i]
	for (i = 2; i <= NF; i++) to[substr($i, 1, 2)] = substr($i, 4, 2)
	for (i = 1; i <= n; i++)
		for (k in keys)
			if ((list[i], keys[k]) in value) {
				was[i, keys[k]] = value[list[i], keys[k]]
				delete value[list[i], keys[k]]
			}
	for (i = 1; i <= n; i++) {
		list[i] = renumbered(list[i])
		for (k in keys)
			if ((i, keys[k]) in was) value[list[i], keys[k]] = was[i, keys[k]]
		value[list[i], "behind"] = renumbered(value[list[i], "behind"])
	}
	for (i = 1; i <= n_blocks; i++) value[blocks[i], "in"] = moved(value[blocks[i], "in"])
	for (i = 1; i <= n_nets; i++) value[nets[i], "on"] = moved(value[nets[i], "on"])
}

# What stands behind the first `words` words of the line.
function rest(words,    text, i) {
	text = $0
	for (i = 0; i < words; i++) sub(/^[ \t]*[^ \t]+[ \t]*/, "", text)
	return text
}

function read_line(    i) {
	if ($0 ~ /^[ \t]*(#|$)/) return
	if (is_address($1)) add_function()
	else if ($1 == "include") include(machines "/" $2 ".txt")
	else if ($1 == "set") {
		if (!known($2)) fail("there is no " $2)
		for (i = 3; i <= NF; i++) set_value($2, $i)
	} else if ($1 == "drop") drop($2)
	else if ($1 == "renumber") renumber()
	else if ($1 == "root") acpi[$2] = $3
	else if ($1 == "kernel") kernel = $2
	else if ($1 == "cmdline") cmdline = rest(1)
	else if ($1 == "driver") drivers[$2] = 1
	else if ($1 == "without") without[$2] = 1
	else if ($1 == "module") modules[$2] = 1
	else if ($1 == "iomem") iomem = iomem rest(1) "\n"
	else if ($1 == "arch") arch = $2
	else if ($1 == "screen") { screen = $2; screen_base = $3 }
	else if ($1 == "platform") platform[$2] = 1
	else if ($1 == "vmcore") vmcore = 1
	else if ($1 == "input") input[++n_input] = rest(1)
	else if ($1 == "file") more[$2] = rest(2) "\n"
	else if ($1 == "line") more[$2] = more[$2] rest(2) "\n"
	else if ($1 == "link") symlinks[$2] = $3
	else if ($1 == "block") add_block()
	else if ($1 == "net") add_net()
	else if ($1 == "nvme") nvmes[$2] = $3
	else if ($1 == "rootless") rootless = 1
	else if ($1 == "fifo") fifos[$2] = 1
	else if ($1 == "remove") removed[$2] = 1
	else fail("unknown word " $1)
}

function include(name,    line, got) {
	got = 0
	while ((getline line < name) > 0) {
		got = 1
		$0 = line
		read_line()
	}
	close(name)
	if (!got) fail("cannot read " name)
}

# --- printing -----------------------------------------------------------------------------------------------------

function quote(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

function folder(path) {
	if (path in made) return
	made[path] = 1
	folders = folders " " quote(path)
}

# Each such character twice: what backslashes mean to gsub differs from awk to awk.
function doubled(text, character,    at, result) {
	while (at = index(text, character)) {
		result = result substr(text, 1, at) character
		text = substr(text, at + 1)
	}
	return result text
}

# Text as it is, without % and backslashes of its own.
function file(path, text,    above) {
	above = path
	if (sub(/\/[^\/]*$/, "", above)) folder(above)
	text = doubled(text, "\\")
	text = doubled(text, "%")
	gsub(/\n/, "\\n", text)
	files = files "printf " quote(text) " >" quote(path) "\n"
}

function link(path, target) {
	links = links "ln -s " quote(target) " " quote(path) "\n"
}

# As many "../" as the path has parts.
function up(path,    parts, i, text, count) {
	count = split(path, parts, "/")
	for (i = 0; i < count; i++) text = text "../"
	return text
}

# The folder below sys of a function, by its bridges.
function place(address,    above, domain_bus) {
	if (!known(address)) fail("there is no " address)
	above = value[address, "behind"]
	domain_bus = address
	sub(/:[^:]*$/, "", domain_bus)
	if (above == "-") return "devices/pci" domain_bus "/" address
	if (substr(above, 1, index(above, ":")) != substr(address, 1, index(address, ":")))
		return place(above) "/pci" domain_bus "/" address
	return place(above) "/" address
}

function hex(text,    i, number) {
	for (i = 1; i <= length(text); i++) number = number * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return number + 0
}

# Bytes of a hexadecimal number, the last first, as printf has them.
function little_endian(text,    i, bytes) {
	for (i = length(text) - 1; i > 0; i -= 2) bytes = bytes sprintf("\\%03o", hex(substr(text, i, 2)))
	return bytes
}

function zeros(count,    text) {
	while (count-- > 0) text = text "\\000"
	return text
}

function binary(path, bytes,    above) {
	above = path
	sub(/\/[^\/]*$/, "", above)
	folder(above)
	files = files "printf " quote(bytes) " >" quote(path) "\n"
}

# AER at 0x100, which names the serial number at 0x140 as the next.
function config_space(serial) {
	return zeros(256) little_endian("14010001") zeros(60) little_endian("00010003") little_endian(serial)
}

function uevent(address, driver, id, class,    part, text) {
	split(toupper(id), part, ":")
	class = toupper(class)
	text = driver == "-" ? "" : "DRIVER=" driver "\n"
	text = text "PCI_CLASS=" stripped(class) "\n"
	text = text "PCI_ID=" part[1] ":" part[2] "\nPCI_SUBSYS_ID=" part[3] ":" part[4] "\n"
	text = text "PCI_SLOT_NAME=" address "\n"
	return text "MODALIAS=pci:v0000" part[1] "d0000" part[2] "sv0000" part[3] "sd0000" part[4] \
		"bc" substr(class, 1, 2) "sc" substr(class, 3, 2) "i" substr(class, 5, 2) "\n"
}

function stripped(number) {
	sub(/^0+/, "", number)
	return number
}

function print_root(path,    name) {
	while (!(path ~ /^devices\/pci[^\/]*$/ || path ~ /\/pci[^\/]*$/)) sub(/\/[^\/]*$/, "", path)
	name = path
	sub(/.*\/pci/, "", name)
	if (!(name in acpi) || acpi[name] == "-" || path in printed) return
	printed[path] = 1
	file("sys/" path "/firmware_node/path", "\\" acpi[name] "\n")
}

function print_framebuffer(folder_path, name,    driver) {
	driver = name
	sub(/\.[0-9]+$/, "", driver)
	folder("sys/" folder_path "/" name)
	file("sys/bus/platform/drivers/" driver "/unbind", "")
	link("sys/" folder_path "/" name "/driver", up(folder_path "/" name) "bus/platform/drivers/" driver)
}

function print_resource(path, bars,    part, i, ends, text) {
	split(bars, part, ",")
	for (i = 1; i in part; i++) {
		split(part[i], ends, "-")
		text = text "0x" substr("0000000000000000" ends[1], length(ends[1]) + 1) \
			" 0x" substr("0000000000000000" ends[2], length(ends[2]) + 1) " 0x0000000000140204\n"
	}
	file(path "/resource", text "0x0000000000000000 0x0000000000000000 0x0000000000000000\n")
}

function get(address, key, otherwise) {
	return (address, key) in value ? value[address, key] : otherwise
}

function print_function(address,    path, sys, class, id, driver, group, usb) {
	path = place(address)
	sys = "sys/" path
	class = value[address, "class"]
	if (length(class) == 4) class = class "00"
	id = value[address, "id"]
	if (id !~ /:.*:/) id = id ":0000:0000"
	driver = value[address, "driver"]
	group = value[address, "group"]
	folder(sys)
	devices = devices " " quote("../../../" path)
	file(sys "/uevent", uevent(address, driver, id, class))
	file(sys "/driver_override", get(address, "override", "(null)") "\n")
	if (get(address, "header", class ~ /^060[479]/ ? 1 : 0) > 0) file(sys "/secondary_bus_number", "1\n")
	if (class ~ /^0300/) file(sys "/boot_vga", get(address, "boot_vga", 0) "\n")
	if ((address, "serial") in value) binary(sys "/config", config_space(value[address, "serial"]))
	if ((address, "removable") in value) file(sys "/removable", value[address, "removable"] "\n")
	if ((address, "bar") in value) print_resource(sys, value[address, "bar"])
	if ((address, "fb") in value) print_framebuffer(path, value[address, "fb"])
	if (driver != "-") {
		drivers[driver] = 1
		link(sys "/driver", up(path) "bus/pci/drivers/" driver)
	}
	if (group != "-") link(sys "/iommu_group", up(path) "kernel/iommu_groups/" group)
	usb = get(address, "usb", "")
	if (usb != "") print_usb(path, usb)
	if ((address, "vf") in value) link(sys "/physfn", up(path) place(value[address, "vf"]))
	print_root(path)
}

# One interface of a USB device: the class, subclass and protocol of the HID specification.
function print_interface(path, name, protocol) {
	folder("sys/" path "/" name)
	file("sys/" path "/" name "/bInterfaceClass", "03\n")
	file("sys/" path "/" name "/bInterfaceSubClass", protocol == "00" ? "00\n" : "01\n")
	file("sys/" path "/" name "/bInterfaceProtocol", protocol "\n")
	link("sys/bus/usb/devices/" name, "../../../" path "/" name)
}

# An input device: a keyboard's keys, or the buttons of a mouse.
function print_input(path, keys) {
	folder("sys/" path "/input/input" ++inputs)
	file("sys/" path "/input/input" inputs "/capabilities/key", keys "\n")
	link("sys/class/input/input" inputs, "../../" path "/input/input" inputs)
}

# A controller with nothing plugged in (-), or a mouse, a keyboard of the boot protocol, one without it, or both kinds.
function print_usb(path, usb,    bus) {
	bus = ++buses
	path = path "/usb" bus
	folder("sys/" path "/" bus "-0:1.0")
	folder("sys/bus/usb/devices")
	folder("sys/class/input")
	if (usb == "-") return
	path = path "/" bus "-1"
	if (usb == "mouse") print_interface(path, bus "-1:1.0", "02")
	else if (usb == "keyboard") print_interface(path, bus "-1:1.0", "01")
	else if (usb == "plain-keyboard") {
		print_interface(path, bus "-1:1.0", "00")
		print_input(path "/" bus "-1:1.0/0003:046D:C31C.0001", "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe")
	} else fail("expected usb=- mouse, keyboard or plain-keyboard")
	if (usb == "mouse") print_input(path "/" bus "-1:1.0/0003:046D:C077.0001", "70000 0 0 0 0")
}

# The folder below sys of what is named ADDRESS[/FOLDER], virtual/FOLDER or, for a partition, by its disk.
function device_place(name, where,    address, behind) {
	address = where
	sub(/\/.*/, "", address)
	if (is_address(address)) {
		behind = substr(where, length(address) + 1)
		return place(address) behind "/" name
	}
	if ((where, "in") in value) return device_place(where, value[where, "in"]) "/" name
	return "devices/" where "/" name
}

# What was behind a function that was taken out went with it.
function is_gone(where,    address) {
	if ((where, "in") in value) return is_gone(value[where, "in"])
	address = where
	sub(/\/.*/, "", address)
	return is_address(address) && !known(address)
}

function udev(name, key, tag) {
	return (name, key) in value ? "E:" tag "=" value[name, key] "\n" : ""
}

function print_block(name,    path, sys, part, i, text) {
	path = device_place(name, value[name, "in"])
	sys = "sys/" path
	file(sys "/dev", value[name, "number"] "\n")
	file(sys "/size", get(name, "size", 2048) "\n")
	if ((name, "part") in value) file(sys "/partition", value[name, "part"] "\n")
	if ((name, "dm") in value) file(sys "/dm/name", value[name, "dm"] "\n")
	if ((name, "dmuuid") in value) file(sys "/dm/uuid", value[name, "dmuuid"] "\n")
	if ((name, "backing") in value) file(sys "/loop/backing_file", value[name, "backing"] "\n")
	if ((name, "backing_dev") in value) file(sys "/backing_dev", value[name, "backing_dev"] "\n")
	folder("sys/class/block")
	link("sys/class/block/" name, "../../" path)
	split(get(name, "slaves", ""), part, ",")
	for (i = 1; i in part; i++) {
		file(sys "/slaves/" part[i], "")
		file("sys/" device_place(part[i], value[part[i], "in"]) "/holders/" name, "")
	}
	text = udev(name, "type", "ID_FS_TYPE") udev(name, "uuid", "ID_FS_UUID_ENC") udev(name, "label", "ID_FS_LABEL_ENC")
	text = text udev(name, "partuuid", "ID_PART_ENTRY_UUID") udev(name, "partlabel", "ID_PART_ENTRY_NAME")
	split(get(name, "link", ""), part, ",")
	for (i = 1; i in part; i++) text = text "S:" part[i] "\n"
	if (text != "") file("run/udev/data/b" value[name, "number"], text)
}

# Without a word of the manifest the root is on an SD card of the board: no PCI function has anything to do with it.
function add_root() {
	if (rootless || "etc/fstab" in more || "proc/self/mountinfo" in more) return
	blocks[++n_blocks] = "mmcblk0"
	value["mmcblk0", "in"] = "platform/sdhci/mmc_host/mmc0/mmc0:0001/block"
	value["mmcblk0", "number"] = "179:0"
	more["proc/self/mountinfo"] = "22 1 179:0 / / rw,relatime - ext4 /dev/mmcblk0 rw\n"
}

# An interface of a function, or (-) one that stands on others.
function print_net(name,    path, part, i) {
	path = value[name, "on"] == "-" ? "devices/virtual/net/" name : place(value[name, "on"]) "/net/" name
	file("sys/" path "/address", get(name, "mac", "52:54:00:00:00:00") "\n")
	if ((name, "ifindex") in value) file("sys/" path "/ifindex", value[name, "ifindex"] "\n")
	folder("sys/class/net")
	link("sys/class/net/" name, "../../" path)
	split(get(name, "lower", ""), part, ",")
	for (i = 1; i in part; i++) link("sys/" path "/lower_" part[i], "../" part[i])
	if ((name, "master") in value) link("sys/" path "/master", "../" value[name, "master"])
}

function print_nvme(name,    path) {
	path = device_place(name, nvmes[name] ~ /virtual/ ? nvmes[name] : nvmes[name] "/nvme")
	folder("sys/" path)
	folder("sys/class/nvme")
	link("sys/class/nvme/" name, "../../" path)
}

function print_screen(    base, type) {
	type = screen == "efi" ? "\\160" : "\\043"
	base = substr("0000000000000000" screen_base, length(screen_base) + 1)
	binary("sys/kernel/boot_params/data", zeros(15) type zeros(8) little_endian(substr(base, 9)) zeros(26) \
		"\\002\\000\\000\\000" little_endian(substr(base, 1, 8)) zeros(2))
}

BEGIN {
	arch = "x86_64"
	split("behind id class group driver boot_vga override serial fb bar usb vf removable header", keys, " ")
	acpi["0000:00"] = "_SB_.PCI0"
	kernel = "6.1.0-builtin"
	cmdline = "BOOT_IMAGE=/boot/vmlinuz ro quiet"
	drivers["vfio-pci"] = 1
}

{ read_line() }

END {
	if (failed) exit 1
	folder("sys/bus/pci/devices")
	folder("run")
	for (i = 1; i <= n; i++) print_function(list[i])
	add_root()
	for (i = 1; i <= n_blocks; i++) if (!is_gone(blocks[i])) print_block(blocks[i])
	for (i = 1; i <= n_nets; i++) if (!is_gone(value[nets[i], "on"])) print_net(nets[i])
	for (name in nvmes) print_nvme(name)
	for (name in symlinks) {
		path = name
		if (sub(/\/[^\/]*$/, "", path)) folder(path)
		link(name, symlinks[name])
	}
	for (name in without) delete drivers[name]
	for (name in drivers) file("sys/bus/pci/drivers/" name "/unbind", "")
	for (name in modules) folder("sys/module/" name)
	for (name in platform) print_framebuffer("devices/platform", name)
	if (arch ~ /86/) file("sys/kernel/boot_params/version", "0x020f\n")
	if (screen != "") print_screen()
	for (i = 1; i <= n_input; i++) {
		split(input[i], part, " ")
		folder("sys/class/input")
		print_input(part[1], substr(input[i], length(part[1]) + 2))
	}
	if (vmcore) file("proc/vmcore", "")
	if (iomem != "") file("proc/iomem", iomem)
	file("sys/bus/pci/drivers_probe", "")
	file("proc/sys/kernel/osrelease", kernel "\n")
	file("proc/cmdline", cmdline "\n")
	file("dev/kmsg", "")
	for (name in more) file(name, more[name])
	print "set -e"
	print "mkdir -p" folders
	if (devices != "") print "ln -s" devices " sys/bus/pci/devices"
	printf "%s%s", files, links
	for (name in fifos) print "rm -f " quote(name) "; mkfifo " quote(name)
	for (name in removed) print "rm -rf " quote(name)
}
