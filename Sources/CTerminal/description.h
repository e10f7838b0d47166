#include <stdio.h>

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

// Makes the open terminal's description forget its second set of characters, which curses would
// leave anew with every change of attributes: lines are drawn as characters of their own. Returns
// what resets attributes and set together, for a terminal that another program has left in it;
// NULL if nothing does. To be freed.
char *forget_line_characters(void);

// How the open terminal takes characters away from a row, puts blanks in, and finds a column; each
// as the description has it, NULL if it has not.
typedef struct {
    char *take_one;
    char *take_many;
    char *put_one;
    char *put_many;
    char *to_column;
    char *to_place;
} row_operations;

row_operations describe_row_operations(void);

// Writes an operation to `output`, and before anything that curses writes next: that goes to the
// file behind the stream.
void write_operation(FILE *output, const char *text);
