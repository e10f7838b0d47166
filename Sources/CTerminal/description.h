// What is asked of a terminal's description before curses opens it.
typedef struct {
    int is_usable;
    int is_direct;
    int is_xterm_like;
    int colors;
} terminal_description;

// 1 if there is one, 0 if not, -1 if there are none at all.
int describe(const char *name, terminal_description *description);

// Makes the open terminal's description forget how to reset the palette: curses would do so at the
// beginning and the end, and we never change a colour's definition, which may be the user's.
void keep_palette(void);
