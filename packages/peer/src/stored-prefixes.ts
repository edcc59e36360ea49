/** How the keys begin that this machine writes; a new life gets back every entry under them, and no other. */
export const storedPrefixes = ['task/', 'vote/', 'over/', 'why/', 'member/'] as const
