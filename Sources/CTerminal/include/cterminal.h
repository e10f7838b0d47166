#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stddef.h>
#include <stdint.h>

// A thin layer over ncursesw and the few system calls that Swift cannot make as they are.
//
// curses draws into a memory file, never into the terminal: its bytes are taken with
// terminal_take() and written by the caller, who so decides when, how much, and what to do when
// the terminal does not accept them. The terminal's settings are therefore kept here as well.

typedef struct terminal_screen terminal_screen;

enum { TERMINAL_BOLD = 1, TERMINAL_UNDERLINE = 2, TERMINAL_ITALIC = 4, TERMINAL_REVERSE = 8 };

// One character with up to four marks, its look, and the cells that it takes (1 or 2).
typedef struct {
    uint32_t text[5];
    uint32_t attributes;
    int32_t pair;
    int32_t width;
} terminal_cell;

typedef enum {
    TERMINAL_OPENED,
    TERMINAL_UNKNOWN,      // no description of a terminal of this name
    TERMINAL_NO_DATABASE,  // no descriptions at all
    TERMINAL_TOO_SIMPLE,   // it cannot place its cursor
    TERMINAL_NO_MEMORY,
} terminal_opening;

// Sets the character set of the process (LC_CTYPE) by name; returns 1 if it is UTF-8, 0 if it is
// another, -1 if the system has no such locale.
int terminal_set_locale(const char *name);

// Colours that the description of this terminal promises: 0, 8, 256, 1 << 24 …; -1 if unknown.
int terminal_described_colors(const char *name);

// Opens curses for a terminal of this name and size. Not safe for threads, like all of curses.
terminal_opening terminal_open(
    const char *name, int rows, int columns, int with_color, terminal_screen **opened);

int terminal_colors(const terminal_screen *screen);
int terminal_pairs(const terminal_screen *screen);
int terminal_is_direct(const terminal_screen *screen);
// Whether it has an alternate screen as xterm's kin do; these know bracketed paste and SGR mouse.
int terminal_is_xterm_like(const terminal_screen *screen);

// Defines a pair of colours, -1 for the terminal's own; 0 on success.
int terminal_define_pair(terminal_screen *screen, int pair, int foreground, int background);

void terminal_resize(terminal_screen *screen, int rows, int columns);
// Changes cells of the picture to come, from a place on; nothing beyond the right edge.
void terminal_put(
    terminal_screen *screen, int row, int column, const terminal_cell *cells, size_t count);
// Whether it can move the rest of a row within the row: has both of the operations below.
int terminal_can_shift(const terminal_screen *screen);
// Moves part of a row on the terminal itself, before the next update: takes `count` cells away at
// one column and puts as many blanks in at another, where the columns are those of the moment. The
// cursor must be in this row, at `cursor_column`, and was shown by the last update. All cells from
// the first of the columns on must be one column wide.
void terminal_shift(
    terminal_screen *screen, int row, int cursor_column, int taken_at, int put_at, int count);
// Computes the bytes from the last picture to this one; row -1 hides the cursor.
void terminal_update(terminal_screen *screen, int cursor_row, int cursor_column);
// Forgets what is on the terminal: the next update paints everything.
void terminal_forget(terminal_screen *screen);
// Bytes that leave the screen as it was before; an update after it enters it again.
void terminal_leave(terminal_screen *screen);
void terminal_free(terminal_screen *screen);

// How many bytes wait to be taken, and taking them: all of them, into `buffer`.
size_t terminal_waiting(const terminal_screen *screen);
size_t terminal_take(terminal_screen *screen, uint8_t *buffer, size_t capacity);

// Rows and columns of the terminal behind a descriptor; 0 where it knows.
int terminal_size(int descriptor, int *rows, int *columns);
// Bytes written and not yet sent on; -1 if the descriptor does not tell.
int terminal_unsent(int descriptor);
// A descriptor of its own for the same terminal that never blocks; -1 if it cannot be opened.
int terminal_reopen(int descriptor);

// The terminal's settings: keeps the present ones and takes away echo, line editing, signals from
// keys and translations; gives them back. 0 on success.
typedef struct terminal_settings terminal_settings;
terminal_settings *terminal_enter_raw(int descriptor);
int terminal_enter_raw_again(terminal_settings *settings);
int terminal_restore(const terminal_settings *settings);
void terminal_settings_free(terminal_settings *settings);

// From now on a fatal signal (SEGV, BUS, ILL, TRAP, FPE, ABRT) first writes `bytes` to
// `descriptor` and gives the settings back, then goes its way. Copies the bytes (at most 1024).
void terminal_guard(
    int descriptor, const uint8_t *bytes, size_t count, const terminal_settings *settings);
void terminal_unguard(void);

// Signals as bytes in a pipe: each of `signals` writes its number. Returns the reading end, -1 on
// failure. One watch a process. Handlers, unlike blocked signals, do not outlive exec.
int terminal_watch_signals(const int *signals, size_t count);
void terminal_unwatch_signals(void);
// Stops the process group as ^Z would; returns when it goes on.
void terminal_stop_self(void);

#endif
