import { type Arrival, peerSubject, plainDraft, profileOf, type SimOptions, simulate, type Watch } from '@souk/sim'
import { describe, expect, it } from 'vitest'

const slots = 4
const peers = 9
const joiner = peers - 1
/** when it joins, in world time */
const joinMs = 8_000
const seed = 1

/** How many slots of the joiner are taken, from each moment on. */
class JoinerLoad implements Watch {
  readonly steps: { atMs: number; running: number }[] = [{ atMs: 0, running: 0 }]
  startedAtMs = Number.NaN

  onStart: NonNullable<Watch['onStart']> = ({ index }, now) => {
    if (index === joiner) this.startedAtMs = now
  }

  onRun: NonNullable<Watch['onRun']> = ({ index }, _, now) => {
    if (index === joiner) this.#add(1, now)
  }

  onRunEnd: NonNullable<Watch['onRunEnd']> = ({ index }, _run, _end, now) => {
    if (index === joiner) this.#add(-1, now)
  }

  /** From its start until all of its slots were taken for the first time. */
  get filledMs(): number {
    const full = this.steps.find(({ running }) => running === slots)
    return full ? full.atMs - this.startedAtMs : Number.POSITIVE_INFINITY
  }

  /** Of its slots, on average between these times. */
  share(fromMs: number, toMs: number): number {
    let busy = 0
    for (const [i, { atMs, running }] of this.steps.entries()) {
      const untilMs = Math.min(toMs, this.steps[i + 1]?.atMs ?? toMs)
      busy += running * Math.max(0, untilMs - Math.max(fromMs, atMs))
    }
    return busy / (slots * (toMs - fromMs))
  }

  #add(count: number, atMs: number): void {
    this.steps.push({ atMs, running: this.steps.at(-1)!.running + count })
  }
}

/** A mesh with far more to do than it can; all of it was submitted to `submitters` of its peers. */
function joins({ ms, submitters }: { ms: number; submitters: number }): JoinerLoad {
  const calm = profileOf('calm')!
  const workload = { ...calm.workload, spanMsMin: joinMs }
  const profile = { ...calm, hosts: { ...calm.hosts, slots: [slots] }, workload }
  const work = { name: 'work', weight: 1, duration: { kind: 'exponential', meanMs: ms } as const }
  const taskClass = { ...work, cpuMilli: 1000, memoryBytes: 1, slots: 1 }
  const count = Math.round(((peers - 1) * slots * 15_000) / ms)
  const arrivals = Array.from({ length: count }, (_, i): Arrival => {
    return { atMs: i / 10, node: i % submitters, draft: plainDraft(seed, i, taskClass, ms) }
  })
  const plan: SimOptions['plan'] = {
    faults: [{ kind: 'late-join', node: joiner, atMs: 0, untilMs: joinMs }],
    endMs: joinMs,
  }
  const load = new JoinerLoad()
  const subject = peerSubject()
  const result = simulate({ seed, peers, tasks: count, profile, subject, arrivals, plan, watches: [load] })
  expect(result.violations).toEqual([])
  expect(result.closed).toBe(count)
  return load
}

describe('a host that joins a loaded mesh', () => {
  it.each([
    { ms: 1_000, submitters: 1 },
    { ms: 1_000, submitters: 8 },
    { ms: 200, submitters: 1 },
    { ms: 8_000, submitters: 3 },
  ])('is filled within three seconds and stays so: tasks of $ms ms at $submitters peers', ({ ms, submitters }) => {
    const load = joins({ ms, submitters })
    expect(load.filledMs).toBeLessThan(3_000)
    expect(load.share(joinMs + 3_000, joinMs + 8_000)).toBeGreaterThan(0.95)
  })
})
