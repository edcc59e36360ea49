import type { AppliedPlan, Balance } from '@souk/client'
import type { Page } from 'playwright-core'

/**
 * Has a page see a plan with moves, one that was carried out, and a run that lags: peers move what waits beside room
 * within moments, so a real plan is gone before anybody could look at it. Everything else is the peer's own answer.
 */
export async function showPlan(page: Page, from: string, to: string): Promise<void> {
  await page.route('**/v1/balance', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: planned((await answer.json()) as Balance, from, to) })
  })
}

function planned(seen: Balance, from: string, to: string): Balance {
  const kind = 'process/sleep'
  const wait = { tasks: 3, meanMs: 9_000, p95Ms: 12_000, never: 0 }
  const soon = { tasks: 3, meanMs: 20, p95Ms: 30, never: 0 }
  const move = {
    class: kind,
    from,
    to,
    count: 3,
    code: 'idle-beside-queue',
    reason: "it would wait in its host's queue",
  }
  const applied: AppliedPlan = {
    at: seen.at,
    moves: [{ ...move, handed: 2, left: [{ code: 'started', count: 1 }] }],
    predicted: { before: wait, after: soon },
    real: { started: 2, waiting: 1, meanMs: 45, p95Ms: 60 },
  }
  return {
    ...seen,
    waiting: 5,
    plan: {
      moves: [{ ...move, bound: true, gainMs: 9_000, afterMs: 20, tasks: [] }],
      leftOut: [{ class: kind, from, count: 2, code: 'no-room', reason: 'every host that could run it is full' }],
      before: wait,
      after: soon,
      moved: { before: wait, after: soon },
    },
    applied: seen.applied ?? applied,
    stragglers: [
      { task: '0'.repeat(32), class: kind, host: from, elapsedMs: 60_000, p99Ms: 5_000, runs: 80, limitMs: 15_000 },
    ],
  }
}
