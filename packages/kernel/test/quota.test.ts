import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyRequest, QuotaRoom, quotaResources, TenantShares, useOf } from '../src/index.ts'

const requests = fc.record({
  slots: fc.integer({ min: 1, max: 3 }),
  cpuMilli: fc.integer({ min: 0, max: 3000 }),
  memoryBytes: fc.integer({ min: 0, max: 300 }),
  gpu: fc.record({ count: fc.integer({ min: 0, max: 2 }), milli: fc.integer({ min: 1, max: 1000 }) }),
})
const quotas = fc.record(
  {
    tasks: fc.integer({ min: 0, max: 5 }),
    cpuMilli: fc.integer({ min: 0, max: 6000 }),
    memoryBytes: fc.integer({ min: 0, max: 600 }),
    gpuMilli: fc.integer({ min: 0, max: 3000 }),
  },
  { requiredKeys: [] },
)

describe('a quota', () => {
  test('is never exceeded by whoever takes no more than is allowed, and what is allowed can be taken', () => {
    const steps = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b'), over: requests, wanted: fc.nat(4) }))
    fc.assert(
      fc.property(quotas, quotas, steps, (a, any, sequence) => {
        const held = new TenantShares()
        const limits = { a, '*': any }
        const room = new QuotaRoom(limits, held)
        for (const { tenant, over, wanted } of sequence) {
          const request = { ...emptyRequest(), ...over }
          const copy = room.copy()
          const count = room.allowed(tenant, request, wanted)
          expect(copy.allowed(tenant, request, wanted)).toBe(count)
          expect(room.over(tenant, request) === undefined).toBe(room.allowed(tenant, request, 1) === 1)
          copy.spend(tenant, request, count)
          for (let i = 0; i < count; i++) held.add(tenant, request)
          expect(copy.allowed(tenant, request, 9)).toBe(room.allowed(tenant, request, 9))
          const quota = tenant === 'a' ? a : any
          for (const name of quotaResources)
            expect(held.use(tenant)[name]).toBeLessThanOrEqual(quota[name as keyof typeof quota] ?? Infinity)
        }
      }),
    )
  })

  test('of one tenant says nothing of another', () => {
    const held = new TenantShares()
    const room = new QuotaRoom({ a: { tasks: 1 } }, held)
    held.add('a', emptyRequest())
    expect(room.over('a', emptyRequest())).toEqual({ tenant: 'a', resource: 'tasks', allowed: 1, held: 1, needed: 1 })
    expect(room.allowed('b', emptyRequest(), 5)).toBe(5)
    expect(['a', 'b'].map((tenant) => room.ever(tenant, emptyRequest(), 5))).toEqual([1, 5])
    expect(room.left(8)).toEqual([{ tenant: 'a', quota: { tasks: 0 } }])
  })
})

test('what tenants have is what was added and not removed, and nothing is left of who has nothing', () => {
  const changes = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b'), over: requests }), { maxLength: 20 })
  fc.assert(
    fc.property(changes, (sequence) => {
      const shares = new TenantShares()
      for (const { tenant, over } of sequence) shares.add(tenant, { ...emptyRequest(), ...over })
      const cpu = sequence.reduce((sum, { tenant, over }) => sum + (tenant === 'a' ? over.cpuMilli : 0), 0)
      expect(shares.use('a').cpuMilli).toBe(cpu)
      for (const { tenant, over } of sequence) shares.remove(tenant, { ...emptyRequest(), ...over })
      expect([...shares.tenants()]).toEqual([])
      expect(useOf(emptyRequest())).toMatchObject({ tasks: 1, slots: 1, cpuMilli: 0 })
    }),
  )
})
