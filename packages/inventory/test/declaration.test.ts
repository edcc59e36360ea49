import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { isWithin, parseHours } from '../src/declared/working-hours.ts'
import { detectInventory, entriesOf, parseDeclaration, toOffer } from '../src/index.ts'

const signal = new AbortController().signal

const lab = {
  reserve: { memory: '1G' },
  cloud: { provider: 'here', region: 'attic', zone: 'attic-1', pricePerHour: 0.5 },
  gpus: [{ model: 'n150', vendor: 'Tenstorrent', memory: '12G', count: 2, numa: 0 }],
  specialised: [
    { type: 'licence', name: 'matlab', count: 2 },
    { type: 'device', name: 'microscope', path: '/nowhere/ttyUSB0' },
    { type: 'model', name: 'llama' },
  ],
  data: [{ name: 'temporary', path: tmpdir() }],
  software: [{ name: 'blender', version: '4.2' }],
  people: [{ name: 'Ann', skills: ['labelling'], tasksMax: 2 }],
}

test('what a file declares is in the inventory beside what is found, and offered', async () => {
  const declared = parseDeclaration(JSON.stringify(lab))
  const inventory = await detectInventory({ folder: tmpdir(), path: '', declared }, signal)
  const declaredIds = inventory.entries.filter((entry) => entry.declared).map(({ id }) => id)
  expect(declaredIds).toEqual([
    'gpu/declared-0-0',
    'gpu/declared-0-1',
    'cloud/here',
    'specialised/licence/matlab',
    'specialised/device/microscope',
    'specialised/model/llama',
    'specialised/data/temporary',
    'software/blender',
    'people/Ann',
  ])
  const { host, relations } = inventory
  expect(relations).toContainEqual({ from: host.id, relation: 'in', to: 'zone/attic-1' })
  expect(relations).toContainEqual({ from: 'zone/attic-1', relation: 'in', to: 'region/attic' })
  expect(relations).toContainEqual({ from: 'specialised/data/temporary', relation: 'held-by', to: host.id })
  expect(relations).toContainEqual({ from: 'gpu/declared-0-1', relation: 'near', to: 'numa/0' })
  const microscope = entriesOf(inventory, 'specialised').find(({ name }) => name === 'microscope')
  expect(microscope!.availability).toEqual({ state: 'unavailable', reason: 'there is no /nowhere/ttyUSB0' })
  const offer = toOffer(inventory, { executors: ['process'] })
  expect(offer.capacity.custom).toEqual({ matlab: 2 })
  expect(offer.labels).toMatchObject({ zone: 'attic-1', 'model.llama': 'yes', 'data.temporary': 'yes' })
  expect(offer.priceMilli).toBe(500)
  expect(offer.gpus?.at(-1)).toMatchObject({ model: 'n150', memoryBytes: 12e9 })
})

test.each([
  ['{', 'it is no JSON'],
  ['[]', 'the file: expected object'],
  ['{"gpu": []}', '/gpu: unexpected property'],
  [
    '{"people": [{"name": "Ann"}, {"name": "Bo", "tasksMax": 0}]}',
    '/people/1/tasksMax: expected integer to be greater',
  ],
  ['{"people": [{"name": "Ann", "hours": ["9 to 5"]}]}', "/people/0/hours/0: '9 to 5' is no time of the week"],
  ['{"people": [{"name": "Ann", "timeZone": "Attic"}]}', "/people/0/timeZone: 'Attic' is no time zone"],
  ['{"people": [{"name": "Ann"}, {"name": "Ann"}]}', "/people/1/name: 'Ann' is also /people/0"],
  ['{"software": [{"name": "R"}, {"name": "R", "version": "4"}]}', "/software/1/name: 'R' is also /software/0"],
  ['{"specialised": [{"type": "units", "name": "cpu"}]}', "/specialised/0/name: 'cpu' is what every host has"],
  ['{"specialised": [{"type": "spell", "name": "x"}]}', '/specialised/0/type: expected one of licence, device'],
  ['{"specialised": [{"type": "units", "name": "two words"}]}', '/specialised/0/name: '],
  ['{"reserve": {"memory": "much"}}', "/reserve/memory: 'much' is not an amount of bytes"],
  ['{"reserve": {"cpu": -1}}', '/reserve/cpu: expected string or number, is -1'],
  ['{"gpus": [{"model": "T4", "memory": "16X"}]}', "/gpus/0/memory: '16X' is not an amount"],
  ['{"cloud": {"pricePerHour": "cheap"}}', '/cloud/pricePerHour: expected number, is "cheap"'],
])('%s is refused, and the place is named: %s', (text, message) => {
  expect(() => parseDeclaration(text)).toThrowError(
    expect.objectContaining({ code: 'declaration-invalid', message: expect.stringContaining(message) }),
  )
})

test('all that is wrong is told at once', () => {
  const text = JSON.stringify({ reserve: { cpu: 'x', disk: 'y' } })
  expect(() => parseDeclaration(text)).toThrowError(/\/reserve\/cpu: .*; \/reserve\/disk: /)
})

test.each([
  ['mon-fri 09:00-17:00', '2026-11-24T08:30:00Z', true], // a Tuesday, 9:30 in Berlin
  ['mon-fri 09:00-17:00', '2026-11-24T16:00:00Z', false], // 17:00 there: over
  ['mon-fri 09:00-17:00', '2026-11-28T10:00:00Z', false], // a Saturday
  ['fri-mon 00:00-24:00', '2026-11-28T10:00:00Z', true], // over the end of the week
  ['sun 23:00-24:00', '2026-11-29T22:30:00Z', true], // 23:30 there
])('%s at %s in Berlin: %s', (hours, at, within) => {
  expect(isWithin([parseHours(hours)], Date.parse(at), 'Europe/Berlin')).toBe(within)
})

test('who has no hours is always there', () => expect(isWithin([], 0, 'UTC')).toBe(true))

test.each(['mon-fri 17:00-09:00', 'mon 08:00-24:30', 'xyz 08:00-09:00', 'mon 08:70-09:00', ''])(
  '%j is no time of the week',
  (text) => expect(() => parseHours(text)).toThrowError(/time of the week|does not end after it begins/),
)
