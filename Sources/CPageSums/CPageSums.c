#include "CPageSums.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t mixed(uint64_t word) {
  // The finaliser of MurmurHash3 (Appleby, public domain): a bijection in which every bit counts.
  word ^= word >> 33;
  word *= 0xff51afd7ed558ccdULL;
  word ^= word >> 33;
  word *= 0xc4ceb9fe1a85ec53ULL;
  return word ^ word >> 33;
}

uint64_t spillway_page_sum(const void *page, size_t count, uint32_t number) {
  const unsigned char *bytes = page;
  // Four chains side by side keep the multipliers busy. Each step is a bijection of the chain for a
  // given word, and of the word for a given chain.
  uint64_t chains[4] = {mixed(number + 1ULL), mixed(number + 2ULL), mixed(number + 3ULL),
                        mixed(number + 4ULL)};
  size_t offset = 0;
  for (; offset + 32 <= count; offset += 32) {
    for (int lane = 0; lane < 4; lane++) {
      uint64_t word;
      memcpy(&word, bytes + offset + 8 * lane, 8);
      uint64_t chain = (chains[lane] ^ word) * 0x9e3779b97f4a7c15ULL;
      chains[lane] = chain ^ chain >> 32;
    }
  }
  uint64_t sum = count;
  for (int lane = 0; lane < 4; lane++) sum = mixed(sum ^ chains[lane]) * 0x9e3779b97f4a7c15ULL;
  for (; offset < count; offset++) sum = mixed(sum ^ bytes[offset]);
  return sum ? sum : 1;
}

int spillway_page_mend(void *page, size_t count, uint32_t number, uint64_t sum) {
  unsigned char *bytes = page;
  for (size_t place = 0; place < count; place++) {
    const unsigned char was = bytes[place];
    for (int value = 0; value < 256; value++) {
      if (value == was) continue;
      bytes[place] = (unsigned char)value;
      if (spillway_page_sum(page, count, number) == sum) return (int)place;
    }
    bytes[place] = was;
  }
  return -1;
}

// The default VFS, and a file of it with sums beside it.
static sqlite3_vfs *base;
static sqlite3_vfs sums_vfs;

typedef struct {
  sqlite3_file file;
  // -1 where there are none.
  int sums;
  // 0 until it is known.
  int page_size;
  int is_dirty;
} summed_file;

#define REAL(f) ((sqlite3_file *)((char *)(f) + sizeof(summed_file)))
#define SUMMED(f) ((summed_file *)(f))

static int position_of(const summed_file *file, sqlite3_int64 offset, uint32_t *number, off_t *at) {
  if (file->sums < 0 || file->page_size == 0 || offset % file->page_size != 0) return 0;
  *number = (uint32_t)(offset / file->page_size) + 1;
  *at = SPILLWAY_SUMS_HEADER + 8 * (off_t)(*number - 1);
  return 1;
}

// Sums that may be wrong are worse than none.
static void give_up(summed_file *file) {
  if (file->sums < 0) return;
  if (ftruncate(file->sums, SPILLWAY_SUMS_HEADER) != 0) { /* shorter needs no space */ }
  close(file->sums);
  file->sums = -1;
}

static void learn_page_size(summed_file *file, const unsigned char *header) {
  if (memcmp(header, "SQLite format 3", 16) != 0) return;
  int size = header[16] << 8 | header[17];
  file->page_size = size == 1 ? 65536 : size;
}

static int summed_close(sqlite3_file *f) {
  if (SUMMED(f)->sums >= 0) close(SUMMED(f)->sums);
  SUMMED(f)->sums = -1;
  return REAL(f)->pMethods->xClose(REAL(f));
}

static int summed_read(sqlite3_file *f, void *buffer, int amount, sqlite3_int64 offset) {
  summed_file *file = SUMMED(f);
  int code = REAL(f)->pMethods->xRead(REAL(f), buffer, amount, offset);
  if (code != SQLITE_OK) return code;
  if (offset == 0 && amount >= 100 && file->page_size == 0) learn_page_size(file, buffer);
  uint32_t number;
  off_t at;
  uint64_t known = 0;
  if (amount != file->page_size || !position_of(file, offset, &number, &at)) return code;
  if (pread(file->sums, &known, 8, at) != 8 || known == 0) return code;
  if (known == spillway_page_sum(buffer, amount, number)) return code;
  sqlite3_log(SQLITE_CORRUPT, "page %u is not as it was written", number);
  return SQLITE_CORRUPT;
}

static int summed_write(sqlite3_file *f, const void *buffer, int amount, sqlite3_int64 offset) {
  summed_file *file = SUMMED(f);
  if (offset == 0 && amount >= 100) learn_page_size(file, buffer);
  uint32_t number;
  off_t at;
  if (file->sums >= 0) {
    uint64_t sum = 0;
    if (amount != file->page_size || !position_of(file, offset, &number, &at)) {
      // A piece of a page, or nobody knows of which: SQLite writes none with a write-ahead log.
      give_up(file);
    } else {
      sum = spillway_page_sum(buffer, amount, number);
      file->is_dirty = 1;
      if (pwrite(file->sums, &sum, 8, at) != 8) give_up(file);
    }
  }
  return REAL(f)->pMethods->xWrite(REAL(f), buffer, amount, offset);
}

