/** What is counted of a class in each bucket. */
export const quantities = ['starts', 'workers', 'cpuMs', 'memoryBytes', 'networkBytes', 'arrivals'] as const

/**
 * starts: runs that began · workers: the most that ran at once · cpuMs: CPU time of runs that ended · memoryBytes: the
 * most that was in use at once, as promised or, where more, as measured · networkBytes: inputs of runs that began and output of
 * those that ended, whether they had to travel or not · arrivals: tasks that were submitted here, wherever they run.
 */
export type Quantity = (typeof quantities)[number]

export type Counted = Record<Quantity, number>
