# SPDX-License-Identifier: GPL-2.0-or-later
# GNU Makefile of earlybind. `make` builds all that this machine can build, and says what it cannot.

VERSION := 0.1.0
PREFIX ?= /usr
DESTDIR ?=
BUILD ?= build

# Which libc the boot program is linked with: auto takes klibc, then musl, then glibc, whichever is here.
INIT_LIBC ?= auto
# For instance SANITIZE=address,undefined BUILD=build/asan
SANITIZE ?=

CC ?= gcc
KLCC ?= klcc
MUSL_CC ?= musl-gcc
PKG_CONFIG ?= pkg-config
INSTALL ?= install
# `make V=1` shows the commands.
Q := $(if $(V),,@)
say_cc = @echo '  $(1) $@'
STRIP ?= strip
CLANG ?= clang
SCDOC ?= scdoc

bindir := $(PREFIX)/bin
libdir := $(PREFIX)/lib/earlybind
sharedir := $(PREFIX)/share
# Where the generators look for plugins.
initramfstoolsdir := /usr/share/initramfs-tools
DRACUT_DIR ?= /usr/lib/dracut
MKINITCPIO_DIR ?= /usr/lib/initcpio
MKINITCPIO_CONF_DIR ?= /etc/mkinitcpio.conf.d
SYSTEMD_UNIT_DIR ?= /usr/lib/systemd/system
# The numbers from 50 to 59 are for modules of others (dracut-ng, doc/developer).
DRACUT_MODULE = $(DRACUT_DIR)/modules.d/50earlybind
MKINITCPIO_CONF = $(MKINITCPIO_CONF_DIR)/zz-earlybind.conf

# What warns here may be new in a compiler that nobody has yet: for who only builds it is no error. The tests have it one.
WERROR ?=
WARNINGS := -Wall -Wextra $(WERROR) -Wno-format-truncation -Wno-unknown-warning-option
CPPFLAGS_ALL := -DEARLYBIND_VERSION='"$(VERSION)"' -MMD -MP $(CPPFLAGS)
CFLAGS ?= -O2 -g
SANFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS_HOST := -std=gnu11 $(WARNINGS) -Wshadow -fstack-protector-strong -fPIE $(CFLAGS) $(SANFLAGS)
# gcc 12 and later and clang know -Oz.
SMALL := $(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo -Oz || echo -Os)
# What -Oz of gcc 12 still does at the cost of size.
SMALLER_WANTED := -fno-tree-dominator-opts -fno-ivopts -fno-tree-loop-im -fno-tree-vrp -fno-code-hoisting \
	-fno-inline-functions-called-once -fno-tree-sra -fno-tree-pre -fno-ipa-sra
SMALLER := $(shell $(CC) $(SMALLER_WANTED) -Werror -E -x c /dev/null >/dev/null 2>&1 && echo "$(SMALLER_WANTED)")
CFLAGS_INIT := -std=gnu11 $(WARNINGS) $(SMALL) -g -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables

# klibc is built without SSE, so nothing there needs a stack or data of 16 bytes alignment; gcc on x86 alone knows the words.
KLIBC_FLAGS := $(foreach flag,-mpreferred-stack-boundary=3 -malign-data=abi,\
	$(shell $(KLCC) $(flag) -S -o /dev/null -x c /dev/null >/dev/null 2>&1 && echo $(flag)))

# One page less of padding for each segment; nothing in it is writable and executable.
INIT_LDFLAGS := -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,--build-id=none

HOST_PACKAGES := libkmod blkid mount libpci smartcols libarchive liblzma libzstd
HOST_NEEDS := the development files of $(HOST_PACKAGES) (Debian: libkmod-dev libblkid-dev libmount-dev libpci-dev \
	libsmartcols-dev libarchive-dev liblzma-dev libzstd-dev; Arch: kmod util-linux-libs pciutils libarchive xz zstd)
HOST_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(HOST_PACKAGES) 2>/dev/null)
HOST_LIBS = $(shell $(PKG_CONFIG) --libs $(HOST_PACKAGES) 2>/dev/null)