static int summed_truncate(sqlite3_file *f, sqlite3_int64 size) {
  summed_file *file = SUMMED(f);
  if (file->sums >= 0) {
    off_t pages = file->page_size ? (off_t)(size / file->page_size) : 0;
    if (ftruncate(file->sums, SPILLWAY_SUMS_HEADER + 8 * pages) != 0) give_up(file);
  }
  return REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int summed_sync(sqlite3_file *f, int flags) {
  summed_file *file = SUMMED(f);
  // First: once the database is durable its log may go, and nothing could tell any more.
  if (file->sums >= 0 && file->is_dirty) {
    if (fdatasync(file->sums) != 0) give_up(file);
    file->is_dirty = 0;
  }
  return REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int summed_size(sqlite3_file *f, sqlite3_int64 *size) {
  return REAL(f)->pMethods->xFileSize(REAL(f), size);
}
static int summed_lock(sqlite3_file *f, int level) {
  return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int summed_unlock(sqlite3_file *f, int level) {
  return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int summed_reserved(sqlite3_file *f, int *is_locked) {
  return REAL(f)->pMethods->xCheckReservedLock(REAL(f), is_locked);
}
static int summed_control(sqlite3_file *f, int operation, void *argument) {
  int code = REAL(f)->pMethods->xFileControl(REAL(f), operation, argument);
  if (code == SQLITE_OK && operation == SQLITE_FCNTL_VFSNAME) {
    char **name = argument;
    char *inner = *name;
    *name = sqlite3_mprintf("%s/%z", sums_vfs.zName, inner);
  }
  return code;
}
static int summed_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int summed_traits(sqlite3_file *f) {
  return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int summed_shm_map(sqlite3_file *f, int page, int size, int extends, void volatile **at) {
  return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extends, at);
}
static int summed_shm_lock(sqlite3_file *f, int offset, int count, int flags) {
  return REAL(f)->pMethods->xShmLock(REAL(f), offset, count, flags);
}
static void summed_shm_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int summed_shm_unmap(sqlite3_file *f, int deletes) {
  return REAL(f)->pMethods->xShmUnmap(REAL(f), deletes);
}

// Version 2: without the third's memory maps, which would read past the sums.
static const sqlite3_io_methods summed_methods = {
    2,
    summed_close,
    summed_read,
    summed_write,
    summed_truncate,
    summed_sync,
    summed_size,
    summed_lock,
    summed_unlock,
    summed_reserved,
    summed_control,
    summed_sector,
    summed_traits,
    summed_shm_map,
    summed_shm_lock,
    summed_shm_barrier,
    summed_shm_unmap,
    0,
    0,
};

// The sums beside the database, where there are any.
static int open_sums(const char *name) {
  char *path = sqlite3_mprintf("%s-sums", name);
  if (!path) return -1;
  int sums = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  sqlite3_free(path);
  char magic[8];
  if (sums >= 0 &&
      (pread(sums, magic, 8, 0) != 8 || memcmp(magic, SPILLWAY_SUMS_MAGIC, 8) != 0)) {
    close(sums);
    return -1;
  }
  return sums;
}

static int sums_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *opened_flags) {
  (void)vfs;
  if (!(flags & SQLITE_OPEN_MAIN_DB) || !name) return base->xOpen(base, name, f, flags, opened_flags);
  summed_file *file = SUMMED(f);
  memset(file, 0, sizeof *file);
  file->sums = -1;
  memset(REAL(f), 0, sizeof(sqlite3_file));
  int code = base->xOpen(base, name, REAL(f), flags, opened_flags);
  if (code != SQLITE_OK) {
    if (REAL(f)->pMethods) REAL(f)->pMethods->xClose(REAL(f));
    return code;
  }
  file->file.pMethods = &summed_methods;
  file->sums = open_sums(name);
  unsigned char header[100];
  if (REAL(f)->pMethods->xRead(REAL(f), header, sizeof header, 0) == SQLITE_OK) {
    learn_page_size(file, header);
  }
  return SQLITE_OK;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int registered = SQLITE_ERROR;

static void register_once(void) {
  if (sqlite3_initialize() != SQLITE_OK) return;
  base = sqlite3_vfs_find(NULL);
  if (!base) return;
  sums_vfs = *base;
  sums_vfs.zName = "spillway-sums";
  sums_vfs.szOsFile = base->szOsFile + (int)sizeof(summed_file);
  sums_vfs.pNext = NULL;
  sums_vfs.xOpen = sums_open;
  registered = sqlite3_vfs_register(&sums_vfs, 0);
}

int spillway_sums_register(void) {
  pthread_once(&once, register_once);
  return registered;
}
