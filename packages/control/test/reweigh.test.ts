import { defaultMarketConfig, replay, weightsOf } from '@souk/market'
import type { Decision } from '@souk/wire'
import { afterEach, expect, test } from 'vitest'
import { reweigh } from '../src/reweigh.ts'
import { closeAll, open, request, serve, tokens } from './fixture.ts'

afterEach(closeAll)

const bid = (peer: string, parts: Record<string, number>) => ({
  peer,
  terms: { startMs: 0 },
  score: 0,
  parts,
  afterMs: 1,
})
const decision = {
  winner: 'A',
  bids: [bid('A', { used: 0.1, price: 2 }), bid('B', { used: 0.9, price: 3 })],
  bidsTotal: 5,
} as unknown as Decision
const view = (over: object = { decision }) => ({ record: { id: 't' }, ...over }) as never

test('the bids are scored again by the same rule as when it was decided', () => {
  const pack = reweigh({ objective: 'pack' }, view())
  expect(pack).toEqual({ ...replay(decision, weightsOf('pack', defaultMarketConfig)), bidsTotal: 5 })
  expect(reweigh({ weights: { used: -1 } }, view())).toMatchObject({
    ...{ winner: 'B', changed: true, bidsTotal: 5, weights: { used: -1 } },
    bids: [
      { peer: 'B', score: -0.9 },
      { peer: 'A', score: -0.1 },
    ],
  })
})

test('what was not decided, or without bids, or where no bid could start, is said', () => {
  expect(() => reweigh({ objective: 'pack' }, view({}))).toThrow('has no decision yet')
  const without = (more: object) => () =>
    reweigh({ objective: 'pack' }, view({ decision: { ...decision, bids: [], reason: 'it said why', ...more } }))
  expect(without({})).toThrow('task t was placed without bids, so there is nothing to weigh again: it said why')
  expect(without({})).toThrow(
    expect.objectContaining({ status: 409, body: expect.objectContaining({ code: 'no-bids' }) }),
  )
  expect(without({ winner: undefined })).toThrow('task t got no bids, so there is nothing')
  const later = decision.bids.map((each) => ({ ...each, terms: { startMs: 9 } }))
  const nobody = reweigh({ objective: 'pack' }, view({ decision: { ...decision, bids: later, winner: undefined } }))
  expect(nobody).toMatchObject({ margin: 0, changed: false })
  expect('winner' in nobody).toBe(false)
})

test('whoever may look may weigh; what cannot be meant is refused by name', async () => {
  const server = await serve()
  const { client } = await open([server])
  const task = await client.submit({ argv: ['echo'] }).id
  const refused = async (body: object) => {
    const options = { token: tokens.observe, body: JSON.stringify(body) }
    return (await request(server, 'POST', `/v1/tasks/${task}/reweigh`, options)).body
  }
  const either = { code: 'request-invalid', message: 'needed is either an objective or weights' }
  expect(await refused({})).toMatchObject(either)
  expect(await refused({ objective: 'pack', weights: {} })).toMatchObject(either)
  expect(await refused({ objective: 'best' })).toMatchObject({ code: 'request-invalid' })
  expect(await refused({ weights: { used: 1e9 } })).toMatchObject({ code: 'request-invalid' })
  expect(await refused({ weights: { weight: 1 } })).toMatchObject({
    message: expect.stringContaining("'weight' is no term of the score; known are start"),
  })
  expect(await refused({ objective: 'pack' })).toMatchObject({ code: 'not-decided' })
  await expect(client.reweigh('zzz9', { objective: 'fast' })).rejects.toMatchObject({ code: 'task-unknown' })
})
