import type { TaskSpec } from '@souk/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, open, request, serve, tokens } from './fixture.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const help = [{ code: 'ask-less' as const, what: 'cpuMilli', atMost: 4000, hosts: 1, peers: ['PeerA'] }]
const reasons = [{ code: 'too-large' as const, never: true, peers: 1, detail: 'cpuMilli: 9 needed, 4 there' }]

/** The first fits, no other does. */
const planOf = (tasks: readonly TaskSpec[]) => ({
  objectives: [
    {
      objective: 'balanced' as const,
      placings: [{ index: 0, peer: 'PeerA', startMs: 0, finishMs: { p50: 10, p90: 20 }, cost: 0.25, assumed: false }],
      sum: { finishMs: 10, startMsMean: 0, cost: 0.25, hosts: 1, usedMilli: 500 },
    },
  ],
  unplaced: tasks.slice(1).map((_, i) => ({ index: i + 1, reasons, help })),
  asked: 1,
  silent: [],
})

test('tasks that are planned go to the peer complete, and its plan comes back', async () => {
  const server = await serve()
  server.peer.plan = planOf
  const { client } = await open([server], { token: tokens.submit })
  const plan = await client.plan([{ argv: ['true'] }, { argv: ['true'], request: { cpu: 9 } }], { assumedMs: 5_000 })
  expect(plan).toEqual({ ...planOf([]), unplaced: [{ index: 1, reasons, wouldHelp: help }] })
  expect(await server.peer.asked('plan')).toMatchObject({
    assumedMs: 5_000,
    tasks: [{ class: 'process/true', priority: 'medium' }, { request: { cpuMilli: 9_000 } }],
  })
  expect(server.peer.inputs.some(({ type }) => type === 'submit')).toBe(false)
  await client.plan([
    { argv: ['true'], key: 'a' },
    { argv: ['true'], after: ['a', 'elsewhere'] },
  ])
  expect(server.peer.inputs.at(-1)).toMatchObject({ type: 'plan', afters: [[], [0]] })
  await client.plan([{ argv: ['true'] }])
  expect(server.peer.inputs.at(-1)).toMatchObject({ type: 'plan', assumedMs: 60_000 })
})

test('what cannot be planned says which task and what of it', async () => {
  const server = await serve()
  const post = async (tasks: unknown, more = {}) =>
    (await request(server, 'POST', '/v1/plan', { body: JSON.stringify({ tasks, ...more }) })) as {
      status: number
      body: { code: string; path?: string }
    }
  expect(await post([{ argv: ['true'] }, { argv: [''] }])).toMatchObject({
    status: 400,
    body: { code: 'task-invalid', path: '/tasks/1/argv/0' },
  })
  const cycle = [
    { argv: ['true'], key: 'a', after: ['b'] },
    { argv: ['true'], key: 'b', after: ['a'] },
  ]
  expect(await post(cycle)).toMatchObject({ status: 400, body: { code: 'after-cycle', path: '/tasks/0/after' } })
  const many = Array.from({ length: 257 }, () => ({ argv: ['true'] }))
  for (const tasks of [[], many, 'true', [1]]) expect((await post(tasks)).status, JSON.stringify(tasks)).toBe(400)
  expect((await post([{ argv: ['true'] }], { assumedMs: 0 })).status).toBe(400)
  expect(await post([{ argv: ['true'] }])).toMatchObject({ status: 429, body: { code: 'plans-full' } })
})
