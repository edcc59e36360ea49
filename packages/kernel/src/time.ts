/** Milliseconds on a peer's own monotonic clock. Never compared between peers. */
export type Millis = number

/** Milliseconds since the Unix epoch. For people and for `keep`; no safety rule uses it. */
export type WallMillis = number
