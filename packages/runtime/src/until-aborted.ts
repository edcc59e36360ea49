/** Waits for `work`, or until the signal says not to. */
export async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let stopWaiting = () => {}
  const aborted = new Promise<void>((resolve) => {
    stopWaiting = resolve
    if (signal.aborted) resolve()
    signal.addEventListener('abort', stopWaiting, { once: true })
  })
  await Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stopWaiting))
}
