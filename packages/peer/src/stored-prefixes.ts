/** How the keys begin that this machine writes; a new life gets back every entry under them, and no other. */
export const storedPrefixes = ['task/', 'vote/', 'over/', 'why/', 'member/', 'drain/', 'demand/', 'capacity/'] as const

/** what this peer's scaler was told to do, and what became of it */
export const capacityKey = 'capacity/log'
