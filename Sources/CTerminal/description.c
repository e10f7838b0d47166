#define _GNU_SOURCE
#include "description.h"
#include "cterminal.h"

#include <ncursesw/curses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// This header makes macros of common words such as `columns`; so it has a file of its own.
#include <ncursesw/term.h>

static char *text_of(const char *capability) {
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
    char *reset = text_of("oc");
    if (reset != NULL) reset[0] = 0;
}

// Cuts the first `part` out of a text; what is left is shorter, so that it stays where it is.
static void cut(char *text, const char *part, size_t length) {
    char *place = part == NULL ? NULL : strstr(text, part);
    if (place != NULL) memmove(place, place + length, strlen(place + length) + 1);
}

char *forget_line_characters(void) {
    char *reset = text_of("sgr0"), *set = text_of("sgr"), *leave = text_of("rmacs");
    if (reset == NULL || reset[0] == 0) return NULL;
    char *whole = strdup(reset);
    if (leave == NULL || leave[0] == 0) return whole;
    if (set != NULL) {
        // The choice between both sets: parameter 9 asks for the second.
        char *choice = strstr(set, "%?%p9%t");
        char *end = choice == NULL ? NULL : strstr(choice, "%;");
        // Only a choice without another inside.
        if (end != NULL && memmem(choice + 2, (size_t)(end - choice - 2), "%?", 2) == NULL) {
            cut(set, choice, (size_t)(end + 2 - choice));
        } else if (choice != NULL) {
            return whole;
        }
    }
    if (strlen(reset) > strlen(leave)) cut(reset, leave, strlen(leave));
    return whole;
}

// putp() would write to standard output.
static FILE *sink;

static int put_byte(int byte) { return fputc(byte, sink); }

void write_operation(FILE *output, const char *text) {
    sink = output;
    tputs(text, 1, put_byte);
    fflush(output);
}

// The operation for one character: as described, or the one for many without its number, which is
// one where it is left out (ECMA-48, 8.3.64: ICH, 8.3.26: DCH).
static char *single(const char *one, const char *many, const char *standard, char *shortened) {
    char *described = text_of(one), *general = text_of(many);
    if (described != NULL || general == NULL || strcmp(general, standard) != 0) return described;
    return shortened;
}

row_operations describe_row_operations(void) {
    return (row_operations){
        .take_one = single("dch1", "dch", "\033[%p1%dP", "\033[P"),
        .take_many = text_of("dch"),
        .put_one = single("ich1", "ich", "\033[%p1%d@", "\033[@"),
        .put_many = text_of("ich"),
        .to_column = text_of("hpa"),
        .to_place = text_of("cup"),
    };
}

int terminal_described_colors(const char *name) {
    terminal_description description;
    return describe(name, &description) == 1 ? description.colors : -1;
}
