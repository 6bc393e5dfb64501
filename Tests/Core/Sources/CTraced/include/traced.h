// Atomic words that the thread sanitizer sees: compiled with it, unlike the standard library's.
#include <stdint.h>

static inline uint64_t traced_load(const uint64_t *word, int acquires) {
    return acquires ? __atomic_load_n(word, __ATOMIC_ACQUIRE) : __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void traced_store(uint64_t *word, uint64_t value, int releases) {
    if (releases) {
        __atomic_store_n(word, value, __ATOMIC_RELEASE);
    } else {
        __atomic_store_n(word, value, __ATOMIC_RELAXED);
    }
}

static inline uint64_t traced_exchange(uint64_t *word, uint64_t value) {
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}

static inline uint64_t traced_add(uint64_t *word, uint64_t value) {
    return __atomic_add_fetch(word, value, __ATOMIC_RELAXED);
}
