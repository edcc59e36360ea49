/** Prefixes of all store keys that a peer writes; a new life gets back every entry under them, and no other. */
export const storedPrefixes = [
  'task/',
  'vote/',
  'over/',
  'why/',
  'member/',
  'removed/',
  'drain/',
  'demand/',
  'capacity/',
] as const

/** orders to this peer's scaler, what became of them, and what new peers took and brought */
export const capacityKey = 'capacity/log'
/** the learned forecast of slots that the mesh needs */
export const capacityForecastKey = 'capacity/forecast'
