// Swift has no word for it.

/// Has the cache line at an address brought nearer, and goes on at once. Any address will do: it is a hint.
static inline void vendange_prefetch(const void *address) { __builtin_prefetch(address); }
