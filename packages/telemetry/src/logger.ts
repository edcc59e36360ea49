import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { secretNames } from './fields.ts'
import type { Level } from './levels.ts'

export interface LogOptions {
  level: Level | 'silent'
  /** in every line, such as { self, mesh }; under no name that an event's field has: JSON would hold it twice */
  base?: Record<string, string>
  /** default: stderr */
  destination?: DestinationStream
}

/** JSON lines. Fields named as secrets are (two levels deep) are hidden, whoever logs them. */
export function createLogger(options: LogOptions): Logger {
  const paths = [...secretNames].flatMap((name) => [name, `*.${name}`])
  const settings: LoggerOptions = {
    level: options.level,
    base: options.base ?? {},
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths, censor: '[hidden]' },
  }
  // Synchronous: the last line before a crash is the one that matters.
  return pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }))
}

/** The log function that the driver takes. */
export function logDriver(logger: Logger) {
  return (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void => {
    const { error, ...rest } = fields
    // pino writes message, stack and cause of what is called `err`.
    logger[level](error === undefined ? rest : { ...rest, err: error }, message)
  }
}
