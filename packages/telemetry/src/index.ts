export { TraceCounters } from './counters.ts'
export type { Level } from './levels.ts'
export { logTrace } from './log-trace.ts'
export { createLogger, type LogOptions, logDriver } from './logger.ts'
