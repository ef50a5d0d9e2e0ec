# Without a rule and without an accepted card no image has anything of earlybind in it.
images_matter()
{
	grep -Eqs '^[[:space:]]*bind[[:space:]]' /etc/earlybind.conf /etc/earlybind.d/*.conf /run/earlybind.d/*.conf \
		/usr/lib/earlybind.d/*.conf || grep -qs '^card ' /etc/earlybind.lock
}

# Every kernel's image: what the trigger update-initramfs does is for the newest kernel only.
images_rebuild()
{
	if command -v update-initramfs >/dev/null; then
		update-initramfs -u -k all
	elif [ -x /etc/kernel/postinst.d/dracut ]; then
		for image in /boot/initrd.img-*; do
			release=${image#/boot/initrd.img-}
			[ ! -d "/lib/modules/$release" ] || /etc/kernel/postinst.d/dracut "$release" || return 1
		done
	fi
}

# A full /boot must not leave packages half configured: the old images still boot, and do what they did.
images_update()
{
	images_rebuild ||
		echo "W: earlybind: not every initramfs image was rebuilt; the others bind what they did before" >&2
}
