/** How the keys begin that this machine writes; a new life gets back every entry under them, and no other. */
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

/** what this peer's scaler was told to do, what became of it, and what new peers took and brought */
export const capacityKey = 'capacity/log'
/** what was learned of the slots that the mesh needs */
export const capacityForecastKey = 'capacity/forecast'
