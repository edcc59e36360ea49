const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** Calls back once this turn's work is done: what a program submits in one go travels together. */
export function afterThisTurn(callback: () => void): void {
  if (immediate) immediate(callback)
  else setTimeout(callback, 0)
}

/** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
