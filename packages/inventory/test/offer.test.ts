import { expect, test } from 'vitest'
import { parseOffer, toOffer } from '../src/index.ts'
import {
  cpuOf,
  entryOf,
  gpuOf,
  inventoryOf,
  linkOf,
  memoryOf,
  sampleEntries,
  sampleWith,
} from './fixtures/sample-inventory.ts'

const gibi = 2 ** 30
const host = inventoryOf()
const executors: ['process', 'function'] = ['process', 'function']

test('a host offers what it has less a reserve, and says it in one line', () => {
  expect(toOffer(host, { executors })).toEqual({
    capacity: {
      cpuMilli: 8000,
      memoryBytes: Math.floor(32 * gibi * 0.9),
      diskBytes: Math.floor(233e9 * 0.9),
      networkMbps: 1000,
      slots: 64,
      gpuMilli: [1000],
      custom: {},
    },
    gpus: [{ model: 'NVIDIA GeForce RTX 4070', memoryBytes: 12282 * 2 ** 20, count: 1 }],
    labels: { host: 'box', os: 'linux', arch: 'x64' },
    executors,
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '8 cpu 31 GB 1x RTX 4070 12 GB 210 GB disk net 1000 Mb/s',
  })
})

test('what a person declares replaces what was found', () => {
  const { capacity, summary } = toOffer(host, { executors, offer: 'cpu=1.5, mem=8G,disk=0,net=10G,gpu=0,licence=2' })
  expect(capacity).toEqual({
    cpuMilli: 1500,
    memoryBytes: 8e9,
    diskBytes: 0,
    networkMbps: 10_000,
    slots: 16,
    gpuMilli: [],
    custom: { licence: 2 },
  })
  expect(summary).toBe('1.5 cpu 8 GB 0 B disk 2 licence')
})

test('slots follow the CPUs unless they are declared', () => {
  expect(toOffer(host, { executors, offer: 'cpu=500m' }).capacity.slots).toBe(8)
  expect(toOffer(host, { executors, offer: 'slots=4' }).capacity.slots).toBe(4)
})

test('a container offers its limits, not the machine', () => {
  const entries = sampleEntries.filter(({ kind }) => kind !== 'cpu' && kind !== 'memory')
  const small = inventoryOf([...entries, cpuOf(2000), memoryOf(gibi)])
  const { capacity } = toOffer(small, { executors })
  expect(capacity).toMatchObject({ cpuMilli: 2000, memoryBytes: Math.floor(gibi * 0.9), slots: 16 })
})

test('a link whose speed is unknown is offered with a guess and not talked about', () => {
  const offer = toOffer(sampleWith('network', linkOf(undefined)), { executors })
  expect(offer.capacity.networkMbps).toBe(1000)
  expect(offer.summary).toBe('8 cpu 31 GB 1x RTX 4070 12 GB 210 GB disk')
  expect(toOffer(sampleWith('network'), { executors }).capacity.networkMbps).toBe(0)
})

test('like devices are counted together; declared ones that were not found have no name', () => {
  const a100 = { memoryBytes: 81920 * 2 ** 20 }
  const two = sampleWith('gpu', gpuOf('NVIDIA A100', a100), gpuOf('NVIDIA A100', a100))
  expect(toOffer(two, { executors, offer: 'gpu=3' }).summary).toContain('2x A100 80 GB 1x gpu 210 GB disk')
})

test('an offer names the models of its devices in their order, and of no more than it offers', () => {
  const gpus = [gpuOf('A100'), gpuOf('A100'), gpuOf('T4', { memoryBytes: 16e9 }), gpuOf('A100')]
  const mixed = sampleWith('gpu', ...gpus)
  const memoryBytes = 12282 * 2 ** 20
  expect(toOffer(mixed, { executors }).gpus).toEqual([
    { model: 'A100', memoryBytes, count: 2 },
    { model: 'T4', memoryBytes: 16e9, count: 1 },
    { model: 'A100', memoryBytes, count: 1 },
  ])
  expect(toOffer(mixed, { executors, offer: 'gpu=1' }).gpus).toEqual([{ model: 'A100', memoryBytes, count: 1 }])
  expect(toOffer(mixed, { executors, offer: 'gpu=0' }).gpus).toBeUndefined()
})

