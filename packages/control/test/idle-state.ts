/** What a peer says of its draining, and of moving tasks, when it does neither. */
export const drainOff = {
  state: 'off' as 'off' | 'draining',
  forMs: 0.4,
  waiting: 0,
  running: 0,
  runningOnce: 0,
  passing: 0,
  held: 0,
  handedOver: 0,
  stopped: 0,
  moved: 0,
}

export const nothingWaits = { strategy: 'none', code: 'nothing-waits', reason: 'no task waits' } as const
