/* Functions of the C library that this program has of its own, because the dynamic loader looks for
 * each that it takes from the library at every start: a hundred of them take longer than reading a
 * config does. Those that are a system call and nothing more are in sdk/lean_calls.c. Of the rest,
 * which only libstdc++ asks for, in locales that nobody uses, or only few verbs, each is looked for
 * when it is called.
 *
 * They are hidden: a plugin has the library's. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <grp.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#ifndef __SANITIZE_ADDRESS__ /* which has its own of some */

#define LATE(type, name, params, ...) \
  type name params { return ((type(*) params)dlsym(RTLD_NEXT, #name))(__VA_ARGS__); }

/* Of few verbs. */
LATE(int, fgetgrent_r,
     (FILE * file, struct group* entry, char* buffer, size_t size, struct group** result), file,
     entry, buffer, size, result)
LATE(int, fgetpwent_r,
     (FILE * file, struct passwd* entry, char* buffer, size_t size, struct passwd** result), file,
     entry, buffer, size, result)
LATE(struct passwd*, getpwuid, (uid_t user), user)
LATE(struct tm*, gmtime_r, (const time_t* time, struct tm* parts), time, parts)
LATE(struct tm*, localtime_r, (const time_t* time, struct tm* parts), time, parts)
LATE(const char*, sigabbrev_np, (int signal), signal)
LATE(const char*, sigdescr_np, (int signal), signal)
LATE(int, statvfs, (const char* path, struct statvfs* facts), path, facts)
LATE(size_t, strftime, (char* to, size_t size, const char* format, const struct tm* time), to, size,
     format, time)
LATE(char*, strsignal, (int signal), signal)

/* Of the locales of libstdc++. */
LATE(size_t, __ctype_get_mb_cur_max, (void))
LATE(locale_t, __duplocale, (locale_t locale), locale)
LATE(void, __freelocale, (locale_t locale), locale)
LATE(int, __iswctype_l, (wint_t c, wctype_t type, locale_t locale), c, type, locale)
LATE(char*, __nl_langinfo_l, (nl_item item, locale_t locale), item, locale)
LATE(int, __strcoll_l, (const char* a, const char* b, locale_t locale), a, b, locale)
LATE(size_t, __strftime_l,
     (char* to, size_t size, const char* format, const struct tm* time, locale_t locale), to, size,
     format, time, locale)
LATE(double, __strtod_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(float, __strtof_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(size_t, __strxfrm_l, (char* to, const char* from, size_t size, locale_t locale), to, from,
     size, locale)
LATE(wint_t, __towlower_l, (wint_t c, locale_t locale), c, locale)
LATE(wint_t, __towupper_l, (wint_t c, locale_t locale), c, locale)
LATE(locale_t, __uselocale, (locale_t locale), locale)
LATE(int, __wcscoll_l, (const wchar_t* a, const wchar_t* b, locale_t locale), a, b, locale)
LATE(size_t, __wcsftime_l,
     (wchar_t * to, size_t size, const wchar_t* format, const struct tm* time, locale_t locale), to,
     size, format, time, locale)
LATE(size_t, __wcsxfrm_l, (wchar_t * to, const wchar_t* from, size_t size, locale_t locale), to,
     from, size, locale)
LATE(char*, bind_textdomain_codeset, (const char* domain, const char* codeset), domain, codeset)
LATE(char*, dgettext, (const char* domain, const char* id), domain, id)
LATE(char*, gettext, (const char* id), id)
LATE(size_t, iconv, (iconv_t handle, char** from, size_t* from_size, char** to, size_t* to_size),
     handle, from, from_size, to, to_size)
LATE(int, iconv_close, (iconv_t handle), handle)
LATE(iconv_t, iconv_open, (const char* to, const char* from), to, from)
LATE(size_t, mbrtowc, (wchar_t * to, const char* from, size_t size, mbstate_t* state), to, from,
     size, state)
LATE(size_t, mbsnrtowcs,
     (wchar_t * to, const char** from, size_t bytes, size_t size, mbstate_t* state), to, from,
     bytes, size, state)
LATE(size_t, mbsrtowcs, (wchar_t * to, const char** from, size_t size, mbstate_t* state), to, from,
     size, state)
LATE(long double, strtold_l, (const char* text, char** end, locale_t locale), text, end, locale)
LATE(size_t, wcrtomb, (char* to, wchar_t c, mbstate_t* state), to, c, state)
LATE(int, wcscmp, (const wchar_t* a, const wchar_t* b), a, b)
LATE(size_t, wcsnrtombs,
     (char* to, const wchar_t** from, size_t count, size_t size, mbstate_t* state), to, from, count,
     size, state)
LATE(int, wctob, (wint_t c), c)
LATE(wchar_t*, wmemchr, (const wchar_t* from, wchar_t c, size_t size), from, c, size)
LATE(int, wmemcmp, (const wchar_t* a, const wchar_t* b, size_t size), a, b, size)
LATE(wchar_t*, wmemcpy, (wchar_t * to, const wchar_t* from, size_t size), to, from, size)
LATE(wchar_t*, wmemmove, (wchar_t * to, const wchar_t* from, size_t size), to, from, size)
LATE(wchar_t*, wmemset, (wchar_t * to, wchar_t c, size_t size), to, c, size)

#endif