CORE := $(wildcard src/core/*.c)
SYS := $(wildcard src/sys/*.c)
BOOT := $(wildcard src/boot/*.c)
HOST := $(wildcard src/host/*/*.c)
UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
PAGES := $(patsubst man/%.scd,%,$(wildcard man/*.scd))
# These need libraries: libarchive, liblzma and libzstd, or libmount.
FUZZ_OF_HOST := fuzz_segments fuzz_needs
# The readers of boot loaders' files are one program each; they need no library.
FUZZ_OF_LOADER := fuzz_bls fuzz_grub_cfg fuzz_limine fuzz_efi_entries fuzz_refind

# What the boot program is made of: the linker takes from the core what is called.
have = $(shell command -v $(1) >/dev/null 2>&1 && echo yes)
HAVE_KLIBC := $(call have,$(KLCC))
HAVE_MUSL := $(call have,$(MUSL_CC))
HAVE_SCDOC := $(call have,$(SCDOC))
HAVE_PKG_CONFIG := $(call have,$(PKG_CONFIG))
HAVE_HOST := $(shell $(PKG_CONFIG) --exists $(HOST_PACKAGES) 2>/dev/null && echo yes)

ifeq ($(INIT_LIBC),auto)
  CHOSEN := $(if $(HAVE_KLIBC),klibc,$(if $(HAVE_MUSL),musl,glibc))
else
  CHOSEN := $(INIT_LIBC)
endif
ifeq ($(filter klibc musl glibc,$(CHOSEN)),)
  $(error INIT_LIBC is auto, klibc, musl or glibc, not '$(INIT_LIBC)')
endif

INITS := $(BUILD)/glibc/earlybind-init
ifeq ($(SANITIZE),)
  INITS += $(if $(HAVE_KLIBC),$(BUILD)/klibc/earlybind-init) $(if $(HAVE_MUSL),$(BUILD)/musl/earlybind-init)
  INITS += $(filter-out $(INITS),$(BUILD)/$(CHOSEN)/earlybind-init)
endif

.PHONY: all check demo man unit fuzz fuzz-replay bench-scale install uninstall clean format say
all: say $(INITS) $(if $(HAVE_HOST),$(BUILD)/glibc/earlybind) man

say:
	@$(if $(HAVE_HOST),:,echo "cannot build here: earlybind needs $(if $(HAVE_PKG_CONFIG),$(HOST_NEEDS),$(PKG_CONFIG) (Debian and Arch: pkgconf))")
	@$(if $(HAVE_KLIBC),:,echo "cannot build here: earlybind-init with klibc needs $(KLCC) (Debian: libklibc-dev, klibc-utils)")
	@$(if $(HAVE_MUSL),:,echo "cannot build here: earlybind-init with musl needs $(MUSL_CC) (Debian: musl-tools; Arch: musl)")
	@$(if $(HAVE_SCDOC),:,echo "cannot build here: the manual pages need $(SCDOC) (Debian and Arch: scdoc)")
	@echo "the boot program to install: earlybind-init with $(CHOSEN)"

# --- the boot program, a build a libc -----------------------------------------------------------------------------

INIT_SRC := $(CORE) $(SYS) $(BOOT)
KLIBC_OBJ := $(INIT_SRC:src/%.c=$(BUILD)/klibc/%.o)
MUSL_OBJ := $(INIT_SRC:src/%.c=$(BUILD)/musl/%.o)
GLIBC_OBJ := $(INIT_SRC:src/%.c=$(BUILD)/glibc/%.o)
HOST_OBJ := $(HOST:src/%.c=$(BUILD)/glibc/%.o)
SHARED_OBJ := $(filter $(BUILD)/glibc/core/% $(BUILD)/glibc/sys/%,$(GLIBC_OBJ))

$(BUILD)/klibc/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(KLCC) $(CPPFLAGS_ALL) -DEARLYBIND_SMALL $(filter-out -g,$(CFLAGS_INIT)) $(KLIBC_FLAGS) $(SMALLER) -c -o $@ $<
$(BUILD)/musl/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(MUSL_CC) $(CPPFLAGS_ALL) $(CFLAGS_INIT) -c -o $@ $<
$(BUILD)/glibc/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_HOST) $(HOST_CFLAGS) -c -o $@ $<

$(BUILD)/klibc/earlybind-init: $(KLIBC_OBJ)
	$(call say_cc,CC)
	$(Q)$(KLCC) -static $(INIT_LDFLAGS) -o $@ $^
	$(Q)$(STRIP) -s -R .comment $@
$(BUILD)/musl/earlybind-init: $(MUSL_OBJ)
	$(call say_cc,CC)
	$(Q)$(MUSL_CC) -static $(INIT_LDFLAGS) -o $@ $^
	$(Q)$(STRIP) -s -R .comment $@
# With sanitizers it is dynamic: their runtime cannot be linked statically.
$(BUILD)/glibc/earlybind-init: $(GLIBC_OBJ)
	$(call say_cc,CC)
	$(Q)$(CC) $(if $(SANITIZE),$(SANFLAGS) -pie,-static -Wl,--gc-sections) $(LDFLAGS) -o $@ $^

# --- the host tool ------------------------------------------------------------------------------------------------

$(BUILD)/glibc/earlybind: $(HOST_OBJ) $(SHARED_OBJ)
	$(call say_cc,CC)
	$(Q)$(CC) $(SANFLAGS) -pie -Wl,-z,relro,-z,now $(LDFLAGS) -o $@ $^ $(HOST_LIBS)

# --- the manual pages ---------------------------------------------------------------------------------------------

# The first line has man run tbl, which scdoc's tables need: man-db 2.13 does so only where it is asked to.
$(BUILD)/man/%: man/%.scd
	@mkdir -p $(@D)
	$(call say_cc,MAN)
	$(Q){ echo "'\\\" t"; $(SCDOC) <$<; } >$@.new && mv $@.new $@

man: $(if $(HAVE_SCDOC),$(PAGES:%=$(BUILD)/man/%))

# --- tests --------------------------------------------------------------------------------------------------------

# Unit tests may use the host's modules too, but for its main().
TEST_OBJ := $(SHARED_OBJ) $(filter-out $(BUILD)/glibc/host/cli/main.o,$(HOST_OBJ))

$(BUILD)/test/unit/%: tests/unit/%.c $(SHARED_OBJ) $(if $(HAVE_HOST),$(TEST_OBJ)) Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_HOST) -Isrc -Isrc/core -o $@ $< $(if $(HAVE_HOST),$(TEST_OBJ) $(HOST_LIBS),$(SHARED_OBJ)) -lcmocka
# The targets of the host's: what they need beside the core.
FUZZ_HOST := $(addprefix src/host/initramfs/,compression.c contents.c newc.c segments.c stream.c uki.c)
$(BUILD)/test/fuzz/fuzz_segments: FUZZ_EXTRA = $(FUZZ_HOST:src/%.c=$(BUILD)/glibc/%.o) $(HOST_LIBS)
$(BUILD)/test/fuzz/fuzz_segments: $(FUZZ_HOST:src/%.c=$(BUILD)/glibc/%.o)
$(BUILD)/fuzz/fuzz_segments: FUZZ_EXTRA = $(FUZZ_HOST) $(HOST_LIBS)
$(BUILD)/fuzz/fuzz_segments: $(FUZZ_HOST)
FUZZ_NEEDS := $(addprefix src/host/lib/,shell_file.c text_file.c) $(addprefix src/host/storage/,blockdev.c boot_cmdline.c \
	boot_conf.c boot_ref.c crypttab.c fstab.c mounts.c resolve.c)
NEEDS_SYS := $(addprefix src/sys/,sysroot.c whole.c)
$(BUILD)/test/fuzz/fuzz_needs: FUZZ_EXTRA = $(FUZZ_NEEDS:src/%.c=$(BUILD)/glibc/%.o) $(HOST_LIBS)
$(BUILD)/test/fuzz/fuzz_needs: $(FUZZ_NEEDS:src/%.c=$(BUILD)/glibc/%.o)
$(BUILD)/fuzz/fuzz_needs: FUZZ_EXTRA = $(FUZZ_NEEDS) $(NEEDS_SYS) $(HOST_LIBS)
$(BUILD)/fuzz/fuzz_needs: $(FUZZ_NEEDS)
# Here no library is needed.
FUZZ_VMS := $(addprefix src/host/advice/,vm_libvirt.c vm_proxmox.c vm_qemu.c)
$(BUILD)/test/fuzz/fuzz_vms: FUZZ_EXTRA = $(FUZZ_VMS:src/%.c=$(BUILD)/glibc/%.o)
$(BUILD)/test/fuzz/fuzz_vms: $(FUZZ_VMS:src/%.c=$(BUILD)/glibc/%.o)
$(BUILD)/fuzz/fuzz_vms: FUZZ_EXTRA = $(FUZZ_VMS)
$(BUILD)/fuzz/fuzz_vms: $(FUZZ_VMS)
FUZZ_LOADER := $(wildcard src/host/loader/*.c) src/host/initramfs/uki.c
$(FUZZ_OF_LOADER:%=$(BUILD)/test/fuzz/%): FUZZ_EXTRA = $(FUZZ_LOADER:src/%.c=$(BUILD)/glibc/%.o)
$(FUZZ_OF_LOADER:%=$(BUILD)/test/fuzz/%): $(FUZZ_LOADER:src/%.c=$(BUILD)/glibc/%.o)
$(FUZZ_OF_LOADER:%=$(BUILD)/fuzz/%): FUZZ_EXTRA = $(FUZZ_LOADER) $(NEEDS_SYS)
$(FUZZ_OF_LOADER:%=$(BUILD)/fuzz/%): $(FUZZ_LOADER)

$(BUILD)/test/fuzz/%: tests/fuzz/%.c $(SHARED_OBJ) Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC) -DREPLAY $(CPPFLAGS_ALL) $(CFLAGS_HOST) -Isrc -Isrc/core -o $@ $< $(SHARED_OBJ) $(FUZZ_EXTRA)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(CORE) Makefile
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CLANG) -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Isrc -Isrc/core \
		-DEARLYBIND_VERSION='"$(VERSION)"' -o $@ $< $(CORE) $(FUZZ_EXTRA)

unit: $(UNIT:%=$(BUILD)/test/unit/%)
FUZZ := $(if $(HAVE_HOST),$(FUZZ),$(filter-out $(FUZZ_OF_HOST),$(FUZZ)))
fuzz-replay: $(FUZZ:%=$(BUILD)/test/fuzz/%)
fuzz: $(FUZZ:%=$(BUILD)/fuzz/%)

# What the build of a package runs; the whole is `sh tests/run.sh`.
check:
	+@MAKE='$(MAKE)' CC='$(CC)' BUILD='$(BUILD)' sh tests/check.sh
demo:
	sh tests/demo.sh

# --- benchmarks, see bench/README.md --------------------------------------------------------------------------------

BENCH := $(BUILD)/bench

$(BENCH)/tree: bench/scale/tree.c $(SHARED_OBJ)
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_HOST) -o $@ $< $(SHARED_OBJ)
$(BENCH)/measure: bench/scale/measure.c
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_HOST) -o $@ $<
# Of the boot program and with its libc.
CC_INIT := $(if $(filter klibc,$(CHOSEN)),$(KLCC),$(if $(filter musl,$(CHOSEN)),$(MUSL_CC),$(CC)))
$(BENCH)/loop: bench/scale/loop.c
	@mkdir -p $(@D)
	$(call say_cc,CC)
	$(Q)$(CC_INIT) $(CFLAGS_INIT) -static $(INIT_LDFLAGS) -o $@ $<
$(BENCH)/earlybind-init: $(BUILD)/$(CHOSEN)/earlybind-init
	@mkdir -p $(@D)
	$(Q)cp $< $@

bench-scale: $(BENCH)/tree $(BENCH)/measure $(BENCH)/loop $(BENCH)/earlybind-init $(BUILD)/glibc/earlybind
	$(Q)BUILD=$(BUILD) sh bench/scale/run.sh

# --- install ------------------------------------------------------------------------------------------------------

# Where a page goes: earlybind.conf.5 to man5.
page_path = $(sharedir)/man/man$(subst .,,$(suffix $(1)))/$(1)
bashdir := $(sharedir)/bash-completion/completions
zshdir := $(sharedir)/zsh/site-functions
schemadir := $(sharedir)/earlybind
examplesdir := $(sharedir)/doc/earlybind/examples
fishdir := $(sharedir)/fish/vendor_completions.d

INSTALLED = $(bindir)/earlybind $(libdir)/earlybind-init \
	$(initramfstoolsdir)/hooks/earlybind $(initramfstoolsdir)/scripts/init-top/earlybind \
	$(DRACUT_MODULE)/module-setup.sh $(DRACUT_MODULE)/earlybind-hook.sh \
	$(MKINITCPIO_DIR)/install/earlybind $(MKINITCPIO_DIR)/hooks/earlybind $(MKINITCPIO_CONF) \
	$(SYSTEMD_UNIT_DIR)/earlybind.service $(SYSTEMD_UNIT_DIR)/earlybind-confirm.service \
	$(foreach page,$(PAGES),$(call page_path,$(page))) \
	$(bashdir)/earlybind $(zshdir)/_earlybind $(fishdir)/earlybind.fish $(schemadir)/earlybind.schema.json \
	$(examplesdir)/earlybind.conf

# What earlier versions installed. The drop-in of mkinitcpio takes its new name with it where somebody changed it.
OLD_DRACUT_MODULE = $(DRACUT_DIR)/modules.d/90earlybind
OLD_MKINITCPIO_CONF = $(MKINITCPIO_CONF_DIR)/earlybind.conf
OLD_NAMES = $(OLD_DRACUT_MODULE)/module-setup.sh $(OLD_DRACUT_MODULE)/earlybind-hook.sh $(OLD_MKINITCPIO_CONF)
OLD_CONF_SUM := 4247674169 459

define take_old_names
	test ! -e $(DESTDIR)$(OLD_MKINITCPIO_CONF) || test -e $(DESTDIR)$(MKINITCPIO_CONF) || \
		test "$$(cksum <$(DESTDIR)$(OLD_MKINITCPIO_CONF))" = "$(OLD_CONF_SUM)" || \
		mv $(DESTDIR)$(OLD_MKINITCPIO_CONF) $(DESTDIR)$(MKINITCPIO_CONF)
	rm -f $(OLD_NAMES:%=$(DESTDIR)%)
	-rmdir $(DESTDIR)$(OLD_DRACUT_MODULE) 2>/dev/null || true
endef

install: all
	$(if $(HAVE_HOST),,$(error earlybind was not built: see 'make say'))
	$(INSTALL) -D -m 0755 $(BUILD)/glibc/earlybind $(DESTDIR)$(bindir)/earlybind
	$(INSTALL) -D -m 0755 $(BUILD)/$(CHOSEN)/earlybind-init $(DESTDIR)$(libdir)/earlybind-init
	$(INSTALL) -D -m 0755 initramfs/hook $(DESTDIR)$(initramfstoolsdir)/hooks/earlybind
	$(INSTALL) -D -m 0755 initramfs/init-top $(DESTDIR)$(initramfstoolsdir)/scripts/init-top/earlybind
	$(INSTALL) -D -m 0755 -t $(DESTDIR)$(DRACUT_MODULE) dracut/module-setup.sh dracut/earlybind-hook.sh
	$(INSTALL) -D -m 0644 mkinitcpio/install $(DESTDIR)$(MKINITCPIO_DIR)/install/earlybind
	$(INSTALL) -D -m 0644 mkinitcpio/hook $(DESTDIR)$(MKINITCPIO_DIR)/hooks/earlybind
	$(call take_old_names)
	test -e $(DESTDIR)$(MKINITCPIO_CONF) || $(INSTALL) -D -m 0644 mkinitcpio/zz-earlybind.conf $(DESTDIR)$(MKINITCPIO_CONF)
	$(INSTALL) -D -m 0644 -t $(DESTDIR)$(SYSTEMD_UNIT_DIR) systemd/earlybind.service systemd/earlybind-confirm.service
	$(INSTALL) -D -m 0644 completions/earlybind.bash $(DESTDIR)$(bashdir)/earlybind
	$(INSTALL) -D -m 0644 completions/_earlybind $(DESTDIR)$(zshdir)/_earlybind
	$(INSTALL) -D -m 0644 completions/earlybind.fish $(DESTDIR)$(fishdir)/earlybind.fish
	$(INSTALL) -D -m 0644 share/earlybind.schema.json $(DESTDIR)$(schemadir)/earlybind.schema.json
	$(if $(HAVE_SCDOC),set -e; $(foreach page,$(PAGES),$(INSTALL) -D -m 0644 $(BUILD)/man/$(page) $(DESTDIR)$(call page_path,$(page));))
	$(INSTALL) -D -m 0644 packaging/earlybind.conf $(DESTDIR)$(examplesdir)/earlybind.conf

# What people wrote, /etc/earlybind.conf and the lock, stays. On the running system images that hold a plan are rebuilt.
uninstall:
	$(if $(DESTDIR),,sh packaging/uninstall.sh before $(bindir)/earlybind)
	rm -f $(INSTALLED:%=$(DESTDIR)%) $(OLD_NAMES:%=$(DESTDIR)%)
	-rmdir $(DESTDIR)$(libdir) $(DESTDIR)$(schemadir) $(DESTDIR)$(examplesdir) $(DESTDIR)$(DRACUT_MODULE) $(DESTDIR)$(OLD_DRACUT_MODULE) 2>/dev/null || true
	$(if $(DESTDIR),,sh packaging/uninstall.sh after)

clean:
	rm -rf $(filter-out $(BUILD)/cache,$(wildcard $(BUILD)/*))

format:
	clang-format -i $(wildcard src/*/*.[ch] src/host/*/*.[ch] tests/*/*.[ch] bench/*/*.[ch])

include packaging/packages.mk

-include $(wildcard $(BUILD)/bench/*.d $(BUILD)/glibc/*/*.d $(BUILD)/glibc/host/*/*.d $(BUILD)/klibc/*/*.d $(BUILD)/musl/*/*.d $(BUILD)/test/*/*.d)
