// Atomic words that the thread sanitizer sees: compiled with it, unlike the standard library's. An ordering is one of the
// compiler's own numbers; a switch, because the compiler wants to know it.
#include <stdint.h>

static inline uint64_t traced_load(const uint64_t *word, int order) {
    switch (order) {
    case __ATOMIC_RELAXED: return __atomic_load_n(word, __ATOMIC_RELAXED);
    case __ATOMIC_ACQUIRE: return __atomic_load_n(word, __ATOMIC_ACQUIRE);
    default: return __atomic_load_n(word, __ATOMIC_SEQ_CST);
    }
}

static inline void traced_store(uint64_t *word, uint64_t value, int order) {
    switch (order) {
    case __ATOMIC_RELAXED: __atomic_store_n(word, value, __ATOMIC_RELAXED); break;
    case __ATOMIC_RELEASE: __atomic_store_n(word, value, __ATOMIC_RELEASE); break;
    default: __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    }
}

static inline uint64_t traced_exchange(uint64_t *word, uint64_t value, int order) {
    switch (order) {
    case __ATOMIC_RELAXED: return __atomic_exchange_n(word, value, __ATOMIC_RELAXED);
    case __ATOMIC_ACQ_REL: return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
    default: return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
    }
}

static inline uint64_t traced_add(uint64_t *word, uint64_t value, int order) {
    switch (order) {
    case __ATOMIC_RELAXED: return __atomic_add_fetch(word, value, __ATOMIC_RELAXED);
    case __ATOMIC_ACQ_REL: return __atomic_add_fetch(word, value, __ATOMIC_ACQ_REL);
    default: return __atomic_add_fetch(word, value, __ATOMIC_SEQ_CST);
    }
}
