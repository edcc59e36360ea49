/** The hosts of these tests, as their peers are called. */
export const hosts = ['one', 'two', 'three', 'four', 'five'] as const
export type Host = (typeof hosts)[number]
