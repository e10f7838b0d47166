#define _GNU_SOURCE
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include "cterminal.h"
#include "description.h"

#include <langinfo.h>
#include <locale.h>
#include <ncursesw/curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

struct terminal_screen {
    SCREEN *curses;
    FILE *output;
    FILE *input;
    int memory;
    int is_utf8;
    int has_color;
    int is_direct;
    int is_xterm_like;
    row_operations row;
    // What gives the terminal its first set of characters back, sent before a whole picture.
    char *reset;
    int must_reset;
};

static int is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

int terminal_set_locale(const char *name) {
    if (setlocale(LC_CTYPE, name) == NULL) return -1;
    return is_utf8();
}

// curses sets handlers for these when it opens; what they should do is not its business here.
static const int touched[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { touched_count = sizeof touched / sizeof touched[0] };

terminal_opening terminal_open(
    const char *name, int rows, int columns, int with_color, terminal_screen **opened) {
    terminal_description description;
    int known = describe(name, &description);
    if (known != 1) return known == 0 ? TERMINAL_UNKNOWN : TERMINAL_NO_DATABASE;
    if (!description.is_usable) return TERMINAL_TOO_SIMPLE;

    terminal_screen *screen = calloc(1, sizeof *screen);
    if (screen == NULL) return TERMINAL_NO_MEMORY;
    screen->is_utf8 = is_utf8();
    screen->is_direct = description.is_direct;
    screen->is_xterm_like = description.is_xterm_like;
    screen->memory = memfd_create("screen", MFD_CLOEXEC);
    int copy = screen->memory < 0 ? -1 : dup(screen->memory);
    screen->output = copy < 0 ? NULL : fdopen(copy, "w");
    screen->input = fopen("/dev/null", "re");
    if (screen->output != NULL && screen->input != NULL) {
        struct sigaction actions[touched_count];
        for (int i = 0; i < touched_count; i++) sigaction(touched[i], NULL, &actions[i]);
        use_tioctl(FALSE);  // the size is told below, not asked of a file
        screen->curses = newterm(name, screen->output, screen->input);
        for (int i = 0; i < touched_count; i++) sigaction(touched[i], &actions[i], NULL);
    }
    if (screen->curses == NULL) {
        terminal_free(screen);
        return TERMINAL_NO_MEMORY;
    }
    keep_palette();
    screen->reset = forget_line_characters();
    screen->row = describe_row_operations();
    typeahead(-1);
    noecho();
    scrollok(stdscr, FALSE);
    idlok(stdscr, TRUE);
    idcok(stdscr, TRUE);
    leaveok(stdscr, TRUE);
    if (with_color && has_colors() && start_color() == OK) {
        screen->has_color = 1;
        use_default_colors();
    }
    curs_set(0);
    // What curses has written so far holds the size that it guessed. Leaving and coming back writes
    // it again with the true one; the first half is thrown away.
    resizeterm(rows, columns);
    terminal_leave(screen);
    terminal_take(screen, NULL, 0);
    *opened = screen;
    return TERMINAL_OPENED;
}

int terminal_colors(const terminal_screen *screen) {
    set_term(screen->curses);
    return screen->has_color ? COLORS : 0;
}

int terminal_pairs(const terminal_screen *screen) {
    set_term(screen->curses);
    return screen->has_color ? COLOR_PAIRS : 0;
}

int terminal_is_direct(const terminal_screen *screen) { return screen->is_direct; }

int terminal_is_xterm_like(const terminal_screen *screen) { return screen->is_xterm_like; }

int terminal_define_pair(terminal_screen *screen, int pair, int foreground, int background) {
    set_term(screen->curses);
    return init_extended_pair(pair, foreground, background) == OK ? 0 : -1;
}

void terminal_resize(terminal_screen *screen, int rows, int columns) {
    set_term(screen->curses);
    resizeterm(rows, columns);
    terminal_forget(screen);
}

// The last gate: whatever the locale cannot hold, or measures otherwise than we do, becomes a
// replacement of the width that we counted on.
static size_t characters(const terminal_screen *screen, const terminal_cell *cell, wchar_t *text) {
    wchar_t first = (wchar_t)cell->text[0];
    int is_certain = first >= 0x20 && first < 0x7f && cell->width == 1;
    if (!is_certain && screen->is_utf8 && first >= 0xa0) is_certain = wcwidth(first) == cell->width;
    if (!is_certain) {
        text[0] = screen->is_utf8 && first >= 0xa0 ? 0xfffd : L'?';
        text[1] = 0;
        return cell->width == 2 ? 2 : 1;
    }
    size_t count = 0;
    text[count++] = first;
    for (int i = 1; i < 5 && cell->text[i] != 0 && screen->is_utf8; i++) {
        if (wcwidth((wchar_t)cell->text[i]) == 0) text[count++] = (wchar_t)cell->text[i];
    }
    text[count] = 0;
    return 1;
}

static attr_t attributes_of(uint32_t attributes) {
    attr_t result = A_NORMAL;
    if (attributes & TERMINAL_BOLD) result |= A_BOLD;
    if (attributes & TERMINAL_UNDERLINE) result |= A_UNDERLINE;
    if (attributes & TERMINAL_ITALIC) result |= A_ITALIC;
    if (attributes & TERMINAL_REVERSE) result |= A_REVERSE;
    return result;
}

void terminal_put(
    terminal_screen *screen, int row, int column, const terminal_cell *cells, size_t count) {
    enum { chunk = 256 };
    cchar_t line[chunk + 1];
    set_term(screen->curses);
    size_t index = 0;
    while (index < count) {
        int filled = 0, cells_wide = 0;
        while (index < count && filled < chunk - 1) {
            wchar_t text[CCHARW_MAX + 1];
            const terminal_cell *cell = &cells[index++];
            size_t copies = characters(screen, cell, text);
            int pair = cell->pair;
            for (size_t copy = 0; copy < copies; copy++) {
                setcchar(&line[filled++], text, attributes_of(cell->attributes), 0, &pair);
            }
            cells_wide += cell->width == 2 ? 2 : 1;
        }
        mvwadd_wchnstr(stdscr, row, column, line, filled);
        column += cells_wide;
    }
}

int terminal_can_shift(const terminal_screen *screen) {
    const row_operations *row = &screen->row;
    return (row->take_many != NULL || row->take_one != NULL)
        && (row->put_many != NULL || row->put_one != NULL) && row->to_place != NULL;
}

static void put(terminal_screen *screen, const char *text) {
    write_operation(screen->output, text);
}

static void operate(terminal_screen *screen, const char *one, const char *many, int count) {
    if (many != NULL && (count > 1 || one == NULL)) {
        put(screen, tiparm(many, count));
    } else {
        for (int i = 0; i < count; i++) put(screen, one);
    }
}

// mvcur() would not do: it may move by writing what the next picture has on the way.
static void go(terminal_screen *screen, int row, int from, int column) {
    const row_operations *operations = &screen->row;
    if (from == column) return;
    put(
        screen, operations->to_column != NULL ? tiparm(operations->to_column, column)
                                              : tiparm(operations->to_place, row, column));
}

void terminal_shift(
    terminal_screen *screen, int row, int cursor_column, int taken_at, int put_at, int count) {
    const row_operations *operations = &screen->row;
    set_term(screen->curses);
    go(screen, row, cursor_column, taken_at);
    operate(screen, operations->take_one, operations->take_many, count);
    go(screen, row, taken_at, put_at);
    operate(screen, operations->put_one, operations->put_many, count);
    go(screen, row, put_at, cursor_column);
    // And what curses takes the terminal to show. Between updates its attributes are off, so that
    // the blanks are plain.
    for (int i = 0; i < count; i++) mvwdelch(curscr, row, taken_at);
    for (int i = 0; i < count; i++) mvwinsch(curscr, row, put_at, ' ');
    wmove(curscr, row, cursor_column);
}

void terminal_update(terminal_screen *screen, int cursor_row, int cursor_column) {
    set_term(screen->curses);
    if (screen->must_reset) {
        screen->must_reset = 0;
        if (screen->reset != NULL) put(screen, screen->reset);
    }
    if (cursor_row < 0) {
        curs_set(0);
        leaveok(stdscr, TRUE);
    } else {
        leaveok(stdscr, FALSE);
        wmove(stdscr, cursor_row, cursor_column);
    }
    wnoutrefresh(stdscr);
    doupdate();
    if (cursor_row >= 0) curs_set(1);
    fflush(screen->output);
}

void terminal_forget(terminal_screen *screen) {
    set_term(screen->curses);
    clearok(curscr, TRUE);
    screen->must_reset = 1;
}

void terminal_leave(terminal_screen *screen) {
    set_term(screen->curses);
    screen->must_reset = 1;
    endwin();
    fflush(screen->output);
}

void terminal_free(terminal_screen *screen) {
    if (screen == NULL) return;
    if (screen->curses != NULL) delscreen(screen->curses);
    if (screen->output != NULL) fclose(screen->output);
    if (screen->input != NULL) fclose(screen->input);
    if (screen->memory >= 0) close(screen->memory);
    free(screen->reset);
    free(screen);
}

size_t terminal_waiting(const terminal_screen *screen) {
    off_t end = lseek(screen->memory, 0, SEEK_END);
    return end > 0 ? (size_t)end : 0;
}

size_t terminal_take(terminal_screen *screen, uint8_t *buffer, size_t capacity) {
    ssize_t taken = pread(screen->memory, buffer, capacity, 0);
    if (ftruncate(screen->memory, 0) == 0) lseek(screen->memory, 0, SEEK_SET);
    return taken > 0 ? (size_t)taken : 0;
}
