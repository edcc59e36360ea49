/** The colour of a state, an outcome or a member: the same everywhere. */
const tones: Record<string, string> = {
  running: 'run',
  alive: 'good',
  succeeded: 'good',
  queued: 'wait',
  waiting: 'wait',
  storing: 'wait',
  asking: 'wait',
  offered: 'wait',
  ending: 'run',
  open: 'wait',
  suspect: 'wait',
  draining: 'odd',
  drained: 'odd',
  cancelled: 'still',
  left: 'still',
  expired: 'bad',
  failed: 'bad',
  lost: 'bad',
  quarantined: 'bad',
  dead: 'bad',
}

export const toneOf = (state: string): string => tones[state] ?? 'still'

export function StateTag({ state }: { state: string }) {
  return <span class={`state ${toneOf(state)}`}>{state}</span>
}
