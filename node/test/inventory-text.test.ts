import { detectInventory, parseDeclaration } from '@souk/inventory'
import { expect, test } from 'vitest'
import { inventoryFileExample } from '../src/inventory-file.ts'
import { coloursFor } from '../src/print/colours.ts'
import { inventoryText } from '../src/print/inventory-text.ts'

const colours = coloursFor(false, {})

test('every entry of this host is on a line with its id and state, in sections; empty columns are not there', async () => {
  const found = await detectInventory({ folder: '/', path: process.env.PATH ?? '' }, new AbortController().signal)
  const text = inventoryText(found, colours)
  for (const { id, availability } of found.entries) {
    const line = text.split('\n').find((each) => each.trim().split(/\s+/)[0] === id)
    expect(line, id).toContain(availability.state)
  }
  expect(text).toContain('\nCPU\n  id ')
  expect(text).not.toContain('People')
  expect(text).not.toMatch(/undefined|NaN/)
})

test('on a terminal of 80 columns no line is longer, and everything is still there with its state', async () => {
  const found = await detectInventory({ folder: '/', path: process.env.PATH ?? '' }, new AbortController().signal)
  const [entry] = found.entries
  found.entries.push({ ...entry!, id: `network/peer/${'x'.repeat(52)}`, name: 'a peer far away' })
  const body = inventoryText(found, colours, 80).split('\n\n').slice(1).join('\n').split('\n')
  for (const line of body) expect(line.length, line).toBeLessThanOrEqual(80)
  expect(body.filter((line) => line.includes('available')).length).toBeGreaterThanOrEqual(found.entries.length)
})

test('a reason is shown, and what a device says of itself cannot move the cursor', () => {
  const text = inventoryText(
    {
      host: {
        id: 'host/x',
        name: 'x',
        os: { platform: 'linux', release: '6', architecture: 'x64' },
        nodeVersion: '24',
      },
      seenAt: '2026-11-24T09:00:00.000Z',
      entries: [
        {
          id: 'network/eth0',
          kind: 'network',
          name: 'eth0',
          seenAt: '2026-11-24T09:00:00.000Z',
          availability: { state: 'unavailable', reason: 'down\u001b[2J' },
          declared: false,
          facts: { addresses: [], speedMbps: undefined, mtuBytes: undefined, rttMs: undefined },
        },
      ],
      relations: [],
      reserve: { cpuMilli: undefined, memoryBytes: undefined, diskBytes: undefined },
    },
    colours,
  )
  expect(text).toContain('unavailable: down')
  expect(text).not.toContain('\u001b')
  expect(text).toContain('Kept for the system and the peer\n  a tenth of the memory, a tenth of the disk')
})

test('the inventory file that the help shows is one', () => {
  const { said, reserve } = parseDeclaration(inventoryFileExample)
  expect(Object.keys(said)).toHaveLength(7)
  expect(reserve.memoryBytes).toBe(2e9)
})
