# SPDX-License-Identifier: GPL-2.0-or-later
# Packages of this very tree, as it lies there: `make deb`, `make rpm`, `make arch`. The tree is copied below $(BUILD)
# first, so that nothing of a build is left in it. The version is that of the Makefile, in the copy too:
# `make deb VERSION=1.2.3` is a package of a tree that says so.

.PHONY: deb rpm arch

# $(call copy_tree,DIR): git and builds stay behind.
define copy_tree
	rm -rf $(1)
	mkdir -p $(1)
	tar -c --exclude-vcs --exclude=./build --exclude=./$(BUILD) . | tar -x -C $(1)
	sed -i 's/^VERSION := .*/VERSION := $(VERSION)/' $(1)/Makefile
endef

# Variables of this make must not reach the make of a package: its BUILD and DESTDIR are its own.
clean_env = env $(foreach v,MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL BUILD DESTDIR PREFIX SANITIZE V,-u $(v))

# The date of a package: of the last commit, else of the Makefile; the same tree gives the same package.
date_of_tree = $$(git log -1 --format=%cD 2>/dev/null || date -R -r Makefile)

# --- Debian -------------------------------------------------------------------------------------------------------

DEB := $(BUILD)/deb

deb:
	$(call copy_tree,$(DEB)/src)
	cp -r packaging/debian $(DEB)/src/debian
	sed -i -e 's/@VERSION@/$(VERSION)/' -e "s/@DATE@/$(date_of_tree)/" $(DEB)/src/debian/changelog
	cd $(DEB)/src && $(clean_env) dpkg-buildpackage --build=binary --unsigned-changes --unsigned-buildinfo
	@ls $(DEB)/earlybind_$(VERSION)_*.deb

# --- rpm ----------------------------------------------------------------------------------------------------------

RPM := $(BUILD)/rpm
RPMBUILD_FLAGS ?=

rpm:
	$(call copy_tree,$(RPM)/earlybind-$(VERSION))
	mkdir -p $(RPM)/SOURCES $(RPM)/SPECS
	tar -C $(RPM) -czf $(RPM)/SOURCES/earlybind-$(VERSION).tar.gz earlybind-$(VERSION)
	sed 's/%/%%/g' packaging/images.sh >$(RPM)/images.sh
	sed 's/%/%%/g' packaging/removal.sh >$(RPM)/removal.sh
	sed -e 's/@VERSION@/$(VERSION)/' -e '/^@IMAGES@$$/{r $(RPM)/images.sh' -e 'd}' \
		-e '/^@REMOVAL@$$/{r $(RPM)/removal.sh' -e 'd}' packaging/rpm/earlybind.spec >$(RPM)/SPECS/earlybind.spec
	$(clean_env) rpmbuild $(RPMBUILD_FLAGS) --define "_topdir $(abspath $(RPM))" -ba $(RPM)/SPECS/earlybind.spec
	@ls $(RPM)/RPMS/*/earlybind-$(VERSION)-*.rpm

# --- Arch ---------------------------------------------------------------------------------------------------------

ARCH := $(BUILD)/arch
MAKEPKG_FLAGS ?=

arch:
	$(call copy_tree,$(ARCH)/earlybind-$(VERSION))
	tar -C $(ARCH) -czf $(ARCH)/earlybind-$(VERSION).tar.gz earlybind-$(VERSION)
	sed 's/@VERSION@/$(VERSION)/' packaging/arch/PKGBUILD >$(ARCH)/PKGBUILD
	cat packaging/images.sh packaging/removal.sh >$(ARCH)/removal.sh
	sed -e '/^@REMOVAL@$$/{r $(ARCH)/removal.sh' -e 'd}' packaging/arch/earlybind.install >$(ARCH)/earlybind.install
	rm -f $(ARCH)/*.pkg.tar*
	$(clean_env) sh packaging/arch/makepkg.sh $(ARCH) $(MAKEPKG_FLAGS)
	@ls $(ARCH)/earlybind-$(VERSION)-*.pkg.tar*
