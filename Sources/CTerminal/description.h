// What is asked of a terminal's description before curses opens it.
typedef struct {
    int is_usable;
    int is_direct;
    int is_xterm_like;
    int colors;
} terminal_description;

// 1 if there is one, 0 if not, -1 if there are none at all.
int describe(const char *name, terminal_description *description);
