import type { DriverOptions } from './driver-options.ts'
import { untilAborted } from './until-aborted.ts'

/** Waits until a part of a driver has stopped, or nobody wants to wait any more. What goes wrong is logged. */
export async function stopPart(
  { log = console.error }: Pick<DriverOptions, 'log'>,
  name: string,
  stopping: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await untilAborted(stopping, signal)
  } catch (error) {
    log('error', `stopping: ${name} failed`, { error })
  }
}
