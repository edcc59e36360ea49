import type { PeerInput, ScaleIntent } from '@souk/peer'
import { expect, it } from 'vitest'
import { ScaleDesk } from '../src/scale-desk.ts'
import { ManualClock } from './manual-clock.ts'

const intent: ScaleIntent = { id: 'one', kind: 'grow', peerTag: 'one' }

function deskOf(act: (tries: number, signal: AbortSignal) => Promise<void>) {
  const clock = new ManualClock()
  const answers: PeerInput[] = []
  const seen = { tries: 0, stopped: false }
  const scaler = {
    kind: 'test',
    act: (_: ScaleIntent, signal: AbortSignal) => act(++seen.tries, signal),
    stop: async () => {
      seen.stopped = true
    },
  }
  const deliver = (input: PeerInput): void => void answers.push(input)
  return { clock, answers, seen, desk: new ScaleDesk({ scaler, tryMsMax: 1000, clock, deliver, log: () => {} }) }
}

/** Whatever is due of promises has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const never = new Promise<void>(() => {})

it('answers an order once it is done', async () => {
  const { desk, answers, seen } = deskOf(async () => {})
  desk.order(intent)
  desk.order(intent)
  await settled()
  expect(answers).toEqual([{ type: 'scaled', intent: 'one', code: 'done' }])
  expect(seen.tries).toBe(1)
})

it('tries once more, and then tells why it failed', async () => {
  const failing = deskOf(async () => {
    throw Object.assign(new Error('no more room'), { code: 'no-room' })
  })
  failing.desk.order(intent)
  await settled()
  expect(failing.answers).toEqual([{ type: 'scaled', intent: 'one', code: 'no-room' }])
  expect(failing.seen.tries).toBe(2)
  const second = deskOf(async (tries) => {
    if (tries === 1) throw new Error('not yet')
  })
  second.desk.order(intent)
  await settled()
  expect(second.answers).toMatchObject([{ code: 'done' }])
})

it('has as many orders under way as there may be peers', async () => {
  const { desk, answers } = deskOf(() => never)
  for (let i = 0; i < 64; i++) desk.order({ ...intent, id: `order-${i}` })
  await settled()
  expect(answers).toEqual([])
})

it('does not wait for a scaler that hangs, though it heeds no signal', async () => {
  const { desk, answers, clock, seen } = deskOf(() => never)
  desk.order(intent)
  await settled()
  clock.advance(1000)
  await settled()
  expect(answers).toEqual([])
  clock.advance(1000)
  await settled()
  expect(answers).toEqual([{ type: 'scaled', intent: 'one', code: 'scaler-late' }])
  expect(seen.tries).toBe(2)
})

it('aborts what is under way when it stops, and answers nothing more', async () => {
  let aborted = false
  const { desk, answers, seen } = deskOf((_, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted = true
        reject(signal.reason)
      })
    })
  })
  desk.order(intent)
  await desk.stop()
  await settled()
  expect([aborted, seen.stopped, answers]).toEqual([true, true, []])
})
