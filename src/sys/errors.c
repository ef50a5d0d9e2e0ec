/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "errors.h"

#define NAME(e)                                                                                                        \
	{                                                                                                              \
		e, #e                                                                                                  \
	}

static const struct {
	int error;
	char name[13];
} names[] = {
	NAME(EPERM),  NAME(ENOENT), NAME(EIO),   NAME(ENOEXEC), NAME(ENOMEM), NAME(EACCES),  NAME(EBUSY),
	NAME(ENODEV), NAME(EINVAL), NAME(EFBIG), NAME(ENOSPC),  NAME(EROFS),  NAME(EBADMSG), NAME(EKEYREJECTED),
};

const char *error_name(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].error == (error < 0 ? -error : error))
			return names[i].name;
	return "an error";
}
