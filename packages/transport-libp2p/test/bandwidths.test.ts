import { expect, test } from 'vitest'
import { Bandwidths } from '../src/bandwidths.ts'

const mega = 1_000_000

/** Bandwidths with a clock that stands still but for transfers. */
function metered() {
  let now = 0
  const told: [string, number][] = []
  const bandwidths = new Bandwidths(
    () => now,
    (...measured) => told.push(measured),
  )
  return {
    told,
    bandwidths,
    send(peer: string, bytes: number, ms: number) {
      const sent = bandwidths.sending(peer, bytes)
      now += ms
      sent()
    },
    async receive(peer: string, bytes: number, ms: number, chunks = 2) {
      async function* body() {
        for (let i = 0; i < chunks; i++) {
          now += ms / chunks
          yield new Uint8Array(1)
        }
      }
      for await (const _ of bandwidths.receiving(peer, body(), bytes)) if (chunks > 9) break
    },
  }
}

test('each direction has a running mean of its own, in which a new transfer counts three tenths', async () => {
  const { bandwidths, send, receive, told } = metered()
  send('p', mega, 80)
  expect(bandwidths.of('p')).toEqual({ sentMbps: 100 })
  send('p', mega, 40)
  await receive('p', 10 * mega, 1_000)
  expect(bandwidths.of('p')).toEqual({ sentMbps: 130, receivedMbps: 80 })
  expect(bandwidths.of('q')).toEqual({})
  // The slower way, in bytes a millisecond.
  expect(told).toEqual([
    ['p', 12_500],
    ['p', 16_250],
    ['p', 10_000],
  ])
})

test('small bodies, and those that nobody read to the end, tell nothing', async () => {
  const { bandwidths, send, receive, told } = metered()
  send('p', mega - 1, 80)
  send('p', mega, 0)
  await receive('p', mega, 1_000, 10)
  expect(bandwidths.of('p')).toEqual({})
  expect(told).toEqual([])
})
