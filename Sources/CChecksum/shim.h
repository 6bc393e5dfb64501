// The processor's own CRC-32C, for which Swift has no word: SSE 4.2's crc32 (Intel 64 Software Developer's Manual,
// volume 2, "CRC32"). Processors of another kind say that they have none.

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>

// Whether this processor has it.
static inline bool vendange_has_crc32c(void) {
    unsigned int a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
}

// The register's next value after some bytes. Only where the processor has it.
__attribute__((target("sse4.2"))) static inline uint32_t vendange_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    for (; count > 0; count--, next++) narrow = __builtin_ia32_crc32qi(narrow, *next);
    return narrow;
}

#else

static inline bool vendange_has_crc32c(void) { return false; }
static inline uint32_t vendange_crc32c(uint32_t crc, const void *bytes, size_t count) { return crc; }

#endif