test('what a processor has of graphics, and a device that cannot be used, are not offered', () => {
  const lost = { ...gpuOf('T4'), availability: { state: 'unavailable', reason: 'lost' } } as const
  const offer = toOffer(sampleWith('gpu', gpuOf('UHD 770', { integrated: true }), lost as never), { executors })
  expect(offer.capacity.gpuMilli).toEqual([])
})

test('what is declared as a reserve is kept, instead of a tenth', () => {
  const reserve = { cpuMilli: 500, memoryBytes: 2 * gibi, diskBytes: 33e9 }
  const { capacity } = toOffer({ ...host, reserve }, { executors })
  expect(capacity).toMatchObject({ cpuMilli: 7500, memoryBytes: 30 * gibi, diskBytes: 200e9 })
})

test('a reserve above what there is leaves nothing, not less than nothing', () => {
  const reserve = { cpuMilli: 1e6, memoryBytes: 1e15, diskBytes: 1e15 }
  expect(toOffer({ ...host, reserve }, { executors }).capacity).toMatchObject({
    cpuMilli: 0,
    memoryBytes: 0,
    diskBytes: 0,
  })
})

test('where the host stands, what it holds and what it costs go into the offer', () => {
  const cloud = entryOf('cloud', 'cloud/aws', {
    provider: 'aws',
    region: 'eu-west-1',
    zone: 'eu-west-1b',
    instanceType: 'g5.xlarge',
    instanceId: 'i-1',
    spot: true,
    pricePerHour: 0.41,
  })
  const special = (type: 'licence' | 'model' | 'data', name: string, count: number) =>
    entryOf('specialised', `specialised/${type}/${name}`, { type, count, path: undefined }, name)
  const entries = [cloud, special('licence', 'matlab', 2), special('model', 'llama', 1), special('data', 'genomes', 1)]
  const offer = toOffer(inventoryOf([...sampleEntries, ...entries]), { executors })
  expect(offer.labels).toMatchObject({
    zone: 'eu-west-1b',
    region: 'eu-west-1',
    cloud: 'aws',
    instance: 'g5.xlarge',
    spot: 'yes',
    'model.llama': 'yes',
    'data.genomes': 'yes',
  })
  expect(offer.capacity.custom).toEqual({ matlab: 2 })
  expect(offer.priceMilli).toBe(410)
})

test('labels are added to host, os and arch, and win over them', () => {
  const labels = { room: 'north', os: 'debian' }
  expect(toOffer(host, { executors, name: 'peer-1', labels }).labels).toEqual({
    host: 'peer-1',
    os: 'debian',
    arch: 'x64',
    room: 'north',
  })
})

test.each([
  ['cpu', "'cpu' is no part of an offer"],
  ['cpu=', "'cpu=' is no part of an offer"],
  ['=4', "'=4' is no part of an offer"],
  ['cpu=4=5', "'cpu=4=5' is no part of an offer"],
  ['cpu=4,cpu=5', "'cpu' is offered twice"],
  ['gpu=2000', 'gpu=2000 is more than the 1024'],
])('the offer %j is refused: %s', (text, message) => {
  expect(() => parseOffer(text)).toThrowError(
    expect.objectContaining({ code: 'offer-invalid', message: expect.stringContaining(message) }),
  )
})

test('bytes in an offer are said with their unit, as elsewhere; nothing needs none', () => {
  expect(() => parseOffer('mem=8')).toThrowError(/mem=8 has no unit; write it like mem=8G/)
  expect(() => parseOffer('disk=1000000')).toThrowError(/no unit/)
  expect(parseOffer('mem=0,disk=4096B')).toMatchObject({ memoryBytes: 0, diskBytes: 4096 })
})

test('an amount in an offer that is none is named', () => {
  expect(() => parseOffer('mem=lots')).toThrowError(expect.objectContaining({ code: 'amount-invalid' }))
})

test('too many or too long labels are refused before they travel', () => {
  const many = Object.fromEntries(Array.from({ length: 62 }, (_, i) => [`l${i}`, '1']))
  expect(() => toOffer(host, { executors, labels: many })).toThrowError(/at most 64 labels/)
  expect(() => toOffer(host, { executors, labels: { a: 'x'.repeat(257) } })).toThrowError(/the label 'a'/)
})
