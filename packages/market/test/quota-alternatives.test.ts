import { emptyRequest, QuotaRoom, type ResourceRequest, TenantShares } from '@souk/kernel'
import type { BidTerms } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { overQuota } from '../src/index.ts'
import { Booth } from './booth.ts'
import { offer, only, shape, vector } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

const gpu: ResourceRequest = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
const cpus: ResourceRequest = { ...emptyRequest(), cpuMilli: 1000 }
const either = { tenant: 'lab', request: gpu, alternatives: [cpus] }
const oneGpu = { lab: { gpuMilli: 1000 } }
const quotas = (bounds: ConstructorParameters<typeof QuotaRoom>[0]) => new QuotaRoom(bounds, new TenantShares())
const host = offer({ capacity: vector({ gpuMilli: [1000, 1000], cpuMilli: 4000, slots: 8 }) })

describe('tasks of a tenant with a quota that would do with either of two requests', () => {
  test('are over it only where both are; later, where one of them may come then', () => {
    const none = { lab: { gpuMilli: 0, cpuMilli: 0 } }
    expect(overQuota(quotas({ lab: { gpuMilli: 0 } }), shape(either))).toBeUndefined()
    expect(overQuota(quotas(none), shape(either))).toMatchObject({ code: 'quota', never: true })
    const held = new TenantShares()
    held.add('lab', cpus)
    const room = new QuotaRoom({ lab: { gpuMilli: 0, cpuMilli: 1000 } }, held)
    expect(overQuota(room, shape(either))).toMatchObject({
      never: false,
      detail: expect.stringMatching(/^cpuMilli: lab holds 1000 of 1000/),
    })
  })

  test('get a bid for what their tenant may have yet', () => {
    const booth = new Booth(host)
    const terms = (): BidTerms | undefined => {
      const message = booth.quote(either)?.message
      return message?.t === 'bid' ? message.terms : undefined
    }
    booth.local.theQuotas = quotas(oneGpu)
    expect(terms()).toMatchObject({ count: 1 })
    booth.local.theQuotas = quotas({ lab: { gpuMilli: 0, cpuMilli: 3000 } })
    expect(terms()).toMatchObject({ count: 3, alternative: 1 })
  })

  test('are given to a host that asks as what they may have there', () => {
    const stall = new Stall()
    stall.members.add('p', { reachable: false, offer: host })
    stall.wait(['a', 'b', 'c', 'd'], either)
    stall.members.add('p', { offer: host })
    const told = { quotas: [{ tenant: 'lab', quota: { gpuMilli: 1000, cpuMilli: 2000 } }] }
    const given = stall.wanted('p', { count: 4, free: host.capacity, ...told })
    expect(only(given, 'award').map(({ to, tasks }) => [to.alternative, tasks])).toEqual([
      [undefined, ['a']],
      [1, ['b', 'c']],
    ])
  })

  test('are given in turns with those of others, each as one alternative in one award', () => {
    const stall = new Stall()
    stall.members.add('p', { reachable: false, offer: host })
    stall.wait(['a', 'b', 'c'], either)
    stall.wait(['x', 'y', 'z'], { ...either, tenant: 'other' })
    stall.members.add('p', { offer: host })
    expect(awards(stall.wanted('p', { count: 4, free: host.capacity }))).toEqual([
      ['p', ['a']],
      ['p', ['x']],
      ['p', ['b']],
      ['p', ['y']],
    ])
  })
})
