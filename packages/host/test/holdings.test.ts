import { expect, test } from 'vitest'
import { Holdings } from '../src/holdings.ts'
import { defaultHostConfig } from '../src/index.ts'
import { capacity, request } from './fixtures.ts'

test('room that was kept for a task which has its own already is nobody’s any more', () => {
  const total = capacity({ slots: 4 })
  const quotas = { t: { slots: 4 } }
  const holdings = new Holdings({ ...defaultHostConfig, quotas }, { devices: () => undefined })
  holdings.resize(total)
  for (const key of ['task', 'gang/1']) holdings.reserve(key, { tenant: 't', request: request() })
  holdings.rename('gang/1', 'task')
  expect(holdings.free.slots).toBe(3)
  expect(holdings.shares.share('t', total)).toBe(1 / 4)
  expect(holdings.quotas.room?.allowed('t', request(), 9)).toBe(3)
  holdings.release('task')
  expect(holdings.free.slots).toBe(4)
  expect(holdings.shares.share('t', total)).toBe(0)
  expect(holdings.quotas.room?.allowed('t', request(), 9)).toBe(4)
})
