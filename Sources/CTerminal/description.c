#include "description.h"
#include "cterminal.h"

#include <ncursesw/curses.h>
#include <string.h>
#include <unistd.h>
// This header makes macros of common words such as `columns`; so it has a file of its own.
#include <ncursesw/term.h>

static const char *text_of(const char *capability) {
    char *text = tigetstr(capability);
    return text == NULL || text == (char *)-1 ? NULL : text;
}

int describe(const char *name, terminal_description *description) {
    int error = 0;
    TERMINAL *before = cur_term;
    if (setupterm(name, STDOUT_FILENO, &error) != OK && !(error == 1)) return error == 0 ? 0 : -1;
    const char *enter = text_of("smcup");
    int number = tigetnum("colors");
    description->colors = number < 0 ? 0 : number;
    description->is_usable =
        text_of("cup") != NULL && text_of("clear") != NULL && tigetflag("hc") != 1;
    description->is_direct = tigetflag("RGB") == 1 && number >= 1 << 24;
    description->is_xterm_like = enter != NULL && strstr(enter, "\033[?1049h") != NULL;
    TERMINAL *mine = cur_term;
    set_curterm(before);
    if (mine != NULL && mine != before) del_curterm(mine);
    return 1;
}

void keep_palette(void) {
    char *reset = tigetstr("oc");
    if (reset != NULL && reset != (char *)-1) reset[0] = 0;
}

int terminal_described_colors(const char *name) {
    terminal_description description;
    return describe(name, &description) == 1 ? description.colors : -1;
}
