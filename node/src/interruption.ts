import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { tiedVariable } from './peer-process.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface Interruption {
  /** aborts once somebody asks this process to end, or its parent is gone where it is tied to it */
  signal: AbortSignal
  /** from here on a signal does again what it does by itself */
  stop(): void
}

/** For work that has something to tidy before this process ends. The same signal a second time ends it at once. */
export function interruption(context: Context): Interruption {
  const aborting = new AbortController()
  const abort = (why: string): void =>
    aborting.abort(new CliError(`ended by ${why}`, { exitCode: exitCodes.interrupted }))
  for (const signal of signals) process.once(signal, abort)
  if (context.env[tiedVariable] === '1') context.parent?.onGone(() => abort('the end of what started it'))
  return {
    signal: aborting.signal,
    stop() {
      for (const signal of signals) process.off(signal, abort)
    },
  }
}
