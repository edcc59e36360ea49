import type { SoukClient } from '@souk/client'
import type { Decision } from '@souk/wire'
import { expect } from 'vitest'
import { until } from '../e2e/harness.ts'

/**
 * Submits tasks until so many hosts have bid for one, and returns the name of that one: an auction is over after some
 * milliseconds, whoever has not answered. Of tied tasks hosts must say themselves how well they fit: they are asked, always.
 */
export async function heardAuction(client: SoukClient, bids: number): Promise<string> {
  let name = ''
  let tries = 0
  await until(`an auction has heard ${bids} hosts`, async () => {
    name = `tied-${String(tries++).padStart(3, '0')}`
    const tied = client.submit({ argv: ['true'], name, apart: [{ group: 'others', required: false }] })
    expect((await tied.outcome).kind).toBe('succeeded')
    const { decision } = await client.task(await tied.id)
    return (decision as Decision | undefined)?.bids.length === bids
  })
  return name
}
