import { expect, it } from 'vitest'
import type { Fault } from '../src/faults/fault.ts'
import { peerSubject, profileOf, simulate } from '../src/index.ts'

const node = 1
const drain: Fault = { kind: 'drain', node, atMs: 4000, untilMs: 6000 }

/** What the host that is drained says of that, and when, beside another fault. */
function told(fault: Fault): { type: string; at: number }[] {
  const said: { type: string; at: number }[] = []
  const result = simulate({
    seed: 1,
    peers: 3,
    tasks: 20,
    profile: profileOf('calm')!,
    subject: peerSubject(),
    plan: { faults: [drain, fault], endMs: 12_000 },
    watches: [
      {
        onTrace: ({ index }, { type }, at) => {
          if (index === node && ['peer.draining', 'peer.undrained'].includes(type)) said.push({ type, at })
        },
      },
    ],
  })
  expect(result.violations).toEqual([])
  return said
}

const typesOf = (said: readonly { type: string }[]) => said.map(({ type }) => type)

it('undrains a host that is down as its drain ends, once it is up', () => {
  const crash: Fault = { kind: 'crash', node, atMs: 5000, untilMs: 8000, quiet: false, writes: 'kept' }
  expect(typesOf(told(crash))).toEqual(['peer.draining', 'peer.draining', 'peer.undrained'])
})

it('undrains a host again that dies before its disk has it that it does not drain', () => {
  const crash: Fault = { kind: 'crash', node, atMs: 6000.01, untilMs: 8000, quiet: false, writes: 'lost' }
  expect(typesOf(told(crash))).toEqual(['peer.draining', 'peer.undrained', 'peer.draining', 'peer.undrained'])
})

it('undrains a host that is frozen as its drain ends, once it thaws', () => {
  const freeze: Fault = { kind: 'freeze', node, atMs: 5000, untilMs: 8000 }
  const said = told(freeze)
  expect(typesOf(said)).toEqual(['peer.draining', 'peer.undrained'])
  expect(said[1]!.at).toBeGreaterThanOrEqual(freeze.untilMs)
})

it('leaves a host alone that is about to go for good as its drain ends', () => {
  const leave: Fault = { kind: 'leave', node, atMs: 5950, untilMs: 12_000 }
  expect(typesOf(told(leave))).not.toContain('peer.undrained')
})
