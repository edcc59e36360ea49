import type { Millis } from './time.ts'

/**
 * The contract of every protocol in Souk: a pure, synchronous state machine.
 * Input and time go in, effects come out; drivers do the rest.
 *
 * - `step` never awaits, reads a clock or throws on remote data. It appends to the driver's one buffer.
 * - `nextWakeup` is O(1): when the driver must call `step` with a wake input even if nothing arrives.
 * - `snapshot` builds plain data for the console, tests and reports; never called on the hot path.
 *
 * Machines are built as `new Thing(config, { self, prng })`; child machines get a forked prng.
 */
export interface Machine<Input, Effect> {
  step(input: Input, now: Millis, out: Effect[]): void
  nextWakeup(): Millis | undefined
  snapshot(): unknown
}
